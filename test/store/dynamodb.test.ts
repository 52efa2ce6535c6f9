import {
  type BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDynamodb } from '../../functions/store/dynamodb.ts'
import { createTable, noDynoxide, startDynoxide } from './dynoxide.ts'
import { tableConformance } from './table-conformance.ts'

const describeServer = describe.skipIf(noDynoxide !== undefined)

describeServer(`dynamodb${noDynoxide ? ` (skipped: ${noDynoxide})` : ''}`, () => {
  let server: Awaited<ReturnType<typeof startDynoxide>>
  beforeAll(async () => {
    server = await startDynoxide()
    await createTable(server.client, 'conformance')
  })
  afterAll(() => server?.stop())

  tableConformance('dynamodb', async (now) => openDynamodb({ table: 'conformance', client: server.client, now }))

  it('names the table that does not exist', async () => {
    const table = openDynamodb({ table: 'nowhere', client: server.client })
    const refusal = { code: 'invalid', message: expect.stringContaining("'nowhere'") }
    await expect(table.get('a', '1')).rejects.toMatchObject(refusal)
    await expect(table.put({ pk: 'a', sk: '1' })).rejects.toMatchObject(refusal)
    await expect(table.put({ pk: 'a', sk: '1' }, 'absent')).rejects.toMatchObject(refusal)
    await expect(table.delete('a', '1')).rejects.toMatchObject(refusal)
    await expect(table.batch([{ pk: 'a', sk: '1' }])).rejects.toMatchObject(refusal)
    await expect(Array.fromAsync(table.query('a'))).rejects.toMatchObject(refusal)
  })
})

type Send = (command: unknown) => Promise<unknown>

/** A client that answers what a test needs and no server can be made to answer. */
function clientThat(send: Send): DynamoDBClient {
  return Object.assign(new DynamoDBClient({ region: 'eu-central-1' }), { send })
}

it('sends again, and only, what a batch left unprocessed', async () => {
  const sent: number[] = []
  const client = clientThat(async (command) => {
    const { RequestItems } = (command as BatchWriteItemCommand).input
    const requests = RequestItems?.some ?? []
    sent.push(requests.length)
    return { UnprocessedItems: requests.length > 20 ? { some: requests.slice(0, 2) } : {} }
  })
  const table = openDynamodb({ table: 'some', client })
  await table.batch(Array.from({ length: 30 }, (_, i) => ({ pk: 'a', sk: String(i) })))
  expect(sent.sort((a, b) => a - b)).toEqual([2, 5, 25])
})

describe('a write whose answer was lost, and which the SDK repeated', () => {
  const row = { pk: 'a', sk: '1', run: 'mine', body: Buffer.from('x') }
  const refused = (attempts: number, item: object | undefined) =>
    clientThat(async () => {
      throw new ConditionalCheckFailedException({
        message: 'The conditional request failed',
        $metadata: { attempts },
        ...(item && { Item: marshall(item) }),
      })
    })

  it('counts as done if the row is what it wrote', async () => {
    expect(await openDynamodb({ table: 'some', client: refused(2, row) }).put(row, 'absent')).toBe(true)
    const gone = openDynamodb({ table: 'some', client: refused(2, undefined) })
    expect(await gone.delete('a', '1', { attribute: 'run', is: '=', value: 'mine' })).toBe(true)
  })

  it('counts as refused otherwise', async () => {
    const theirs = { ...row, run: 'theirs' }
    expect(await openDynamodb({ table: 'some', client: refused(2, theirs) }).put(row, 'absent')).toBe(false)
    expect(await openDynamodb({ table: 'some', client: refused(1, row) }).put(row, 'absent')).toBe(false)
    const kept = openDynamodb({ table: 'some', client: refused(2, theirs) })
    expect(await kept.delete('a', '1', { attribute: 'run', is: '=', value: 'mine' })).toBe(false)
  })
})

it('names the network where no server answers', async () => {
  const client = new DynamoDBClient({
    endpoint: 'http://127.0.0.1:9',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
  await expect(
    client.send(new PutItemCommand({ TableName: 'some', Item: marshall({ pk: 'a', sk: '1' }) })),
  ).rejects.toThrow()
  await expect(openDynamodb({ table: 'some', client }).get('a', '1')).rejects.toMatchObject({ code: 'unavailable' })
  client.destroy()
})
