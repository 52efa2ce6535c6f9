import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../functions/api/app.ts'
import { createKey, scopes } from '../../functions/api/keys.ts'
import { createComputeHandler } from '../../functions/compute/handler.ts'
import { dropBox } from '../../functions/ingest/drop-box.ts'
import { ingest } from '../../functions/ingest/ingest.ts'
import { configData } from '../../functions/kit/config.ts'
import { metrics } from '../../functions/metrics/index.ts'
import { setUp } from '../../functions/setup/handler.ts'
import { openDirectory } from '../../functions/store/directory.ts'
import { openEnv } from '../../functions/store/env.ts'
import type { Store } from '../../functions/store/open.ts'
import { openSqlite } from '../../functions/store/sqlite.ts'
import { lateDay } from '../../functions/watch/late-day.ts'
import { type Asked, isAllowed, recordedStore } from './recorded-store.ts'
import { arnText, cleanUp, listOf, type Synthesised, synthesise, testConfig } from './synthesised.ts'

cleanUp()

const NOW = new Date('2026-11-20T05:00:00Z')
const now = () => NOW
const home = mkdtempSync(join(tmpdir(), 'tidemark-policies-'))
const store: Store = {
  lake: openDirectory(join(home, 'lake')),
  table: openSqlite(join(home, 'table.sqlite')),
  secrets: openEnv({ home, env: {}, dotenv: join(home, 'none') }),
  close: async () => {
    await Promise.all([store.lake.close(), store.table.close()])
  },
}
const config = testConfig()
const invocation = () => ({ awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 900_000 })

let made: Synthesised
beforeAll(() => {
  // AWS's rules are checked by stack.test.ts, and take their time.
  vi.stubEnv('CDK_VALIDATION', 'false')
  made = synthesise(config)
})
afterAll(async () => {
  await store.close()
  rmSync(home, { recursive: true, force: true })
})

/** What was asked for and is not granted. */
async function refused(functionName: string, work: (store: Store) => Promise<unknown>): Promise<Asked[]> {
  const asked: Asked[] = []
  await work(recordedStore(store, asked))
  expect(asked).not.toEqual([])
  const statements = made.statementsOf(functionName)
  return asked.filter((one) => !isAllowed(statements, one))
}

describe('what a function does is what its role may do', () => {
  it('setup', async () => {
    expect(await refused('-setup', (recorded) => setUp(recorded, new Date('2026-11-17T00:00:00Z')))).toEqual([])
  })

  it('ingest of dropped files, and again of a changed one', async () => {
    const read = (text: string) => async (recorded: Store) => {
      await store.lake.put('drop/shop/shop.csv', Buffer.from(text))
      const files = (source: string) => dropBox(recorded.lake, source)
      const deps = { store: recorded, config, now, files, holder: 'lambda:one' }
      const event = { source: 'shop', stream: 'rows', from: null, to: null, force: true, state: null }
      const answer = await ingest(deps, event, invocation())
      expect(answer.status).toBe('ok')
    }
    expect(await refused('-ingest-shop', read('at\n2026-11-18\n2026-11-19\n'))).toEqual([])
    expect(await refused('-ingest-shop', read('at\n2026-11-18\n2026-11-18\n2026-11-19\n'))).toEqual([])
  })

  it('compute, and again of what changed', async () => {
    const work = async (recorded: Store) => {
      const compute = createComputeHandler({ store: recorded, config: configData(config), now, host: 'lambda' })
      const answer = await compute({ task: 'compute', from: null, to: null }, invocation())
      expect(answer.status).toBe('done')
    }
    expect(await refused('-compute', work)).toEqual([])
    expect(await refused('-compute', work)).toEqual([])
  })

  it('the API: every route that reads, and annotations', async () => {
    const { key } = await createKey(store.table, { name: 'test', scopes, now: NOW })
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', 'Idempotency-Key': 'one' }
    const body = JSON.stringify({ date_from: '2026-11-18', title: 'a note' })
    const statuses: number[] = []
    const work = async (recorded: Store) => {
      const app = createApp({ store: recorded, config: configData(config), metrics, now, version: '0', anyHost: true })
      const { paths } = (await (await app.request('/v1/openapi.json')).json()) as {
        paths: Record<string, { get?: unknown }>
      }
      for (const [path, { get }] of Object.entries(paths)) {
        if (!get) continue
        const id = path.includes('metrics') ? 'interactions' : 'none'
        const concrete = path.replace('{date}', '2026-11-19').replaceAll(/\{[^}]+\}/g, id)
        statuses.push((await app.request(concrete, { headers })).status)
      }
      const added = await app.request('/v1/annotations', { method: 'POST', headers, body })
      statuses.push(added.status)
      const { id } = (await added.json()) as { id: string }
      statuses.push((await app.request(`/v1/annotations/${id}`, { method: 'DELETE', headers })).status)
    }
    expect(await refused('-api', work)).toEqual([])
    expect(statuses).toEqual(expect.arrayContaining([200, 201]))
    expect(statuses.filter((status) => status >= 500)).toEqual([])
  })

  it('the watch', async () => {
    const watched = { timezone: config.timezone, expectedBy: 330 }
    expect(await refused('-watch', ({ table }) => lateDay(table, watched, NOW))).toEqual([])
  })
})

describe('what a function may do is what it needs', () => {
  const parameters = (functionName: string) =>
    made
      .statementsOf(functionName)
      .filter(({ Action }) => listOf(Action).some((action) => action.startsWith('ssm:')))
      .flatMap(({ Resource }) => listOf(Resource).map((arn) => arnText(arn).replace(/^.*:parameter\//, '')))
  const own = (source: string, names: string[]) => names.map((name) => `tidemark/prod/${source}/${name}`)

  it.each([
    ['hubspot', ['token']],
    ['hubspot-2', ['token']],
    ['facebook', ['token', 'appSecret']],
    ['shop', []],
  ])('%s reads its own secrets and the pepper', (source, names) => {
    expect([...new Set(parameters(`-ingest-${source}`))].sort()).toEqual(
      ['tidemark/prod/pepper', ...own(source, names)].sort(),
    )
  })

  it('compute, the API and the watch read no secret, and only setup makes a pepper', () => {
    for (const name of ['-compute', '-api', '-watch']) expect(parameters(name)).toEqual([])
    const making = { action: 'ssm:PutParameter', resource: 'tidemark/prod/pepper' }
    for (const name of ['-ingest-hubspot', '-ingest-shop']) {
      expect(isAllowed(made.statementsOf(name), making)).toBe(false)
    }
    expect(isAllowed(made.statementsOf('-setup'), making)).toBe(true)
  })

  it.each<[who: string, asked: Asked]>([
    ['ingest-hubspot', { action: 'ssm:GetParameter', resource: 'tidemark/prod/facebook/token' }],
    ['ingest-hubspot', { action: 'ssm:GetParameter', resource: 'tidemark/prod/hubspot-2/token' }],
    ['ingest-hubspot', { action: 'ssm:GetParameter', resource: 'tidemark/dev/hubspot/token' }],
    ['ingest-hubspot', { action: 's3:GetObject', resource: '<LakeBucket>/raw/hubspot-2/contacts/1/0.zst' }],
    [
      'ingest-hubspot',
      { action: 's3:PutObject', resource: '<LakeBucket>/facts/orders/day=2026-11-19/shop.rows.1.0.zst' },
    ],
    ['ingest-hubspot', { action: 's3:DeleteObject', resource: '<LakeBucket>/raw/hubspot/contacts/1/0.zst' }],
    ['ingest-hubspot', { action: 's3:GetObject', resource: '<LakeBucket>/drop/shop/shop.csv' }],
    ['ingest-hubspot', { action: 's3:PutObject', resource: '<LakeBucket>/snapshots/2026-11-19/000001.json.zst' }],
    ['ingest-hubspot', { action: 'dynamodb:PutItem', resource: '<Table>', leadingKey: 'part#hubspot-2#contacts' }],
    ['ingest-hubspot', { action: 'dynamodb:GetItem', resource: '<Table>', leadingKey: 'key' }],
    ['ingest-hubspot', { action: 'dynamodb:Query', resource: '<Table>', leadingKey: 'cursor#hubspot-2' }],
    ['ingest-hubspot', { action: 'dynamodb:Scan', resource: '<Table>' }],
    ['compute', { action: 's3:GetObject', resource: '<LakeBucket>/raw/hubspot/contacts/1/0.zst' }],
    ['compute', { action: 's3:DeleteObject', resource: '<LakeBucket>/facts/orders/day=2026-11-19/shop.rows.1.0.zst' }],
    ['compute', { action: 'dynamodb:PutItem', resource: '<Table>', leadingKey: 'part#hubspot#contacts' }],
    ['compute', { action: 'dynamodb:GetItem', resource: '<Table>', leadingKey: 'key' }],
    ['api', { action: 's3:GetObject', resource: '<LakeBucket>/facts/orders/day=2026-11-19/shop.rows.1.0.zst' }],
    ['api', { action: 's3:GetObject', resource: '<LakeBucket>/raw/hubspot/contacts/1/0.zst' }],
    ['api', { action: 'dynamodb:PutItem', resource: '<Table>', leadingKey: 'key' }],
    ['api', { action: 'dynamodb:PutItem', resource: '<Table>', leadingKey: 'snapshot#2026-11-19' }],
    ['watch', { action: 'dynamodb:PutItem', resource: '<Table>', leadingKey: 'meta' }],
  ])('%s may not %j', (who, asked) => {
    expect(isAllowed(made.statementsOf(`-${who}`), asked)).toBe(false)
  })
})
