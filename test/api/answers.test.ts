import { createHash } from 'node:crypto'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import type { AppOptions } from '../../functions/api/app.ts'
import { scopes } from '../../functions/api/keys.ts'
import { SnapshotBody } from '../../functions/api/snapshot-body.ts'
import { type Day, day, eachDay } from '../../functions/kit/day.ts'
import { keys, type SeriesChunk } from '../../functions/store/rows.ts'
import { deploy, fill, GAP, json, metrics, NEWEST, OLDEST, QUIZ, snapshotOf, store } from './deployment.ts'
import { document, routes, send } from './operations.ts'

const SERIES = '/v1/metrics/customer_interaction_rate/series'

async function filled(options: Partial<AppOptions> = {}) {
  const deployment = await deploy(options)
  await fill(deployment)
  const key = await deployment.key()
  return { ...deployment, get: (path: string, headers?: Record<string, string>) => deployment.get(path, key, headers) }
}

describe('GET /v1/metrics', () => {
  test('describes every metric, in order', async () => {
    const { get } = await filled()
    const body = await json(get('/v1/metrics'))
    expect(body).toEqual({
      timezone: 'Europe/Berlin',
      windows: ['1d', '28d', 'all'],
      headline: ['customer_interaction_rate', 'revenue'],
      snapshots: { from: OLDEST, to: NEWEST },
      metrics: [
        {
          id: 'customer_interaction_rate',
          group: 'interaction',
          title: 'Customer Interaction Rate',
          definition: 'Interactions per 100 customers. It can exceed 100: it counts interactions, not people.',
          formula: 'Σ interactions.count ÷ customers at the end × 100',
          unit: 'percent',
          direction: 'up',
          kind: 'ratio',
          per: 100,
          definition_version: 1,
          inputs: ['shop'],
          by: ['channel', 'kind'],
          windows: ['1d', '28d', 'all'],
          roll_up: { numerator: 'sum', denominator: 'last' },
          min_sample: 1,
          additive_over: [],
        },
        {
          id: 'revenue',
          group: 'commerce',
          title: 'Revenue',
          definition: 'What customers paid.',
          formula: 'Σ orders.amount where kind in (order, renewal, refund)',
          unit: 'money',
          currency: 'EUR',
          direction: 'up',
          kind: 'total',
          definition_version: 2,
          inputs: ['shop'],
          by: [],
          windows: ['1d', '28d', 'all'],
          roll_up: { value: 'sum' },
          min_sample: 1,
          additive_over: ['time', 'segment'],
        },
      ],
      next_cursor: null,
    })
    for (const metric of metrics) {
      const { versions, ...one } = await json(get(`/v1/metrics/${metric.id}`))
      expect(one).toEqual(body.metrics.find(({ id }: { id: string }) => id === metric.id))
      expect(versions).toEqual([{ version: metric.version ?? 1, valid_from: null, change: null }])
    }
  })

  test('?group= keeps the metrics of one; a metric may be in none', async () => {
    const { group: _, ...ungrouped } = { ...metrics[0]!, id: 'other' }
    const { get } = await filled({ metrics: [...metrics, ungrouped] })
    const { metrics: shown, headline } = await json(get('/v1/metrics?group=commerce'))
    expect(shown.map(({ id }: { id: string }) => id)).toEqual(['revenue'])
    expect(headline).toEqual(['customer_interaction_rate', 'revenue'])
    expect((await json(get('/v1/metrics/other'))).group).toBeNull()
    const refused = await get('/v1/metrics?group=finance')
    expect(refused.status).toBe(400)
    expect((await json(refused)).invalid_params).toEqual([
      { name: 'group', reason: 'is no group of metrics; expected interaction, commerce' },
    ])
  })

  test('says that there is no snapshot yet', async () => {
    const { get, key } = await deploy()
    expect((await json(get('/v1/metrics', await key()))).snapshots).toBeNull()
  })
})

describe('GET /v1/snapshots/{date}', () => {
  test('gives the stored bytes of the newest revision', async () => {
    const { get, table, lake } = await filled()
    await store({ table, lake }, snapshotOf('2026-11-19', { revision: 12, computed_at: '2026-11-20T05:00:00Z' }))
    const text = await (await get('/v1/snapshots/2026-11-19')).text()
    expect(text).toBe(JSON.stringify(snapshotOf('2026-11-19', { revision: 12, computed_at: '2026-11-20T05:00:00Z' })))
    expect(SnapshotBody.parse(JSON.parse(text))).toEqual(JSON.parse(text))
  })

  test('reads a body that was spilled to the lake', async () => {
    const { get, table, lake } = await filled()
    const large = snapshotOf('2026-11-18', { revision: 4 })
    await store({ table, lake }, large, { spilled: true })
    expect(await (await get('/v1/snapshots/2026-11-18')).text()).toBe(JSON.stringify(large))
  })

  test('a spilled body that is not there is an outage, not an empty day', async () => {
    const { get, table, lake } = await filled()
    await store({ table, lake }, snapshotOf('2026-11-18', { revision: 4 }), { spilled: true })
    await lake.delete(['snapshots/2026-11-18/4.json.zst'])
    const answer = await get('/v1/snapshots/2026-11-18')
    expect(answer.status).toBe(503)
  })

  test('?metrics= keeps those metrics and all of the proof', async () => {
    const { get } = await filled()
    const body = await json(get('/v1/snapshots/2026-11-19?metrics=revenue'))
    const { metrics: all, ...rest } = snapshotOf('2026-11-19')
    expect(body).toEqual({ ...rest, metrics: { revenue: all.revenue } })
  })

  test('a metric that the day has not is absent, not zero', async () => {
    const { get, table, lake } = await filled()
    await store({ table, lake }, snapshotOf('2026-11-17', { metrics: {} }))
    expect((await json(get('/v1/snapshots/2026-11-17?metrics=revenue'))).metrics).toEqual({})
  })
})

describe('GET /v1/metrics/{id}/series', () => {
  test('holds every day of the range, both ends included, across months', async () => {
    const { get } = await filled()
    const body = await json(get(`${SERIES}?from=2026-10-28&to=2026-11-01`))
    expect(body).toEqual({
      metric: 'customer_interaction_rate',
      unit: 'percent',
      window: '1d',
      timezone: 'Europe/Berlin',
      from: '2026-10-28',
      to: '2026-11-01',
      granularity: 'day',
      layout: 'columns',
      columns: {
        date: ['2026-10-28', '2026-10-29', '2026-10-30', '2026-10-31', '2026-11-01'],
        value: [null, null, 300, 310, 10],
        null_reason: ['no_data', 'no_data', null, null, null],
        numerator: [null, null, 30, 31, 1],
        denominator: [null, null, 10, 10, 10],
        finality: [null, null, 'final', 'final', 'final'],
        coverage: [null, null, 1, 1, 1],
        revision: [null, null, 2, 2, 2],
        definition_version: [null, null, 1, 1, 1],
      },
      annotations: [],
    })
  })

  test('a gap and a null value stay what they are', async () => {
    const { get } = await filled()
    const { columns } = await json(get(`${SERIES}?from=${GAP}&to=2026-11-07`))
    expect(columns).toMatchObject({
      value: [null, 60, null],
      null_reason: ['no_data', null, 'zero_denominator'],
      denominator: [null, 10, 0],
      revision: [null, 2, 2],
      finality: [null, 'final', 'final'],
    })
  })

  test('ends at the newest snapshot and begins 28 days before, unless told otherwise', async () => {
    const { get } = await filled()
    expect(await json(get(SERIES))).toMatchObject({ from: '2026-10-23', to: '2026-11-19' })
    expect(await json(get(`${SERIES}?to=2026-11-01`))).toMatchObject({ from: '2026-10-05', to: '2026-11-01' })
    expect(await json(get(`${SERIES}?from=2026-11-19`))).toMatchObject({
      columns: { finality: ['provisional'] },
    })
  })

  test('ends yesterday, in the reporting zone, before there is a snapshot', async () => {
    const { get, key, tick } = await deploy()
    const good = await key()
    expect((await json(get(SERIES, good))).to).toBe('2026-11-19')
    tick(11 * 3_600_000)
    expect((await json(get(SERIES, good))).to).toBe('2026-11-20')
  })

  test('a window without points and a metric without any are null throughout', async () => {
    const { get } = await filled()
    const { columns } = await json(get(`${SERIES}?window=all`))
    expect(new Set(columns.null_reason)).toEqual(new Set(['no_data']))
    const revenue = await json(get('/v1/metrics/revenue/series'))
    expect(revenue).toMatchObject({ unit: 'money', currency: 'EUR' })
    expect(new Set(revenue.columns.value)).toEqual(new Set([null]))
  })

  test('marks what was noted for its days, whatever its layout', async () => {
    const { get } = await filled()
    const { text: _, url: __, created_by: ___, created_at: ____, ...mark } = QUIZ
    // Its last day is the first of the range.
    expect((await json(get(`${SERIES}?from=2026-11-12`))).annotations).toEqual([mark])
    expect((await json(get(`${SERIES}?from=2026-11-01&to=2026-11-10&layout=rows`))).annotations).toEqual([mark])
    expect((await json(get(`${SERIES}?from=2026-11-13`))).annotations).toEqual([])
  })

  describe('of ten years, with every day in full', () => {
    const YEARS = 'from=2016-11-19&to=2026-11-19'
    const dense = async () => {
      const deployment = await filled()
      const days = eachDay(day('2016-11-19'), NEWEST)
      const months = Map.groupBy(days, (one) => one.slice(0, 7))
      await deployment.table.batch(
        [...months].map(([month, inMonth]) => ({
          ...keys.series('customer_interaction_rate', '1d', month),
          body: new Uint8Array(zstdCompressSync(JSON.stringify(denseChunk(inMonth)))),
        })),
      )
      return { ...deployment, days }
    }

    test('is one query of the series, and one of what was noted', async () => {
      const { get, table, days } = await dense()
      const query = vi.spyOn(table, 'query')
      const { columns, annotations } = await json(get(`${SERIES}?${YEARS}`))
      expect(query.mock.calls.map(([pk]) => pk)).toEqual([
        keys.series('customer_interaction_rate', '1d', '').pk,
        keys.annotation('').pk,
      ])
      expect(columns.date).toEqual(days)
      for (const [name, column] of Object.entries<unknown[]>(columns)) {
        expect(column).toHaveLength(3_653)
        if (name !== 'null_reason') expect(column).not.toContain(null)
      }
      expect(new Set(columns.finality)).toEqual(new Set(['final', 'provisional']))
      expect(annotations).toHaveLength(1)
    })

    test.each(['', '&layout=rows', '&format=csv'])('is below 1 MB, not packed: %s', async (how) => {
      const { get } = await dense()
      const size = (await (await get(`${SERIES}?${YEARS}${how}`)).arrayBuffer()).byteLength
      expect(size).toBeGreaterThan(250_000)
      expect(size).toBeLessThan(1_000_000)
    })
  })
})

/** Numbers as long as they get: quotients of money and of shares. */
const denseChunk = (days: readonly Day[]): SeriesChunk => ({
  days,
  value: days.map((one) => (Number(one.replaceAll('-', '')) * 100) / 7_919),
  null_reason: days.map(() => null),
  numerator: days.map((one) => Number(one.replaceAll('-', ''))),
  denominator: days.map(() => 7_919),
  final: days.map((one) => Number(one.slice(-1)) % 3 !== 0),
  coverage: days.map((one) => Number(one.slice(-2)) / 31),
  revision: days.map((one) => Number(one.slice(-2))),
  definition_version: days.map(() => 12),
})

describe('caching', () => {
  test('the ETag is the SHA-256 of the body, and the body is not sent again', async () => {
    const { get } = await filled()
    const first = await get(SERIES)
    const etag = first.headers.get('etag')!
    expect(etag).toBe(
      `"${createHash('sha256')
        .update(await first.text())
        .digest('hex')}"`,
    )
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get(SERIES, { 'If-None-Match': given })
      expect(again.status).toBe(304)
      expect(await again.text()).toBe('')
      expect(again.headers.get('etag')).toBe(etag)
      expect(again.headers.get('cache-control')).toBe('private, max-age=60')
      expect(again.headers.get('vary')).toBe('Accept, Accept-Encoding, Authorization')
      expect(again.headers.get('content-security-policy')).toContain("default-src 'none'")
    }
    expect((await get(SERIES, { 'If-None-Match': '"other"' })).status).toBe(200)
  })

  test('a 304 needs a key as well', async () => {
    const { api, get } = await filled()
    const etag = (await get(SERIES)).headers.get('etag')!
    expect((await api.request(SERIES, { headers: { 'If-None-Match': etag } })).status).toBe(401)
  })

  test('only what is final throughout is kept for an hour', async () => {
    const { get, table, lake } = await filled()
    const cacheOf = async (path: string) => (await get(path)).headers.get('cache-control')
    expect(await cacheOf(`${SERIES}?from=2026-10-31&to=2026-11-01`)).toBe('private, max-age=3600')
    expect(await cacheOf(`${SERIES}?from=2026-10-28&to=2026-11-01`)).toBe('private, max-age=60')
    expect(await cacheOf(`${SERIES}?from=2026-11-01&to=2026-11-19`)).toBe('private, max-age=60')
    expect(await cacheOf('/v1/snapshots/2026-11-19')).toBe('private, max-age=60')
    await store({ table, lake }, snapshotOf('2026-11-01', { finality: 'final', final_on: null }))
    expect(await cacheOf('/v1/snapshots/2026-11-01')).toBe('private, max-age=3600')
  })
})

describe('the document', () => {
  test('names exactly the routes that answer', async () => {
    const { api } = await deploy()
    const answering = api.routes
      .filter(({ method, path }) => method !== 'ALL' && path !== '/mcp')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    const documented = routes.map(({ method, template }) => `${method} ${template}`)
    expect([...new Set(answering)].sort()).toEqual(documented.sort())
  })

  test('is OpenAPI 3.1 of the running version, and the same when made again', async () => {
    const { api } = await deploy()
    const again = await json(api.request('/v1/openapi.json'))
    expect(again).toEqual(document)
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } })
    expect(document.components.securitySchemes.key).toMatchObject({ type: 'http', scheme: 'bearer' })
  })

  test('every reference leads somewhere, every operation has an id of its own', () => {
    const text = JSON.stringify(document)
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components.schemas).toHaveProperty(name!)
    }
    const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(routes.length)
  })

  test.each(routes)('what $method $template answers has every field that is documented as required', async (route) => {
    const deployment = await deploy()
    await fill(deployment)
    const answer = await send(deployment.api, route, await deployment.key([...scopes]))
    const [status] = Object.keys(document.paths[route.template][route.method.toLowerCase()].responses)
    expect(answer.status).toBe(Number(status))
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    const { responses } = document.paths[route.template][route.method.toLowerCase()]
    const { schema } = responses[answer.status].content['application/json']
    expectFits(schema, await json(answer))
  })
})

interface Schema {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | object
  readonly items?: Schema
}

/** Required fields are there, and no field is undocumented. */
function expectFits(given: Schema, value: unknown): void {
  const schema: Schema = given.$ref ? document.components.schemas[given.$ref.split('/').at(-1)!] : given
  if (Array.isArray(value)) {
    for (const one of value) expectFits(schema.items ?? {}, one)
  } else if (value !== null && typeof value === 'object' && schema.properties) {
    expect(Object.keys(value)).toEqual(expect.arrayContaining([...(schema.required ?? [])]))
    for (const [name, field] of Object.entries(value)) {
      if (!schema.additionalProperties) expect(schema.properties).toHaveProperty(name)
      expectFits(schema.properties[name] ?? {}, field)
    }
  }
}

test('health says the version and nothing else', async () => {
  const { get } = await deploy()
  const answer = await get('/v1/health')
  expect(await json(answer)).toEqual({ status: 'ok', version: '1.2.3' })
  expect(answer.headers.get('cache-control')).toBe('no-store')
})
