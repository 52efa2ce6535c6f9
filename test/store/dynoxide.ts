import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'

/** Why Dynoxide cannot run here; undefined if it can. It is an optional dependency, for x64 Linux only. */
export const noDynoxide =
  binary() === undefined ? 'the optional package @dynoxide/linux-x64 is not installed' : undefined

function binary(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json')), 'dynoxide')
  } catch {
    return undefined
  }
}

/** Starts a DynamoDB server in memory on a free loopback port. */
export async function startDynoxide(): Promise<{ client: DynamoDBClient; stop(): Promise<void> }> {
  const port = await freePort()
  const child = spawn(binary()!, ['--host', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' })
  const exit = once(child, 'exit')
  await untilOpen(port, child)
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  return {
    client,
    async stop() {
      client.destroy()
      child.kill()
      await exit
    },
  }
}

/** The table as `lib/` deploys it: keys alone, since attributes are free. */
export async function createTable(client: DynamoDBClient, table: string) {
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    }),
  )
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function untilOpen(port: number, child: ChildProcess) {
  for (let tries = 0; child.exitCode === null && tries < 500; tries++) {
    const socket = connect(port, '127.0.0.1')
    const opened = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (opened) return
    await setTimeout(10)
  }
  throw new Error(`Dynoxide does not answer on port ${port} (exit code ${child.exitCode})`)
}
