import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { accept } from '../../functions/ingest/accept.ts'
import { rebuild } from '../../functions/ingest/rebuild.ts'
import { defineConfig } from '../../functions/kit/config.ts'
import { type Day, day } from '../../functions/kit/day.ts'
import type { Store } from '../../functions/store/open.ts'
import { asksVendor, type RunRow } from '../../functions/store/rows.ts'
import { openSqlite } from '../../functions/store/sqlite.ts'
import { deploy } from './deployment.ts'
import { openMemoryStore } from './memory-store.ts'
import { daily, openVendor } from './vendor.ts'
import { watch } from './watched-store.ts'

const DAYS = ['2026-11-17', '2026-11-18', '2026-11-19'] as const

/** Three days of 40 records; read again, the first two have only ten and are held. */
async function holding(store?: () => Store) {
  const vendor = openVendor('shop', { kind: 'events' })
  vendor.pageSize = 1000
  vendor.records = daily(DAYS, 40)
  const deployed = await deploy({ sources: [vendor.source], now: '2026-11-20T06:00:00Z', ...(store && { store }) })
  await deployed.ingest({ from: DAYS[0] })
  const complete = vendor.records
  vendor.records = [...daily([DAYS[0], DAYS[1]], 10), ...daily([DAYS[2]], 40)]
  deployed.at('2026-11-21T06:00:00Z')
  const held = await deployed.ingest({ from: DAYS[0], to: DAYS[2], force: true })
  const config = defineConfig({ timezone: 'UTC', currency: 'EUR', sources: [vendor.source] })
  const deps = (store: Store = deployed.store) => ({
    store,
    config,
    now: () => new Date('2026-11-21T08:00:00Z'),
    holder: 'lambda:accept',
  })
  return { vendor, deployed, held, complete, deps }
}

test('a held day is let in as it was read; the other stays held, and the cursor where it is', async () => {
  const { deployed, held, deps } = await holding()
  await using _ = deployed
  const cursor = await deployed.cursor()
  expect(await accept(deps(), 'shop', 'rows', day(DAYS[0]))).toEqual([
    { day: DAYS[0], run: held.run, rows: 10, before: 40, status: 'accepted' },
  ])
  const { digest, read } = await deployed.manifest(DAYS[0], held.run)
  expect((await deployed.parts())[DAYS[0]]).toMatchObject({ run: held.run, rows: 10, digest, read })
  expect(Object.keys(await deployed.held())).toEqual([DAYS[1]])
  expect(await deployed.cursor()).toEqual(cursor)
  expect((await deployed.rows()).length).toBe(90)
})

test('all days of a stream at once; then it is well, and what was accepted is what later readings are held against', async () => {
  const { deployed, deps } = await holding()
  await using _ = deployed
  expect((await accept(deps(), 'shop', 'rows', null)).map(({ day }) => day)).toEqual([DAYS[0], DAYS[1]])
  expect(await deployed.held()).toEqual({})
  deployed.at('2026-11-21T13:00:00Z')
  expect(await deployed.ingest({ from: DAYS[0], to: DAYS[2], force: true })).toMatchObject({ status: 'ok', facts: 60 })
})

test('what is not held, or not there, is refused by name; also while another process reads', async () => {
  const { deployed, deps } = await holding()
  await using _ = deployed
  const ask = (source: string, stream: string, date: string | null) =>
    accept(deps(), source, stream, date === null ? null : day(date))
  await expect(ask('shop', 'rows', DAYS[2])).rejects.toThrow(`held: ${DAYS[0]}, ${DAYS[1]}`)
  await expect(ask('shp', 'rows', null)).rejects.toThrow('have shop')
  await expect(ask('shop', 'row', null)).rejects.toThrow('have rows')
  const lease = { pk: 'lease#shop', sk: 'rows', holder: 'lambda:other', expires: Math.ceil(Date.now() / 1000) + 900 }
  await deployed.store.table.put(lease)
  await expect(ask('shop', 'rows', null)).rejects.toMatchObject({ code: 'unavailable' })
  await deployed.store.table.delete(lease.pk, lease.sk)
  await ask('shop', 'rows', null)
  await expect(ask('shop', 'rows', null)).rejects.toThrow('nothing of shop.rows is held')
})

test('is no reading: what the stream was doing stands', async () => {
  const { deployed, deps } = await holding()
  await using _ = deployed
  await accept(deps(), 'shop', 'rows', null)
  const [newest, ...older] = (await Array.fromAsync(
    deployed.store.table.query('run#shop', { reverse: true }),
  )) as RunRow[]
  expect(newest).toMatchObject({ status: 'accepted' })
  expect(asksVendor(newest!)).toBe(false)
  expect(older.find(asksVendor)).toMatchObject({ status: 'held' })
})

test('a newer part stays, and it says so', async () => {
  const { vendor, deployed, complete, deps } = await holding()
  await using _ = deployed
  const [row] = Object.values(await deployed.held())
  vendor.records = complete
  deployed.at('2026-11-21T07:00:00Z')
  const { run } = await deployed.ingest({ from: DAYS[0], to: DAYS[2], force: true })
  // As if that run had died before it could take the hold away.
  await deployed.store.table.put(row!)
  expect(await accept(deps(), 'shop', 'rows', null)).toMatchObject([{ day: DAYS[0], status: 'superseded' }])
  expect((await deployed.parts())[DAYS[0]]).toMatchObject({ run, rows: 40 })
  expect(await deployed.held()).toEqual({})
})

test('a rebuild lets it in again, also repeated and over newer parts', async () => {
  const { vendor, deployed, complete, deps } = await holding()
  await using _ = deployed
  await accept(deps(), 'shop', 'rows', day(DAYS[0]))
  vendor.records = complete
  deployed.at('2026-11-21T09:00:00Z')
  await deployed.ingest({ from: DAYS[2], to: DAYS[2], force: true })
  const state = async () => [await deployed.parts(), await deployed.held(), await deployed.cursor()]
  const before = await state()
  await rebuild(deployed.store, async () => {})
  expect(await state()).toEqual(before)

  const table = openSqlite(join(deployed.home, 'rebuilt.sqlite'))
  await rebuild({ ...deployed.store, table }, async () => {})
  const rows = async (from: Store['table'], pk: string) => Array.fromAsync(from.query(pk))
  for (const pk of ['part#shop#rows', 'held#shop#rows', 'cursor#shop', 'run#shop']) {
    expect(await rows(table, pk)).toEqual(await rows(deployed.store.table, pk))
  }
  await table.close()
  await rm(join(deployed.home, 'rebuilt.sqlite'), { force: true })
})

test('killed between log and table, it is finished by the next reading of the stream', async () => {
  const { deployed, held, deps } = await holding(openMemoryStore)
  await using _ = deployed
  const dying = watch(deployed.store, (call, go) => {
    if (call.what === 'table.put' && call.key.startsWith('part#')) throw new Error('killed')
    return go()
  })
  await expect(accept(deps(dying), 'shop', 'rows', '2026-11-17' as Day)).rejects.toThrow('killed')
  expect((await deployed.parts())[DAYS[0]]).toMatchObject({ rows: 40 })
  await deployed.ingest({ from: DAYS[2], to: DAYS[2] })
  expect((await deployed.parts())[DAYS[0]]).toMatchObject({ run: held.run, rows: 10 })
  expect(Object.keys(await deployed.held())).toEqual([DAYS[1]])
})
