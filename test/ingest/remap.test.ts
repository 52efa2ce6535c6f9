import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createComputeHandler } from '../../functions/compute/handler.ts'
import { interactions } from '../../functions/facts.ts'
import { rebuild } from '../../functions/ingest/rebuild.ts'
import { type Remapped, remap } from '../../functions/ingest/remap.ts'
import { configData, defineConfig } from '../../functions/kit/config.ts'
import { day } from '../../functions/kit/day.ts'
import type { Source, StreamKind } from '../../functions/kit/source.ts'
import { csv } from '../../functions/sources/csv.ts'
import { collectRows } from '../../functions/store/collect-rows.ts'
import type { Store } from '../../functions/store/open.ts'
import { keys, type RevisionRow } from '../../functions/store/rows.ts'
import { type Deployment, deploy } from './deployment.ts'
import { openMemoryStore } from './memory-store.ts'
import { asInteraction, daily, openVendor, type VendorRecord } from './vendor.ts'
import { watch } from './watched-store.ts'

const DAYS = ['2026-11-17', '2026-11-18', '2026-11-19'] as const
const RANGE = { from: DAYS[0], to: DAYS[2] }
const NOW = '2026-11-20T06:00:00Z'
const LATER = '2026-11-21T06:00:00Z'

const twice = ({ at, count = 1 }: VendorRecord) =>
  interactions({ at, channel: 'email', kind: 'open', count: 2 * count })

/** Remaps with another mapping, in which the vendor cannot be asked. */
function remapWith(deployed: Deployment, source: Source, store: Store = deployed.store): Promise<Remapped> {
  const streams = Object.fromEntries(
    Object.entries(source.streams).map(([name, stream]) => {
      const pages = () => {
        throw new Error('the vendor was asked')
      }
      return [name, { ...stream, pages }]
    }),
  )
  const config = defineConfig({ timezone: 'UTC', currency: 'EUR', sources: [{ ...source, streams }] })
  return remap(
    { store, config, now: () => new Date('2026-11-22T08:00:00Z'), holder: 'lambda:remap' },
    source.id,
    'rows',
  )
}

const mapped = (kind: StreamKind, map = asInteraction) => openVendor('shop', { kind, map }).source

/** What readers find, whoever wrote it. */
async function contents(deployed: Deployment) {
  const without = (rows: object[]) => rows.map((row) => JSON.stringify({ ...row, run: null })).sort()
  const parts = Object.values(await deployed.parts()).map(({ sk, rows, digest, read }) => ({ sk, rows, digest, read }))
  const { run: _, ...cursor } = (await deployed.cursor())!
  return { parts, cursor, rows: without(await deployed.rows()), records: without(await deployed.rows('records')) }
}

const changed = (key: string, at: string, more: Partial<VendorRecord> = {}): VendorRecord => {
  return { key, at: '2026-11-10T00:00:00Z', changed: at, ...more }
}

/** Two readings with what each kind makes of them: overlap, deletion, a full list and changes after it. */
async function collected(kind: StreamKind, map = asInteraction, store?: () => Store) {
  const vendor = openVendor('shop', { kind, map, repull: 1 })
  const deployed = await deploy({ sources: [vendor.source], now: NOW, ...(store && { store }) })
  vendor.records =
    kind === 'entity' ? [changed('a', '2026-11-01T00:00:00Z'), changed('b', '2026-11-18T00:00:00Z')] : daily(DAYS, 3)
  await deployed.ingest(RANGE)
  deployed.at(LATER)
  vendor.records =
    kind === 'entity'
      ? [
          ...vendor.records,
          changed('b', '2026-11-20T10:00:00Z', { count: 5 }),
          changed('c', '2026-11-20T11:00:00Z', { gone: ['a'] }),
        ]
      : [...vendor.records.slice(0, -1), ...daily(['2026-11-20'], 2)]
  await deployed.ingest()
  return { vendor, deployed }
}

describe.each(['events', 'report', 'level', 'entity', 'whole'] as const)('%s', (kind) => {
  test('another mapping gives what a fresh collect with it would have given, without the vendor', async () => {
    const [{ vendor, deployed }, fresh] = [await collected(kind), await collected(kind, twice)]
    await using _ = deployed
    await using __ = fresh.deployed
    const asked = vendor.asked.length
    const before = await contents(deployed)
    const result = await remapWith(deployed, mapped(kind, twice))
    expect(result).toMatchObject({ status: 'ok', left: [] })
    expect(vendor.asked).toHaveLength(asked)
    const after = await contents(deployed)
    const expected = await contents(fresh.deployed)
    // A stream that is read whole is derived from its newest reading, also for days that said the same before.
    const newest = { read: after.cursor.read }
    if (kind === 'whole') expected.parts = expected.parts.map((part) => ({ ...part, ...newest }))
    expect(after).toEqual(expected)
    expect(after.rows).not.toEqual(before.rows)
    expect(after.cursor).toEqual(before.cursor)
    const [part] = Object.values(await deployed.parts())
    expect(await deployed.manifest(part!.sk, part!.run)).toMatchObject({ remapped: true, read: part!.read })
    expect((await deployed.cursor())!.run >= part!.run).toBe(true)

    // Again, there is nothing to do; with the old mapping, everything is as it was.
    expect(await remapWith(deployed, mapped(kind, twice))).toMatchObject({ status: 'unchanged', parts: 0 })
    expect(await remapWith(deployed, mapped(kind))).toMatchObject({ status: 'ok', parts: result.parts })
    expect((await contents(deployed)).rows).toEqual(before.rows)
  })

  test('with the mapping of before, nothing is written', async () => {
    const { deployed } = await collected(kind)
    await using _ = deployed
    const everything = async () => [await deployed.keys(''), await deployed.parts(), await deployed.cursor()]
    const before = await everything()
    const result = await remapWith(deployed, mapped(kind))
    expect(result).toMatchObject({ status: 'unchanged', parts: 0, left: [] })
    expect(result.readings).toBeGreaterThan(0)
    expect(await everything()).toEqual(before)
  })

  test('killed at any write, it is repeated to the same, and a rebuild agrees', async () => {
    const { deployed: undisturbed } = await collected(kind, asInteraction, openMemoryStore)
    await using _ = undisturbed
    await remapWith(undisturbed, mapped(kind, twice))
    const expected = await contents(undisturbed)
    for (let fatal = 1; ; fatal++) {
      const { deployed } = await collected(kind, asInteraction, openMemoryStore)
      await using __ = deployed
      let writes = 0
      const dying = watch(deployed.store, (call, go) => {
        const isWrite = /\.(put|delete|create)$/.test(call.what) && !/^lease#/.test(call.key)
        if (isWrite && ++writes >= fatal) throw new Error('killed')
        return go()
      })
      const died = await remapWith(deployed, mapped(kind, twice), dying).then(
        () => false,
        () => true,
      )
      await remapWith(deployed, mapped(kind, twice))
      expect(await contents(deployed)).toEqual(expected)
      const parts = await deployed.parts()
      await rebuild(deployed.store, async () => {})
      expect(await deployed.parts()).toEqual(parts)
      if (!died) break
    }
  })
})

test('a csv file is mapped again as it was read, though it is gone by now', async () => {
  const file = (map: Parameters<typeof csv>[0]['map']) =>
    csv({ file: 'events.csv', zone: 'UTC', map }, { id: 'events' })
  const by = (kind: 'visit' | 'click') => file(({ at }) => interactions({ at: at!, channel: 'web', kind }))
  await using deployed = await deploy({ sources: [by('visit')], now: NOW })
  await writeFile(join(deployed.home, 'events.csv'), 'at\n2026-11-18T10:00:00\n2026-11-19T10:00:00\n')
  await deployed.ingest({ source: 'events' })
  expect(await remapWith(deployed, by('click'))).toMatchObject({ status: 'ok', parts: 2, records: 2 })
  expect(await deployed.rows()).toMatchObject([
    { at: '2026-11-18T10:00:00.000Z', kind: 'click', record: 'events.csv:2' },
    { kind: 'click', record: 'events.csv:3' },
  ])
})

test('only the days that say something else move; parts of an entity stream after them move as well, in order', async () => {
  const only = (date: string) => (record: VendorRecord) =>
    interactions({
      at: record.at,
      channel: 'email',
      kind: 'open',
      count: (record.changed ?? record.at).startsWith(date) ? 9 : (record.count ?? 1),
    })
  const events = await collected('events')
  await using _ = events.deployed
  const before = await events.deployed.parts()
  expect(await remapWith(events.deployed, mapped('events', only(DAYS[1])))).toMatchObject({ status: 'ok', parts: 1 })
  const { [DAYS[1]]: moved, ...others } = await events.deployed.parts()
  const { [DAYS[1]]: was, ...same } = before
  expect(others).toEqual(same)
  expect(moved).toMatchObject({ read: was!.read, rows: 3 })

  const entity = await collected('entity')
  await using __ = entity.deployed
  await remapWith(entity.deployed, mapped('entity', only('2026-11-01')))
  const runs = Object.values(await entity.deployed.parts())
    .sort((a, b) => (a.read < b.read ? -1 : 1))
    .map(({ run }) => run)
  expect(runs).toEqual([...runs].sort())
  expect(new Set(runs).size).toBeGreaterThan(1)
})

test('a mapping that cannot be used changes nothing', async () => {
  const { deployed } = await collected('events')
  await using _ = deployed
  const before = [await deployed.keys(''), await deployed.parts()]
  const broken = () => interactions({ at: 'soon', channel: 'email', kind: 'open' })
  await expect(remapWith(deployed, mapped('events', broken))).rejects.toMatchObject({ code: 'changed' })
  expect([await deployed.keys(''), await deployed.parts()]).toEqual(before)
})

test('what has expired, is held, is parked or in other hands is left alone, and named', async () => {
  const { vendor, deployed } = await collected('events')
  await using _ = deployed
  const parts = await deployed.parts()
  const { run } = parts[DAYS[0]]!
  const { pages } = await deployed.record(run)
  await deployed.store.lake.delete([pages[0]!.key])
  const left = Object.values(parts).filter((part) => part.run === run)
  expect(await remapWith(deployed, mapped('events', twice))).toMatchObject({
    status: 'incomplete',
    left: [{ run, days: left.map(({ sk }) => sk), why: 'expired' }],
  })
  for (const { sk } of left) expect((await deployed.parts())[sk]).toEqual(parts[sk])

  vendor.records = daily(['2026-11-20'], 40)
  await deployed.ingest({ from: '2026-11-20', force: true })
  const { run: newest } = (await deployed.parts())['2026-11-20']!
  vendor.records = []
  await deployed.ingest({ from: '2026-11-20', force: true })
  const held = await remapWith(deployed, mapped('events', twice))
  expect(held.left).toContainEqual({ run: newest, days: ['2026-11-20'], why: 'held' })
  expect((await deployed.parts())['2026-11-20']!.run).toBe(newest)

  await deployed.store.table.put({ ...keys.parked('shop', 'rows'), state: '{}' })
  expect(await remapWith(deployed, mapped('events'))).toMatchObject({ status: 'parked', readings: 0 })
  const expires = Math.ceil(Date.now() / 1000) + 900
  await deployed.store.table.put({ ...keys.lease('shop', 'rows'), holder: 'lambda:other', expires })
  expect(await remapWith(deployed, mapped('events'))).toMatchObject({ status: 'duplicate', readings: 0 })
})

test.each(['events', 'entity', 'whole'] as const)('%s: the revisions that follow say `remap`', async (kind) => {
  const vendor = openVendor('shop', { kind, settles: 30 })
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  vendor.records = daily(DAYS, 3).map((record) => ({ ...record, changed: record.at }))
  const config = configData(defineConfig({ timezone: 'UTC', currency: 'EUR', windows: [1], sources: [vendor.source] }))
  const compute = () =>
    createComputeHandler({ store: deployed.store, config, now: () => new Date(NOW), host: 'lambda' })(
      { task: 'compute', from: day(DAYS[0]), to: null },
      { awsRequestId: 'once', getRemainingTimeInMillis: () => 900_000 },
    )
  await deployed.ingest(RANGE)
  await compute()
  await remapWith(deployed, mapped(kind, twice))
  expect(await compute()).toMatchObject({ status: 'done', revisions: 3 })
  const rows = (await collectRows(deployed.store.table, keys.head(day(DAYS[1])).pk, {
    from: 'revision',
  })) as RevisionRow[]
  expect(rows.map(({ cause }) => cause)).toEqual([null, 'remap'])
})
