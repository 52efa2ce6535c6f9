import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { createComputeHandler } from '../../functions/compute/handler.ts'
import { writeSeries } from '../../functions/compute/publish.ts'
import { rebuild } from '../../functions/ingest/rebuild.ts'
import { configData, defineConfig } from '../../functions/kit/config.ts'
import { type Day, day } from '../../functions/kit/day.ts'
import type { Store } from '../../functions/store/open.ts'
import { readSnapshot } from '../../functions/store/read-snapshot.ts'
import { openSqlite } from '../../functions/store/sqlite.ts'
import { type Deployment, deploy } from './deployment.ts'
import { openMemoryStore } from './memory-store.ts'
import { daily, openVendor } from './vendor.ts'
import { watch } from './watched-store.ts'

const NOW = '2026-11-20T06:00:00Z'

/** Fills the series as the command does. */
const seriesOf = (store: Store) => async (days: readonly Day[]) => {
  const snapshots = await Promise.all(days.map((one) => readSnapshot(store, one)))
  await writeSeries(
    store,
    snapshots.filter((snapshot) => snapshot !== undefined),
  )
}

/**
 * Every row but those that no lake can restore: leases, parked readings, keys, and the name of what was published last,
 * which the next compute gives anew. Here, every run committed.
 */
function rows(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true })
  const items = database.prepare('SELECT pk, sk, attributes FROM item ORDER BY pk, sk').all() as Record<
    string,
    string
  >[]
  database.close()
  return items
    .filter(({ pk }) => !/^(lease|parked)#|^key$/.test(pk!))
    .map(({ pk, sk, attributes }) => JSON.stringify([pk, sk, sorted(named(JSON.parse(attributes!)))]))
}

const named = ({ begun: _, published: __, ...rest }: Record<string, unknown>) => rest

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}

/** Days of ordinary life: repeated readings, a hold and its release, another one that stays, changes, deletions, snapshots. */
async function live() {
  const [shop, crm, files] = [
    openVendor('shop', { kind: 'events', repull: 2 }),
    openVendor('crm', { kind: 'entity' }),
    openVendor('files', { kind: 'whole' }),
  ]
  shop.pageSize = 1000
  const sources = [shop.source, crm.source, files.source]
  const deployed = await deploy({ sources, now: NOW })
  const { store } = deployed
  const config = configData(defineConfig({ timezone: 'UTC', currency: 'EUR', sources }))
  const collect = async (instant: string) => {
    deployed.at(instant)
    for (const source of ['shop', 'crm', 'files']) await deployed.ingest({ source })
    const compute = createComputeHandler({ store, config, now: () => new Date(instant), host: 'lambda' })
    const invocation = { awsRequestId: instant, getRemainingTimeInMillis: () => 900_000 }
    await compute({ task: 'compute', from: day('2026-11-18'), to: null }, invocation)
  }
  const changed = (key: string, at: string, gone: string[] = []) => ({
    key,
    at: '2026-11-18T00:00:00Z',
    changed: at,
    gone,
  })
  shop.records = daily(['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21'], 40)
  crm.records = [changed('a', '2026-11-01T00:00:00Z'), changed('b', '2026-11-19T00:00:00Z')]
  files.records = daily(['2026-11-18', '2026-11-19'], 2)
  await deployed.ingest({ from: '2026-11-18' })
  await collect(NOW)
  shop.records = shop.records.filter(({ key }) => !/^2026-11-18-\d\d/.test(key))
  crm.records = [...crm.records, changed('c', '2026-11-20T10:00:00Z', ['a'])]
  files.records = daily(['2026-11-19', '2026-11-20'], 3)
  await collect('2026-11-21T06:00:00Z')
  expect(Object.keys(await deployed.held('shop'))).toEqual(['2026-11-18'])
  shop.records = shop.records.filter(({ key }) => !/^2026-11-20-\d\d/.test(key))
  await collect('2026-11-22T06:00:00Z')
  expect(Object.keys(await deployed.held('shop'))).toEqual(['2026-11-20'])
  expect((await deployed.parts('shop'))['2026-11-18']).toMatchObject({ rows: 10 })
  return deployed
}

/** The deployment's lake with an empty table. */
async function emptied(deployed: Deployment) {
  await deployed.store.table.close()
  for (const end of ['', '-wal', '-shm']) await rm(join(deployed.home, `table.sqlite${end}`), { force: true })
  const file = join(deployed.home, 'rebuilt.sqlite')
  return { file, store: { ...deployed.store, table: openSqlite(file) } }
}

test('the table that is rebuilt from the log is the table that was, and the same again when repeated', async () => {
  await using deployed = await live()
  const before = rows(join(deployed.home, 'table.sqlite'))
  const kinds = new Set(before.map((row) => /^\["(\w+)/.exec(row)![1]))
  expect([...kinds].sort()).toEqual(['cursor', 'definition', 'held', 'meta', 'part', 'run', 'series', 'snapshot'])

  // Metrics whose meaning depends on the config.
  const noted = before.filter((row) => row.startsWith('["definition')).length
  const { file, store } = await emptied(deployed)
  const counts = await rebuild(store, seriesOf(store))
  expect(rows(file)).toEqual(before)
  expect(counts).toMatchObject({ days: 4, missing: 0 })
  expect(counts.commits).toBe((await deployed.keys('log/')).length - 3 - noted)
  expect(counts.revisions).toBe((await deployed.keys('snapshots/')).length)
  expect(await rebuild(store, seriesOf(store))).toEqual(counts)
  expect(rows(file)).toEqual(before)

  // What the lake has lost is counted, and hinders nothing.
  const [lost] = await deployed.keys('snapshots/')
  await store.lake.delete([lost!])
  expect(await rebuild(store, seriesOf(store))).toMatchObject({ missing: 1 })
  await store.table.close()
})

describe('a commit that was killed after its log entry', () => {
  /** One day grew, the other shrank; the process died before it could move a pointer. */
  async function killed() {
    const vendor = openVendor('shop', { kind: 'events' })
    vendor.pageSize = 1000
    vendor.records = daily(['2026-11-18', '2026-11-19'], 40)
    let dies = false
    const deployed = await deploy({
      sources: [vendor.source],
      now: NOW,
      store: openMemoryStore,
      wrap: (store) =>
        watch(store, (call, go) => {
          if (dies && /^(part|held|cursor)#/.test(call.key) && call.what === 'table.put') throw new Error('killed')
          return go()
        }),
    })
    await deployed.ingest({ from: '2026-11-18' })
    vendor.records = [...daily(['2026-11-18'], 41), ...daily(['2026-11-19'], 1)]
    deployed.at('2026-11-20T07:00:00Z')
    dies = true
    await expect(deployed.ingest({ from: '2026-11-18', force: true })).rejects.toThrow('killed')
    expect((await deployed.parts())['2026-11-18']).toMatchObject({ rows: 40 })
    dies = false
    vendor.asked.length = 0
    return { deployed, vendor }
  }

  async function expectFinished(deployed: Deployment) {
    expect((await deployed.parts())['2026-11-18']).toMatchObject({ rows: 41, read: '2026-11-20T07:00:00.000Z' })
    expect((await deployed.held())['2026-11-19']).toMatchObject({ rows: 1, before: 40 })
    expect(await deployed.cursor()).toMatchObject({ read: '2026-11-20T06:00:00.000Z' })
  }

  test('is finished by a rebuild', async () => {
    const { deployed } = await killed()
    await using _ = deployed
    expect(await rebuild(deployed.store, async () => {})).toMatchObject({ commits: 2, parts: 3 })
    await expectFinished(deployed)
  })

  test('is finished by the next invocation, before it looks at what is due', async () => {
    const { deployed, vendor } = await killed()
    await using _ = deployed
    expect(await deployed.ingest()).toMatchObject({ status: 'held', days: 0 })
    expect(vendor.asked).toEqual([])
    await expectFinished(deployed)
    const { run } = (await deployed.parts())['2026-11-18']!
    expect(await deployed.run(run)).toMatchObject({ status: 'held', records: 42, facts: 42, error: null })
  })
})

test('what a newer run did stays, whenever the log is played', async () => {
  const vendor = openVendor('shop', { kind: 'events' })
  vendor.records = daily(['2026-11-19'], 3)
  await using deployed = await deploy({ sources: [vendor.source], now: NOW, store: openMemoryStore })
  await deployed.ingest()
  const [entry] = await deployed.keys('log/')
  const copy = (await deployed.store.lake.get(entry!))!
  vendor.records = daily(['2026-11-19'], 5)
  await deployed.ingest({ force: true })
  const before = { parts: await deployed.parts(), cursor: await deployed.cursor() }
  // The older entry comes last.
  await deployed.store.lake.put('log/2999-01-01/7ZZZZZZZZZZZZZZZZZZZZZZZZZ.json', copy)
  await rebuild(deployed.store, async () => {})
  expect({ parts: await deployed.parts(), cursor: await deployed.cursor() }).toEqual(before)
})
