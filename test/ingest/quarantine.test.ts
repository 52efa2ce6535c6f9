import { describe, expect, test } from 'vitest'
import { interactions } from '../../functions/facts.ts'
import { invalid, TidemarkError } from '../../functions/kit/errors.ts'
import { deploy } from './deployment.ts'
import { asInteraction, daily, openVendor, type VendorRecord } from './vendor.ts'

const NOW = '2026-11-20T06:00:00Z'
const DAY = '2026-11-19'

async function read(
  records: readonly VendorRecord[],
  map?: Parameters<typeof openVendor>[1]['map'],
  kind: 'events' | 'whole' | 'entity' = 'events',
) {
  const vendor = openVendor('shop', { kind, ...(map && { map }) })
  vendor.records = records
  vendor.pageSize = 1000
  const deployed = await deploy({ sources: [vendor.source], now: NOW })
  return { deployed, vendor }
}

/** The only run there is. */
async function onlyRun({ store }: Awaited<ReturnType<typeof read>>['deployed']) {
  const [row] = await Array.fromAsync(store.table.query('run#shop'))
  return row!
}

test('a record that cannot be read is kept out, with its key and the reason; the others come in', async () => {
  const bad = [
    { key: 'no-time', at: 'soon' },
    { key: 'wrong-type', at: `${DAY}T12:00:00Z`, count: '7' as never },
    { key: 'negative', at: `${DAY}T12:00:00Z`, count: -7 },
    { at: 7 } as never,
    { key: '', at: `${DAY}T12:00:00Z` },
    null as never,
  ]
  const { deployed, vendor } = await read([])
  await using _ = deployed
  vendor.records = daily([DAY], 94)
  vendor.arrange = (records) => [...records, ...bad]
  const answer = await deployed.ingest()
  expect(answer).toMatchObject({ status: 'ok', records: 100, facts: 94, quarantined: 6 })
  const { quarantine } = await deployed.record(answer.run)
  expect(quarantine).toEqual([
    { record: 'no-time', reason: "interactions.at: 'soon' is no time; expected an RFC 3339 instant or YYYY-MM-DD" },
    { record: 'wrong-type', reason: expect.stringMatching(/^count: .*number/) },
    { record: 'negative', reason: expect.stringContaining('-7 lies outside 0') },
    { record: 'page 0#97', reason: expect.stringMatching(/^key: /) },
    { record: 'page 0#98', reason: "the record's key is empty; expected text" },
    { record: 'page 0#99', reason: expect.stringMatching(/object/) },
  ])
  expect(await deployed.run(answer.run)).toMatchObject({
    status: 'ok',
    quarantined: 6,
    warnings: [
      {
        code: 'quarantined',
        message: expect.stringMatching(/^6 of 100 records could not be read; the first, no-time: interactions.at/),
      },
    ],
  })
})

test.each([
  ['events', 'changed'],
  ['whole', 'invalid'],
] as const)('%s: most of it unreadable is no reading: %s', async (kind, code) => {
  const mostly = (bad: number, good: number) => [
    ...Array.from({ length: bad }, (_, n) => ({ key: `bad-${n}`, at: 'soon' })),
    ...daily([DAY], good),
  ]
  for (const [bad, good, passes] of [
    [1, 1, true],
    [2, 1, false],
    [10, 10, true],
    [11, 89, false],
    [11, 99, true],
    [12, 107, false],
  ] as const) {
    const { deployed, vendor } = await read([], undefined, kind)
    await using _ = deployed
    vendor.records = daily([DAY], 1)
    vendor.arrange = () => mostly(bad, good)
    if (passes) {
      expect(await deployed.ingest()).toMatchObject({ status: 'ok', quarantined: bad, facts: good })
      continue
    }
    await expect(deployed.ingest()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`${bad} of ${bad + good} records of shop.rows cannot be read`),
    })
    expect(await onlyRun(deployed)).toMatchObject({ status: 'failed', error: { code }, quarantined: bad })
    expect(await deployed.parts()).toEqual({})
  }
})

test('1,000 are named, all are counted', async () => {
  const { deployed, vendor } = await read([])
  await using _ = deployed
  vendor.records = [
    ...daily([DAY], 12_000),
    ...Array.from({ length: 1_200 }, (_, n) => ({ key: `bad-${n}`, at: 'soon' })),
  ]
  deployed.remaining = (pagesRead) => (pagesRead >= 3 ? 30_000 : 900_000)
  const answer = await deployed.ingest()
  expect(answer.quarantined).toBe(1_200)
  expect(answer.turns).toBeGreaterThan(3)
  const record = await deployed.record(answer.run)
  expect(record.quarantined).toBe(1_200)
  expect(record.quarantine).toHaveLength(1_000)
})

describe('a mapping', () => {
  test('that throws anything but an error of ours is a fault in its code, and fails the run', async () => {
    const { deployed } = await read(daily([DAY], 3), () => {
      throw new TypeError('cannot read properties of undefined, such as anna@example.com')
    })
    await using _ = deployed
    await expect(deployed.ingest()).rejects.toBeInstanceOf(TypeError)
    expect(await onlyRun(deployed)).toMatchObject({
      status: 'failed',
      quarantined: 0,
      error: {
        code: 'changed',
        message: 'TypeError in the code of shop.rows: cannot read properties of undefined, such as …@…',
      },
    })
    expect(await deployed.parts()).toEqual({})
  })

  test.each(['changed', 'credentials', 'unavailable'] as const)('that throws %s fails the run', async (code) => {
    const { deployed } = await read(daily([DAY], 3), () => {
      throw new TidemarkError(code, 'no')
    })
    await using _ = deployed
    await expect(deployed.ingest()).rejects.toMatchObject({ code })
  })

  test('that throws `invalid` loses one record, whole', async () => {
    const { deployed } = await read(daily([DAY], 12), (record) => {
      if (record.key.endsWith('-0')) throw invalid(`no order without an id, ask +49 30 123456 or anna@example.com`)
      return [asInteraction(record), asInteraction({ ...record, at: record.key.endsWith('-1') ? 'soon' : record.at })]
    })
    await using _ = deployed
    const answer = await deployed.ingest()
    // '-1' is lost with both of its rows.
    expect(answer).toMatchObject({ facts: 20, quarantined: 2 })
    const [first] = (await deployed.record(answer.run)).quarantine
    expect(first!.reason).toBe('no order without an id, ask … or …@…')
  })

  test('may say nothing', async () => {
    const { deployed } = await read(daily([DAY], 3), () => null)
    await using _ = deployed
    expect(await deployed.ingest()).toMatchObject({ status: 'empty', records: 3, facts: 0, quarantined: 0 })
  })

  test('that returns a fact or a kind that is none, or a local time without a zone, loses the record', async () => {
    const { deployed } = await read(daily([DAY], 40), (record) => {
      if (record.key.endsWith('-0')) return { fact: 'visits', columns: {} }
      if (record.key.endsWith('-1')) return interactions({ at: record.at, channel: 'email', kind: 'stare' as never })
      if (record.key.endsWith('-2')) return interactions({ at: `${DAY}T10:00:00`, channel: 'email', kind: 'open' })
      return asInteraction(record)
    })
    await using _ = deployed
    const answer = await deployed.ingest()
    const { quarantine } = await deployed.record(answer.run)
    expect(quarantine.map(({ reason }) => reason.split(';')[0]!.split(' ').slice(0, 6).join(' '))).toEqual([
      "map returned a row of 'visits',",
      "interactions.kind: 'stare' is none of visit,",
      'interactions.at: 2026-11-19T10:00:00 has no offset and',
    ])
  })
})

test.each(['yesterday', '2999-01-01T00:00:00Z', '+010000-01-01T00:00:00Z', '1899-12-31T00:00:00Z'])(
  'entity: %s is no instant of change',
  async (changed) => {
    const good = daily([DAY], 5).map((record) => ({ ...record, changed: record.at }))
    const { deployed } = await read([...good, { key: 'x', at: `${DAY}T00:00:00Z`, changed }], undefined, 'entity')
    await using _ = deployed
    const answer = await deployed.ingest()
    expect(answer).toMatchObject({ facts: 5, quarantined: 1 })
    expect((await deployed.record(answer.run)).quarantine[0]).toMatchObject({ record: 'x' })
  },
)

test('half a surrogate pair reaches no object: keys and texts are well-formed', async () => {
  const half = '\ud83e'
  const { deployed } = await read(
    [
      { key: `a${half}`, at: `${DAY}T00:00:00Z`, changed: `${DAY}T00:00:00Z`, gone: [`b${half}`] },
      { key: `c${half}`, at: 'soon', changed: `${DAY}T00:00:00Z` },
    ],
    ({ at }) => interactions({ at, channel: 'email', kind: 'open', id: `d${half}`, deals: [`e${half}`] }),
    'entity',
  )
  await using _ = deployed
  const answer = await deployed.ingest()
  expect(await deployed.rows()).toMatchObject([{ record: 'a\ufffd', id: 'd\ufffd', deals: ['e\ufffd'] }])
  expect((await deployed.rows('records')).map(({ record }) => record)).toEqual(['a\ufffd', 'b\ufffd'])
  expect((await deployed.record(answer.run)).quarantine[0]!.record).toBe('c\ufffd')
  for (const { path, text } of await deployed.dump()) {
    if (/lake\/(facts|runs|manifests)/.test(path)) expect(text, path).not.toMatch(/\\u[dD][89a-fA-F]/)
  }
})
