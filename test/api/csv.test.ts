import { zstdCompressSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { toCsv } from '../../functions/api/csv.ts'
import { addDays, type Day, eachDay } from '../../functions/kit/day.ts'
import type { SeriesChunk } from '../../functions/store/rows.ts'
import { keys } from '../../functions/store/rows.ts'
import { deploy, fill, json, NEWEST, snapshotOf, store } from './deployment.ts'
import { document, routes, send } from './operations.ts'

const SERIES = '/v1/metrics/customer_interaction_rate/series'

async function filled() {
  const deployment = await deploy()
  await fill(deployment)
  const key = await deployment.key(['metrics:read', 'ops:read'])
  const get = (path: string, headers?: Record<string, string>) => deployment.get(path, key, headers)
  return { ...deployment, granted: key, get }
}

describe('a cell', () => {
  const written = (value: string | number | boolean | null | readonly string[]) =>
    toCsv({ columns: ['a'], rows: [[value]] }).slice(3)

  test.each([
    ['=1+1', "'=1+1"],
    ['+49 30 1234', "'+49 30 1234"],
    ['-1+cmd|A0', "'-1+cmd|A0"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', '"\'\t=1"'.replace('"', '').replace('"', '')],
    ['\r=1', '"\'\r=1"'],
    ['\n=1', '"\'\n=1"'],
    ['=HYPERLINK("http://evil","a")', '"\'=HYPERLINK(""http://evil"",""a"")"'],
  ])('%j cannot be run by a spreadsheet', (given, expected) => {
    expect(written(given)).toBe(`${expected}\r\n`)
  })

  test.each([
    [-12.5, '-12.5'],
    [1e21, '1e+21'],
    [0, '0'],
    [true, 'true'],
    [null, ''],
    ['', ''],
    ['plain', 'plain'],
    ['a-b', 'a-b'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    [' padded', '" padded"'],
    [['a', 'b'], 'a b'],
    [['=a', 'b'], "'=a b"],
  ])('%j is written as it is', (given, expected) => {
    expect(written(given)).toBe(`${expected}\r\n`)
  })

  test('every row has CRLF, the last one too, and a reader gets back what was written', () => {
    const rows = [
      ['ä, "q"', 'x\r\ny', '-'],
      ['', 'ß', 'end'],
    ]
    const text = toCsv({ columns: ['a', 'b', 'c'], rows })
    expect(text.endsWith('end\r\n')).toBe(true)
    expect(parse(text, { record_delimiter: '\r\n' })).toEqual([['a', 'b', 'c'], ['ä, "q"', 'x\r\ny', "'-"], rows[1]])
  })
})

const reads = routes.filter(({ method, scope }) => method === 'GET' && scope)

describe.each(reads)('$template', (route) => {
  const asCsv = { ...route, path: `${route.path}${route.path.includes('?') ? '&' : '?'}format=csv` }

  test('is CSV with ?format=csv and with Accept, the same bytes, and says so in the document', async () => {
    const { api, granted, get } = await filled()
    const byFormat = await send(api, asCsv, granted)
    expect(byFormat.status).toBe(200)
    expect(byFormat.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(byFormat.headers.get('vary')).toContain('Accept')
    const text = await byFormat.text()
    expect(await (await get(route.path, { Accept: 'text/csv' })).text()).toBe(text)
    const rows = parse(text, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[]
    expect(text.split('\r\n')[0]).toMatch(/^[a-z_]+(,[a-z_]+)*$/)
    expect(rows.length).toBeGreaterThan(0)
    expect(document.paths[route.template].get.responses['200'].content).toHaveProperty(['text/csv'])
  })

  test('?format=json wins over Accept, and another format is refused', async () => {
    const { get } = await filled()
    const json = await get(asCsv.path.replace('=csv', '=json'), { Accept: 'text/csv' })
    expect(json.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect((await get(asCsv.path.replace('=csv', '=xlsx'))).status).toBe(400)
  })

  test('has an ETag of its own', async () => {
    const { api, granted } = await filled()
    const [one, other] = [await send(api, route, granted), await send(api, asCsv, granted)]
    expect(other.headers.get('etag')).not.toBe(one.headers.get('etag'))
    expect(other.headers.get('cache-control')).toBe(one.headers.get('cache-control'))
  })
})

describe('a series', () => {
  test('has a row for every day, with its finality and definition', async () => {
    const { get } = await filled()
    const text = await (await get(`${SERIES}?from=2026-11-05&to=2026-11-07&format=csv`)).text()
    expect(text).toBe(
      [
        'metric,window,segment,date,value,null_reason,unit,currency,numerator,denominator,finality,coverage,definition_version,revision',
        'customer_interaction_rate,1d,,2026-11-05,,no_data,percent,,,,,,,',
        'customer_interaction_rate,1d,,2026-11-06,60,,percent,,6,10,final,1,1,2',
        'customer_interaction_rate,1d,,2026-11-07,,zero_denominator,percent,,7,0,final,1,1,2',
        '',
      ].join('\r\n'),
    )
  })

  test('compared, has the other day beside each', async () => {
    const { get } = await filled()
    const text = await (
      await get(`${SERIES}?from=2026-11-18&to=2026-11-19&compare=2026-11-01..2026-11-02&format=csv`)
    ).text()
    const rows = parse(text, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[]
    expect(rows.map(({ date, compared_date, compared_value }) => [date, compared_date, compared_value])).toEqual([
      ['2026-11-18', '2026-11-01', '10'],
      ['2026-11-19', '2026-11-02', '20'],
    ])
  })

  test('beyond 4 MB is refused, and the days that are named fit', async () => {
    const { get, table } = await filled()
    const days = eachDay('2017-01-01' as Day, addDays('2017-01-01' as Day, 3_652))
    const months = Map.groupBy(days, (day) => day.slice(0, 7))
    const long = 1.2345678901234e-300
    await table.batch(
      [...months].map(([month, inMonth]) => {
        const all = <T>(value: T) => inMonth.map(() => value)
        const chunk: SeriesChunk = {
          days: inMonth,
          value: all(long),
          null_reason: all(null),
          // Numbers of JSON of any length: what is stored decides.
          numerator: all('9'.repeat(1_500) as never),
          denominator: all(long),
          final: all(true),
          coverage: all(1),
          revision: all(1),
          definition_version: all(1),
        }
        return {
          ...keys.series('customer_interaction_rate', '28d', month),
          body: new Uint8Array(zstdCompressSync(JSON.stringify(chunk))),
        }
      }),
    )
    const path = `${SERIES}?window=28d&format=csv`
    const refused = await get(`${path}&from=${days[0]}&to=${days.at(-1)}`)
    expect(refused.status).toBe(422)
    const body = await json(refused)
    expect(body.type).toBe('/problems.html#answer-too-large')
    const [range] = /from=\S+&to=\S+$/.exec(body.detail)!
    const answer = await get(`${path}&${range}`)
    expect(answer.status).toBe(200)
    const { byteLength } = await answer.arrayBuffer()
    expect(byteLength).toBeLessThanOrEqual(4_000_000)
    expect(byteLength).toBeGreaterThan(3_000_000)
  })
})

test('a snapshot has a row for the whole and for each segment', async () => {
  const { get } = await filled()
  const text = await (await get(`/v1/snapshots/${NEWEST}?format=csv`)).text()
  const rows = parse(text, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[]
  expect(
    rows.map(({ metric, dimension, segment, value, null_reason, finality, definition_version }) => [
      metric,
      dimension,
      segment,
      value,
      null_reason,
      finality,
      definition_version,
    ]),
  ).toEqual([
    ['customer_interaction_rate', '', '', '500', '', 'provisional', '1'],
    ['customer_interaction_rate', 'channel', 'email', '50', '', 'provisional', '1'],
    ['revenue', '', '', '', 'source_missing', 'provisional', '2'],
  ])
})

test('a segment that a vendor named like a formula stays text', async () => {
  const { get, table, lake } = await filled()
  const snapshot = snapshotOf(NEWEST, { revision: 9 })
  const metric = snapshot.metrics.customer_interaction_rate!
  const by = { channel: { '=cmd|calc': { value: -5 } } }
  const windows = { '1d': { ...metric.windows['1d']!, by } }
  await store({ table, lake }, { ...snapshot, metrics: { customer_interaction_rate: { ...metric, windows } } })
  const text = await (await get(`/v1/snapshots/${NEWEST}?format=csv`)).text()
  expect(text).toContain(",channel,'=cmd|calc,-5,")
})
