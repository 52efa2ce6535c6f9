import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Deployment, deploy } from './deployment.ts'
import { openVendor, type VendorRecord } from './vendor.ts'

const NOW = '2026-11-20T06:00:00Z'

const digests = async (deployed: Deployment) =>
  Object.values(await deployed.parts()).map(({ sk, rows, digest }) => ({ day: sk, rows, digest }))

const instants = fc
  .integer({ min: 0, max: 3 * 86_400_000 - 1 })
  .map((ms) => new Date(Date.UTC(2026, 10, 17) + ms).toISOString())

/** Records of three days, and the same in another order with some of them twice. */
const shuffled = fc
  .uniqueArray(fc.record({ key: fc.stringMatching(/^[a-z]{1,2}$/), at: instants, changed: instants }), {
    minLength: 1,
    maxLength: 12,
    selector: ({ key, changed }) => `${key} ${changed}`,
  })
  .chain((records) =>
    fc.record({
      records: fc.constant(records),
      again: fc.tuple(fc.shuffledSubarray(records), fc.shuffledSubarray(records, { minLength: records.length })),
      pageSize: fc.integer({ min: 1, max: 5 }),
      yieldAfter: fc.integer({ min: 1, max: 4 }),
    }),
  )

/** Reads the records with and without repetition, and wants the same parts. */
async function sameParts(kind: 'events' | 'entity', distinct: (records: readonly VendorRecord[]) => VendorRecord[]) {
  await fc.assert(
    fc.asyncProperty(shuffled, async ({ records, again: [some, all], pageSize, yieldAfter }) => {
      const vendor = openVendor('shop', { kind })
      vendor.records = distinct(records)
      await using straight = await deploy({ sources: [vendor.source], now: NOW })
      const range = { from: '2026-11-17', to: '2026-11-19' }
      await straight.ingest(range)

      vendor.records = distinct([...all]).concat(distinct([...some]))
      vendor.pageSize = pageSize
      await using other = await deploy({ sources: [vendor.source], now: NOW })
      other.remaining = (pagesRead) => (pagesRead >= yieldAfter ? 30_000 : 900_000)
      const { run } = await other.ingest(range)
      expect(await digests(other)).toEqual(await digests(straight))
      expect((await other.record(run)).repeated).toBe(distinct([...some]).length)
    }),
    { numRuns: 15 },
  )
}

test('events: order and repetition of records and pages do not matter, wherever the invocation ends', async () => {
  // A key names one record.
  await sameParts('events', (records) =>
    [
      ...new Map([...records].sort((a, b) => (a.at < b.at ? -1 : 1)).map((record) => [record.key, record])).values(),
    ].sort((a, b) => records.findIndex(({ key }) => key === a.key) - records.findIndex(({ key }) => key === b.key)),
  )
})

test('entity: nor whether an older or a newer version of a record comes first', async () => {
  await sameParts('entity', (records) => [...records])
})

test('entity: every version of a record is kept, each in the part of the day on which it changed', async () => {
  const vendor = openVendor('crm', { kind: 'entity' })
  await using deployed = await deploy({ sources: [vendor.source], now: '2026-11-17T06:00:00Z' })
  await deployed.ingest()
  deployed.at(NOW)
  const at = '2020-01-01T00:00:00Z'
  vendor.records = [
    { key: 'a', at, changed: '2026-11-19T10:00:00+02:00', count: 2 },
    { key: 'a', at, changed: '2026-11-18T10:00:00Z', count: 1 },
    { key: 'a', at, changed: '2026-11-19T08:00:00.000Z', count: 2 },
  ]
  const { run } = await deployed.ingest()
  expect(await deployed.record(run)).toMatchObject({ records: 3, repeated: 1 })
  const rows = (await deployed.rows()).map(({ record, version, count }) => [record, version, count])
  expect(rows).toEqual([
    ['a', '2026-11-18T10:00:00.000Z', 1],
    ['a', '2026-11-19T08:00:00.000Z', 2],
  ])
  expect(Object.keys(await deployed.parts())).toEqual(['2026-11-17', '2026-11-18', '2026-11-19', 'baseline'])
})

test('rows whose day lies outside the range are counted and not committed', async () => {
  const vendor = openVendor('shop', {
    kind: 'events',
    map: ({ at, count }) => interaction(count === undefined ? at : '2026-11-21T00:00:00Z'),
  })
  vendor.records = [
    { key: '1', at: '2026-11-19T00:00:00Z' },
    { key: '2', at: '2026-11-19T01:00:00Z', count: 1 },
  ]
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  const { run, facts, records } = await deployed.ingest()
  expect({ facts, records }).toEqual({ facts: 1, records: 2 })
  expect(await deployed.record(run)).toMatchObject({ outside: 1, quarantined: 0 })
  expect(await deployed.keys('facts/')).toHaveLength(1)
})

function interaction(at: string) {
  return { fact: 'interactions', columns: { at, channel: 'email', kind: 'open' } }
}
