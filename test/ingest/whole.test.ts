import { expect, test } from 'vitest'
import { FactsWriter } from '../../functions/ingest/facts-writer.ts'
import { deploy } from './deployment.ts'
import { daily, openVendor } from './vendor.ts'

const DAYS = ['2026-11-17', '2026-11-18', '2026-11-19']

async function read() {
  const vendor = openVendor('files', { kind: 'whole' })
  vendor.pageSize = 4
  vendor.records = daily(DAYS, 2)
  const deployed = await deploy({ sources: [vendor.source], now: '2026-11-20T06:00:00Z' })
  const first = await deployed.ingest()
  deployed.at('2026-11-21T06:00:00Z')
  return { vendor, deployed, first }
}

test('one reading covers every day that has rows, whatever was asked for', async () => {
  const { deployed, first } = await read()
  await using _ = deployed
  expect(first).toMatchObject({ status: 'ok', facts: 6, days: 1 })
  expect(Object.values(await deployed.parts()).map(({ sk, rows }) => [sk, rows])).toEqual(DAYS.map((day) => [day, 2]))
})

test('unchanged, it writes no fact and moves no part; only the cursor moves, and the run is recorded', async () => {
  const { deployed, first } = await read()
  await using _ = deployed
  const before = {
    parts: await deployed.parts(),
    facts: await deployed.keys('facts/'),
    raw: await deployed.keys('raw/'),
  }
  const answer = await deployed.ingest()
  expect(answer).toMatchObject({ status: 'ok', facts: 6, records: 6 })
  expect(answer.run! > first.run!).toBe(true)
  expect({
    parts: await deployed.parts(),
    facts: await deployed.keys('facts/'),
    raw: await deployed.keys('raw/'),
  }).toEqual(before)
  expect(await deployed.keys('manifests/')).toHaveLength(3)
  expect(await deployed.cursor()).toMatchObject({
    run: answer.run,
    through: '2026-11-20',
    read: '2026-11-21T06:00:00.000Z',
  })
  expect(await deployed.run(answer.run)).toMatchObject({ status: 'ok', facts: 6 })
  expect(await deployed.record(answer.run)).toMatchObject({ records: 6 })
})

test('only days that say something else move; a day that lost all its rows becomes an empty part', async () => {
  const { vendor, deployed, first } = await read()
  await using _ = deployed
  vendor.records = [...daily(['2026-11-17'], 2), ...daily(['2026-11-18'], 3), ...daily(['2026-11-20'], 1)]
  const { run } = await deployed.ingest()
  const parts = Object.values(await deployed.parts()).map((part) => [part.sk, part.rows, part.run])
  expect(parts).toEqual([
    ['2026-11-17', 2, first.run],
    ['2026-11-18', 3, run],
    ['2026-11-19', 0, run],
    ['2026-11-20', 1, run],
  ])
  expect(await deployed.manifest('2026-11-19', run)).toMatchObject({ rows: 0, facts: {}, replaces: first.run })
  // Empty it stays: it does not move again.
  const again = await deployed.ingest()
  expect(Object.values(await deployed.parts()).some((part) => part.run === again.run)).toBe(false)
})

test('a row that moved down the file is the same row', async () => {
  const { vendor, deployed } = await read()
  await using _ = deployed
  const before = await deployed.parts()
  vendor.records = vendor.records.map((record) => ({ ...record, key: `line 1 later: ${record.key}` }))
  await deployed.ingest()
  expect(await deployed.parts()).toEqual(before)
})

test('rows that are the same are separate rows', async () => {
  const { vendor, deployed } = await read()
  await using _ = deployed
  const [one] = vendor.records
  vendor.records = [one!, one!, one!]
  expect(await deployed.ingest()).toMatchObject({ facts: 3 })
  expect((await deployed.rows()).length).toBe(3)
})

test('what memory or the clock forced out of unchanged days is deleted', async () => {
  const { vendor, deployed } = await read()
  await using _ = deployed
  const before = await deployed.keys('facts/')
  deployed.remaining = (pagesRead) => (pagesRead >= 1 ? 30_000 : 900_000)
  const unchanged = await deployed.ingest()
  expect(unchanged.turns).toBe(2)
  expect(await deployed.keys('facts/')).toEqual(before)

  vendor.records = [...vendor.records, { key: 'new', at: '2026-11-19T13:00:00Z' }]
  const { run } = await deployed.ingest()
  const added = (await deployed.keys('facts/')).filter((key) => !before.includes(key))
  const { objects } = (await deployed.manifest('2026-11-19', run)).facts.interactions!
  expect(added).toEqual([...objects].sort())
  expect((await deployed.rows()).length).toBe(7)
})

test('the writer leaves nothing in the lake of days that are not wanted', async () => {
  const { deployed } = await read()
  await using _ = deployed
  const before = await deployed.keys('facts/')
  const writer = new FactsWriter(deployed.store.lake, 'files.rows.RUN', 0)
  writer.add('2026-11-17' as never, 'interactions', { line: '{}', content: 'a' })
  writer.add('2026-11-18' as never, 'interactions', { line: '{}', content: 'b' })
  const written = await writer.finish((day) => day === '2026-11-18')
  expect(written.map(({ day, rows, objects }) => [day, rows, objects.length])).toEqual([
    ['2026-11-17', 1, 0],
    ['2026-11-18', 1, 1],
  ])
  expect((await deployed.keys('facts/')).length).toBe(before.length + 1)
})
