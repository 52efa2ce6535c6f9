import { describe, expect, test } from 'vitest'
import { addDays, day, eachDay } from '../../functions/kit/day.ts'
import { deploy } from './deployment.ts'
import { daily, openVendor } from './vendor.ts'

const NOW = '2026-11-20T06:00:00Z'
const ranges = (vendor: ReturnType<typeof openVendor>) => vendor.asked.map(({ from, to }) => [from, to])

describe.each(['events', 'report'] as const)('%s', (kind) => {
  test('a first run reads yesterday, and commits it', async () => {
    const vendor = openVendor('shop', { kind })
    vendor.records = daily(['2026-11-18', '2026-11-19', '2026-11-20'], 3)
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    const answer = await deployed.ingest()
    expect(answer).toMatchObject({ status: 'ok', days: 1, pages: 2, records: 3, facts: 3, quarantined: 0, state: null })
    expect(ranges(vendor)).toEqual([['2026-11-19', '2026-11-19']])
    expect(Object.keys(await deployed.parts())).toEqual(['2026-11-19'])
    expect((await deployed.parts())['2026-11-19']).toMatchObject({ run: answer.run, rows: 3 })
    expect(await deployed.cursor()).toMatchObject({
      run: answer.run,
      from: '2026-11-19',
      through: '2026-11-19',
      read: '2026-11-20T06:00:00.000Z',
      baseline: null,
      facts: ['interactions'],
    })
  })

  test('a second run of the day has nothing to read', async () => {
    const vendor = openVendor('shop', { kind, repull: 3 })
    vendor.records = daily(['2026-11-19'], 1)
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    await deployed.ingest({ from: '2026-11-10' })
    const before = await deployed.parts()
    deployed.at('2026-11-20T20:00:00Z')
    expect(await deployed.ingest()).toMatchObject({ status: 'ok', days: 0, run: null })
    expect(vendor.asked).toHaveLength(1)
    expect(await deployed.parts()).toEqual(before)
  })

  test('the next day, it reads the new day and the trailing ones, once', async () => {
    const vendor = openVendor('shop', { kind, repull: 3 })
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    await deployed.ingest({ from: '2026-11-10' })
    deployed.at('2026-11-21T06:00:00Z')
    await deployed.ingest()
    await deployed.ingest()
    expect(ranges(vendor).slice(1)).toEqual([['2026-11-17', '2026-11-20']])
    expect(Object.keys(await deployed.parts())).toEqual(eachDay(day('2026-11-10'), day('2026-11-20')))
    expect(await deployed.cursor()).toMatchObject({ from: '2026-11-10', through: '2026-11-20' })
  })

  test('commits empty days as well', async () => {
    const vendor = openVendor('shop', { kind })
    vendor.records = daily(['2026-11-18'], 1)
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    expect(await deployed.ingest({ from: '2026-11-19' })).toMatchObject({ status: 'empty', days: 1, facts: 0 })
    expect(await deployed.ingest({ from: '2026-11-17' })).toMatchObject({ status: 'ok', days: 2, facts: 1 })
    const rows = Object.values(await deployed.parts()).map((part) => [part.sk, part.rows])
    expect(rows).toEqual([
      ['2026-11-17', 0],
      ['2026-11-18', 1],
      ['2026-11-19', 0],
    ])
    expect((await deployed.parts())['2026-11-19']!.digest).toBe('0'.repeat(32))
  })

  test('asked for committed days, it reads only what is missing among them; forced, all', async () => {
    const vendor = openVendor('shop', { kind })
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    await deployed.ingest({ from: '2026-11-05', to: '2026-11-06' })
    await deployed.ingest({ from: '2026-11-09', to: '2026-11-09' })
    vendor.asked.length = 0
    await deployed.ingest({ from: '2026-11-04', to: '2026-11-11' })
    expect(ranges(vendor)).toEqual([
      ['2026-11-04', '2026-11-04'],
      ['2026-11-07', '2026-11-08'],
      ['2026-11-10', '2026-11-11'],
    ])
    vendor.asked.length = 0
    await deployed.ingest({ from: '2026-11-04', to: '2026-11-06', force: true })
    expect(ranges(vendor)).toEqual([['2026-11-04', '2026-11-06']])
  })

  test('not told from where, it fills the days that were left out since the first one', async () => {
    const vendor = openVendor('shop', { kind })
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    await deployed.ingest({ from: '2026-11-10', to: '2026-11-11' })
    await deployed.ingest({ from: '2026-11-15', to: '2026-11-16' })
    vendor.asked.length = 0
    await deployed.ingest()
    expect(ranges(vendor)).toEqual([
      ['2026-11-12', '2026-11-14'],
      ['2026-11-17', '2026-11-19'],
    ])
  })

  test('a day that was committed long ago is not read again for being the last one asked for', async () => {
    const vendor = openVendor('shop', { kind })
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    await deployed.ingest({ from: '2026-11-10', to: '2026-11-19' })
    deployed.at('2026-11-25T06:00:00Z')
    vendor.asked.length = 0
    await deployed.ingest({ from: '2026-11-10', to: '2026-11-15' })
    expect(vendor.asked).toEqual([])
  })

  test('chains of requests are as long as the stream allows', async () => {
    const vendor = openVendor('shop', { kind, span: 7 })
    vendor.records = daily(eachDay(day('2026-11-01'), day('2026-11-19')), 1)
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    expect(await deployed.ingest({ from: '2026-11-01' })).toMatchObject({ days: 19, facts: 19, turns: 1 })
    expect(ranges(vendor)).toEqual([
      ['2026-11-01', '2026-11-07'],
      ['2026-11-08', '2026-11-14'],
      ['2026-11-15', '2026-11-19'],
    ])
    const runs = Object.values(await deployed.parts()).map(({ run }) => run)
    expect(new Set(runs).size).toBe(3)
    expect([...runs].sort()).toEqual(runs)
  })

  test('days before the vendor still answers are not asked for', async () => {
    const vendor = openVendor('shop', { kind, since: (now) => addDays(now.toISOString().slice(0, 10) as never, -3) })
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    await deployed.ingest({ from: '2026-11-01' })
    expect(ranges(vendor)).toEqual([['2026-11-17', '2026-11-19']])
    await expect(deployed.ingest({ from: '2026-11-01', to: '2026-11-19', force: true })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('nothing before 2026-11-17'),
    })
    await deployed.ingest({ from: '2026-11-17', to: '2026-11-18', force: true })
    expect(ranges(vendor)).toHaveLength(2)
  })

  test('a day that has not ended is never read', async () => {
    const vendor = openVendor('shop', { kind, zone: 'America/Los_Angeles' })
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    // In Los Angeles it is still the 19th.
    expect(await deployed.ingest({ from: '2026-11-19', to: '2026-11-25' })).toMatchObject({ status: 'ok', days: 0 })
    deployed.at('2026-11-20T08:00:00Z')
    await deployed.ingest({ to: '2026-11-25' })
    expect(ranges(vendor)).toEqual([['2026-11-19', '2026-11-19']])
    expect(vendor.asked[0]!.end).toBe(Date.parse('2026-11-20T08:00:00Z'))
  })

  test('days that the vendor is not done with are not committed, and read again', async () => {
    const vendor = openVendor('shop', { kind })
    vendor.records = daily(['2026-11-17', '2026-11-18', '2026-11-19'], 2)
    vendor.through = day('2026-11-18')
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    const answer = await deployed.ingest({ from: '2026-11-17' })
    expect(answer).toMatchObject({ status: 'ok', facts: 4 })
    expect(Object.keys(await deployed.parts())).toEqual(['2026-11-17', '2026-11-18'])
    expect(await deployed.cursor()).toMatchObject({ through: '2026-11-18' })
    expect((await deployed.run(answer.run)).warnings).toEqual([
      { code: 'not_ready', message: 'the vendor is not done with the days after 2026-11-18' },
    ])
    expect(await deployed.keys('facts/interactions/day=2026-11-19')).toEqual([])

    expect(await deployed.ingest()).toMatchObject({ status: 'empty', facts: 0 })
    expect(Object.keys(await deployed.parts())).toEqual(['2026-11-17', '2026-11-18'])
    expect(await deployed.cursor()).toMatchObject({ through: '2026-11-18' })
    vendor.through = undefined
    expect(await deployed.ingest()).toMatchObject({ status: 'ok', facts: 2 })
    expect(ranges(vendor)).toEqual([
      ['2026-11-17', '2026-11-19'],
      ['2026-11-19', '2026-11-19'],
      ['2026-11-19', '2026-11-19'],
    ])
    expect(await deployed.cursor()).toMatchObject({ through: '2026-11-19' })
  })
})

test('what pages say about themselves is a warning of the run, each once', async () => {
  const vendor = openVendor('shop', {
    kind: 'report',
    notes: () => [{ code: 'sampled', message: 'from 10 % of visits' }],
  })
  vendor.records = daily(['2026-11-19'], 6)
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  const { run, pages } = await deployed.ingest()
  expect(pages).toBe(3)
  expect((await deployed.run(run)).warnings).toEqual([{ code: 'sampled', message: 'from 10 % of visits' }])
  expect((await deployed.record(run)).notes).toEqual([{ code: 'sampled', message: 'from 10 % of visits' }])
})

describe('level', () => {
  test('with a past is read like a report', async () => {
    const vendor = openVendor('shop', { kind: 'level' })
    vendor.records = daily(['2026-11-17', '2026-11-18', '2026-11-19'], 1)
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    expect(await deployed.ingest({ from: '2026-11-17' })).toMatchObject({ status: 'ok', days: 3, facts: 3 })
  })

  test.each([
    ['2026-11-20T00:00:00Z', true],
    ['2026-11-20T12:00:00Z', true],
    ['2026-11-20T12:00:00.001Z', false],
    ['2026-11-20T23:59:59Z', false],
  ])('without a past, read at %s: closes the day that has ended: %s', async (now, closes) => {
    const vendor = openVendor('shop', { kind: 'level', past: false })
    vendor.records = daily(['2026-11-18', '2026-11-19'], 1)
    await using deployed = await deploy({ sources: [vendor.source], now })
    const answer = await deployed.ingest({ from: '2026-11-10' })
    expect(answer.days).toBe(closes ? 1 : 0)
    expect(ranges(vendor)).toEqual(closes ? [['2026-11-19', '2026-11-19']] : [])
    expect(Object.keys(await deployed.parts())).toEqual(closes ? ['2026-11-19'] : [])
  })

  test('without a past is read once for a day, unless forced; days gone by are not', async () => {
    const vendor = openVendor('shop', { kind: 'level', past: false })
    vendor.records = daily(['2026-11-19'], 1)
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    await deployed.ingest()
    expect(await deployed.ingest()).toMatchObject({ days: 0 })
    expect(await deployed.ingest({ force: true })).toMatchObject({ days: 1 })
    expect(await deployed.ingest({ from: '2026-11-10', to: '2026-11-15', force: true })).toMatchObject({ days: 0 })
    deployed.at('2026-11-23T06:00:00Z')
    await deployed.ingest()
    expect(ranges(vendor).at(-1)).toEqual(['2026-11-22', '2026-11-22'])
    expect(vendor.asked).toHaveLength(3)
  })
})

describe('entity', () => {
  const people = [
    { key: 'a', at: '2020-01-01T00:00:00Z', changed: '2024-05-05T00:00:00Z' },
    { key: 'b', at: '2021-01-01T00:00:00Z', changed: '2026-11-19T10:00:00Z' },
    { key: 'c', at: '2022-01-01T00:00:00Z', changed: '2026-11-20T05:00:00Z', gone: ['x'] },
  ]

  test('a first run reads the full list, as one part', async () => {
    const vendor = openVendor('crm', { kind: 'entity' })
    vendor.records = people
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    const answer = await deployed.ingest()
    expect(answer).toMatchObject({ status: 'ok', records: 3, facts: 3 })
    expect(vendor.asked).toMatchObject([{ baseline: true }])
    expect(Object.keys(await deployed.parts())).toEqual(['baseline'])
    expect(await deployed.manifest('baseline', answer.run)).toMatchObject({ baseline: true, rows: 3, day: 'baseline' })
    expect(await deployed.cursor()).toMatchObject({ through: '2026-11-19', baseline: '2026-11-20T06:00:00.000Z' })
    const records = await deployed.rows('records')
    expect(records.map(({ record, version, gone }) => [record, version, gone])).toEqual([
      ['a', '2024-05-05T00:00:00.000Z', false],
      ['b', '2026-11-19T10:00:00.000Z', false],
      ['c', '2026-11-20T05:00:00.000Z', false],
      ['x', '2026-11-20T05:00:00.000Z', true],
    ])
  })

  test('later runs read changes from the start of a day to now, each into its day', async () => {
    const vendor = openVendor('crm', { kind: 'entity' })
    vendor.records = people
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    await deployed.ingest()
    deployed.at('2026-11-22T06:00:00Z')
    vendor.records = [
      ...people,
      { key: 'd', at: '2019-01-01T00:00:00Z', changed: '2026-11-20T23:00:00Z' },
      { key: 'e', at: '2019-01-01T00:00:00Z', changed: '2026-11-21T23:00:00Z' },
      { key: 'f', at: '2019-01-01T00:00:00Z', changed: '2026-11-22T05:59:59Z' },
    ]
    const answer = await deployed.ingest()
    expect(vendor.asked[1]).toMatchObject({
      from: '2026-11-20',
      to: '2026-11-21',
      baseline: false,
      end: Date.parse('2026-11-22T06:00:00Z'),
    })
    expect(answer).toMatchObject({ status: 'ok', days: 2, facts: 4 })
    const parts = await deployed.parts()
    expect(Object.values(parts).map(({ sk, rows }) => [sk, rows])).toEqual([
      ['2026-11-20', 2],
      ['2026-11-21', 2],
      ['baseline', 3],
    ])
    // Read again the same day, a part holds at least what it held.
    deployed.at('2026-11-22T18:00:00Z')
    await deployed.ingest()
    expect(vendor.asked[2]).toMatchObject({ from: '2026-11-21', to: '2026-11-21' })
    expect((await deployed.parts())['2026-11-21']).toMatchObject({ rows: 2, digest: parts['2026-11-21']!.digest })
  })

  test('trailing days are read again, once a day', async () => {
    const vendor = openVendor('crm', { kind: 'entity', repull: 2 })
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    await deployed.ingest()
    deployed.at('2026-11-21T06:00:00Z')
    await deployed.ingest()
    deployed.at('2026-11-21T07:00:00Z')
    await deployed.ingest()
    expect(ranges(vendor).slice(1)).toEqual([
      ['2026-11-18', '2026-11-20'],
      ['2026-11-20', '2026-11-20'],
    ])
  })

  test('after 30 days the full list is read again', async () => {
    const vendor = openVendor('crm', { kind: 'entity' })
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    await deployed.ingest()
    deployed.at('2026-12-20T05:59:00Z')
    await deployed.ingest()
    deployed.at('2026-12-20T06:00:00Z')
    await deployed.ingest()
    deployed.at('2026-12-21T06:00:00Z')
    await deployed.ingest()
    expect(vendor.asked.map(({ baseline }) => baseline)).toEqual([true, false, true, false])
    expect(await deployed.cursor()).toMatchObject({ baseline: '2026-12-20T06:00:00.000Z', through: '2026-12-20' })
  })

  test('forced, it reads from the day asked for, and never leaves out what the cursor has not reached', async () => {
    const vendor = openVendor('crm', { kind: 'entity' })
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    await deployed.ingest()
    deployed.at('2026-11-25T06:00:00Z')
    await deployed.ingest({ from: '2026-11-24', force: true })
    await deployed.ingest({ from: '2026-11-10', to: '2026-11-24', force: true })
    expect(ranges(vendor).slice(1)).toEqual([
      ['2026-11-20', '2026-11-24'],
      ['2026-11-10', '2026-11-24'],
    ])
  })
})

test('a day that was last read before it had settled is read once more when it has', async () => {
  const vendor = openVendor('shop', { kind: 'report', settles: 5 })
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  await deployed.ingest()
  deployed.at('2026-11-21T06:00:00Z')
  await deployed.ingest()
  deployed.at('2026-11-24T23:00:00Z')
  await deployed.ingest()
  // The 19th has settled when the 25th begins, the 20th a day later; the days between were read together.
  deployed.at('2026-11-26T06:00:00Z')
  await deployed.ingest()
  await deployed.ingest()
  expect(ranges(vendor)).toEqual([
    ['2026-11-19', '2026-11-19'],
    ['2026-11-20', '2026-11-20'],
    ['2026-11-21', '2026-11-23'],
    ['2026-11-19', '2026-11-20'],
    ['2026-11-24', '2026-11-25'],
  ])
})
