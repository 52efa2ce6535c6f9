import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { unpack } from '../../functions/store/json-object.ts'
import type { LogEntry } from '../../functions/store/log.ts'
import { type FaultyServer, openFaultyServer, type Reply } from '../kit/faulty-server.ts'
import { deploy } from './deployment.ts'
import { openVendor } from './vendor.ts'
import { openWebVendor } from './web-vendor.ts'

let server: FaultyServer
beforeAll(async () => {
  server = await openFaultyServer()
})
afterAll(() => server.close())

const send =
  (body: Buffer, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers })
    response.end(body)
  }

/** JSON with what a parser does not keep: order, spaces, escapes, long numbers, fields nobody reads. */
const page = (ids: readonly string[], next: string | null, day = '2026-11-19') =>
  Buffer.from(
    `{ "zebra" :1.0e5,"big":12345678901234567890, "next": ${JSON.stringify(next)},\r\n\t"items":[${ids
      .map((id) => `{"at":"${day}T12:00:00+00:00", "id":"${id}","name":"caf\\u00e9 \u00e9 🦭"}`)
      .join(' , ')}]}\n`,
  )

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('raw objects hold the bytes that were served; an identical page is not written again', async () => {
  const [first, second] = [page(['1', '2'], 'c2'), page(['3'], null)]
  await using deployed = await deploy({
    sources: [openWebVendor('shop', { url: server.url })],
    now: '2026-11-20T06:00:00Z',
  })
  server.reply(send(first), send(gzipSync(second), { 'content-encoding': 'gzip' }))
  const { run } = await deployed.ingest()
  const raw = await deployed.keys('raw/')
  expect(raw).toEqual([`raw/shop/rows/${run}/000000-0.zst`, `raw/shop/rows/${run}/000001-0.zst`])
  expect(await unpack((await deployed.store.lake.get(raw[0]!))!)).toEqual(first)
  expect(await unpack((await deployed.store.lake.get(raw[1]!))!)).toEqual(second)
  expect((await deployed.record(run)).pages).toEqual([
    { key: raw[0], sha256: sha256(first), bytes: first.length },
    { key: raw[1], sha256: sha256(second), bytes: second.length },
  ])

  const changed = page(['3', '4'], null)
  server.reply(send(first), send(changed))
  const again = await deployed.ingest({ force: true })
  expect((await deployed.record(again.run)).pages).toEqual([
    { key: raw[0], sha256: sha256(first), bytes: first.length },
    { key: `raw/shop/rows/${again.run}/000001-0.zst`, sha256: sha256(changed), bytes: changed.length },
  ])
  expect(await deployed.keys('raw/')).toHaveLength(3)

  // Raw pages expire, so what never changes is written anew from time to time.
  deployed.at('2026-12-25T06:00:00Z')
  server.reply(send(first), send(changed))
  const later = await deployed.ingest({ from: '2026-11-19', to: '2026-11-19', force: true })
  expect((await deployed.record(later.run)).pages[0]!.key).toBe(`raw/shop/rows/${later.run}/000000-0.zst`)
})

test('one page that comes twice in a run is written once', async () => {
  const vendor = openVendor('shop', { kind: 'whole' })
  vendor.pageSize = 1
  const one = { key: 'k', at: '2026-11-19T12:00:00Z' }
  vendor.records = [one, one, one]
  await using deployed = await deploy({ sources: [vendor.source], now: '2026-11-20T06:00:00Z' })
  const { run, pages } = await deployed.ingest()
  expect(pages).toBe(3)
  expect(await deployed.keys('raw/')).toHaveLength(1)
  expect((await deployed.record(run)).pages).toHaveLength(3)
})

test('keys and contents of everything a run writes', async () => {
  const vendor = openVendor('shop', { kind: 'events' })
  vendor.records = [
    { key: '1', at: '2026-11-18T23:59:59.999Z' },
    { key: '2', at: '2026-11-19T00:00:00Z', count: 2 },
    { key: '3', at: 'soon' },
  ]
  await using deployed = await deploy({ sources: [vendor.source], now: '2026-11-20T06:00:00Z' })
  const { run } = await deployed.ingest({ from: '2026-11-18' })
  const read = '2026-11-20T06:00:00.000Z'
  const [logged] = await deployed.keys('log/')
  expect(logged).toMatch(/^log\/\d{4}-\d{2}-\d{2}\/[0-9A-HJKMNP-TV-Z]{26}\.json$/)
  expect(await deployed.keys('')).toEqual([
    `facts/interactions/day=2026-11-18/shop.rows.${run}.0.ndjson.zst`,
    `facts/interactions/day=2026-11-19/shop.rows.${run}.1.ndjson.zst`,
    logged,
    `manifests/shop/rows/2026-11-18/${run}.json`,
    `manifests/shop/rows/2026-11-19/${run}.json`,
    `raw/shop/rows/${run}/000000-0.zst`,
    `raw/shop/rows/${run}/000001-0.zst`,
    `runs/${run}.json`,
  ])
  const parts = await deployed.parts()
  const row = (day: string) => ({
    run,
    manifest: `manifests/shop/rows/${day}/${run}.json`,
    rows: 1,
    digest: expect.stringMatching(/^[0-9a-f]{32}$/),
    read,
  })
  expect(parts).toEqual({
    '2026-11-18': { pk: 'part#shop#rows', sk: '2026-11-18', ...row('2026-11-18') },
    '2026-11-19': { pk: 'part#shop#rows', sk: '2026-11-19', ...row('2026-11-19') },
  })
  const { digest } = parts['2026-11-19']!
  expect(await deployed.manifest('2026-11-19', run)).toEqual({
    source: 'shop',
    stream: 'rows',
    kind: 'events',
    day: '2026-11-19',
    run,
    baseline: false,
    range: { from: '2026-11-18', to: '2026-11-19' },
    read,
    mapping: expect.stringMatching(/^[0-9a-f]{16}$/),
    facts: {
      interactions: {
        rows: 1,
        digest,
        objects: [`facts/interactions/day=2026-11-19/shop.rows.${run}.1.ndjson.zst`],
      },
    },
    rows: 1,
    digest,
    replaces: null,
    flags: [{ code: 'quarantined', message: '1 of 3 records could not be read, and are left out' }],
    record: `runs/${run}.json`,
  })
  expect(await deployed.record(run)).toEqual({
    run,
    source: 'shop',
    stream: 'rows',
    from: '2026-11-18',
    to: '2026-11-19',
    through: null,
    read,
    baseline: false,
    pages: [expect.objectContaining({ bytes: expect.any(Number) }), expect.anything()],
    records: 3,
    repeated: 0,
    outside: 0,
    quarantined: 1,
    notes: [],
    quarantine: [
      { record: '3', reason: "interactions.at: 'soon' is no time; expected an RFC 3339 instant or YYYY-MM-DD" },
    ],
    turns: 1,
    waited: 0,
    waitedFor: null,
    quota: null,
  })
  const entry = JSON.parse(Buffer.from((await deployed.store.lake.get(logged!))!).toString()) as LogEntry
  const { pk: _, sk: __, ...cursor } = (await deployed.cursor())!
  expect(entry).toEqual({
    type: 'commit',
    at: read,
    source: 'shop',
    stream: 'rows',
    run,
    moves: ['2026-11-18', '2026-11-19'].map((day) => ({ day, row: { ...row(day), digest: parts[day]!.digest } })),
    held: [],
    released: [],
    cursor,
    facts: 2,
  })
  expect(await deployed.rows()).toEqual([
    {
      source: 'shop',
      stream: 'rows',
      version: '',
      nth: 0,
      at: '2026-11-18T23:59:59.999Z',
      channel: 'email',
      kind: 'open',
      count: 1,
      record: '1',
      run,
    },
    expect.objectContaining({ record: '2', count: 2 }),
  ])
  const again = await deployed.ingest({ from: '2026-11-19', force: true })
  expect(await deployed.manifest('2026-11-19', again.run)).toMatchObject({ replaces: run })
})

test("the vendor's remaining quota stands in the run's row and record", async () => {
  const source = openWebVendor('shop', {
    url: server.url,
    quota: (headers) => ({ requests: Number(headers['x-left']) }),
  })
  await using deployed = await deploy({ sources: [source], now: '2026-11-20T06:00:00Z' })
  server.reply(send(page(['1'], 'c2'), { 'x-left': '9' }), send(page(['2'], null), { 'x-left': '8' }))
  const { run } = await deployed.ingest()
  expect(await deployed.run(run)).toMatchObject({ status: 'ok', pages: 2, quota: { requests: 8 } })
  expect(await deployed.record(run)).toMatchObject({ quota: { requests: 8 } })
})
