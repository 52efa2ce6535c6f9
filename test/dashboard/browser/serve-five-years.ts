import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { checkout } from '../../acceptance/run-tidemark.ts'
import { runCommands } from '../../cli/in-one-process.ts'
import { fiveYears } from './five-years.ts'

export interface Served {
  /** Without a slash at the end. */
  readonly url: string
  /** One of several in turn, for a key may ask 600 times a minute. They may read all and write annotations. */
  key(): string
  /** Ends the server and removes its home. */
  close(): Promise<void>
}

const KEYS = 6

/** `tidemark serve` over five years of a company, in a process of its own. Takes half a minute. */
export async function serveFiveYears(): Promise<Served> {
  const { folder, env } = await fiveYears()
  const scopes = 'metrics:read,ops:read,annotations:write'
  const line = ['keys', 'create', '--name', 'test', '--scopes', scopes, '--json']
  const created = await runCommands(Array(KEYS).fill(line), env)
  const keys: string[] = created.map(({ stdout }) => JSON.parse(stdout).key)
  let asked = 0
  const server = spawn(process.execPath, [`${checkout}/bin/tidemark.ts`, 'serve', '--port', '0', '--json'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => server.once('exit', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    ended.then((code) => reject(new Error(`tidemark serve ended with ${code}: ${said}`)))
    server.stdout.on('data', (chunk) => {
      said += chunk
      const found = /"url":\s*"([^"]+)"/.exec(said)
      if (found) resolve(found[1]!)
    })
  })
  return {
    url,
    key: () => keys[asked++ % KEYS]!,
    close: async () => {
      server.kill()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
