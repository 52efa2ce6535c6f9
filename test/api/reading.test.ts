import { describe, expect, test, vi } from 'vitest'
import { noteDefinitions } from '../../functions/compute/definitions.ts'
import { interactions } from '../../functions/facts.ts'
import { addDays, day } from '../../functions/kit/day.ts'
import { type Metric, points, score, total } from '../../functions/kit/metric.ts'
import { keys, type Snapshot } from '../../functions/store/rows.ts'
import { config, deploy, fill, GAP, json, metrics, NEWEST, snapshotOf, store } from './deployment.ts'

const SERIES = '/v1/metrics/customer_interaction_rate/series'
const VALUE = '/v1/metrics/customer_interaction_rate/value'

async function filled(options: Parameters<typeof deploy>[0] = {}) {
  const deployment = await deploy(options)
  await fill(deployment)
  const key = await deployment.key()
  return { ...deployment, granted: key, get: (path: string) => deployment.get(path, key) }
}

describe('GET /v1/metrics/{id}/value', () => {
  test('gives the value with all of its proof', async () => {
    const { get } = await filled()
    expect(await json(get(VALUE))).toEqual({
      metric: 'customer_interaction_rate',
      date: '2026-11-19',
      timezone: 'Europe/Berlin',
      window: '1d',
      value: 500,
      unit: 'percent',
      numerator: 1000,
      denominator: 200,
      definition_version: 1,
      finality: 'provisional',
      final_on: '2026-11-22',
      coverage: 1,
      revision: 3,
      inputs: [{ source: 'shop', data_through: '2026-11-19', rows: 812, digest: 'sha256:00' }],
      warnings: [],
    })
  })

  test('warns of the sources that it rests on, and of no others', async () => {
    const { get, table, lake } = await filled()
    const warnings = [
      { code: 'source_late', source: 'shop', effect: 'may rise' },
      { code: 'source_late', source: 'mail' },
      { code: 'unowned' },
    ]
    await store({ table, lake }, snapshotOf(NEWEST, { revision: 4, warnings }))
    const { warnings: told, revision } = await json(get(VALUE))
    expect(told).toEqual([warnings[0], warnings[2]])
    expect(revision).toBe(4)
  })

  test('a null value says why; money has its currency', async () => {
    const { get } = await filled()
    expect(await json(get('/v1/metrics/revenue/value?date=2026-11-19'))).toMatchObject({
      value: null,
      null_reason: 'source_missing',
      unit: 'money',
      currency: 'EUR',
      coverage: 0.5,
      definition_version: 2,
    })
  })

  test('of a segment, and as it was known', async () => {
    const { get, table, lake } = await filled()
    const later = snapshotOf(NEWEST, { revision: 4, computed_at: '2026-11-20T10:00:00Z' })
    const windows = { '1d': { ...later.metrics.customer_interaction_rate!.windows['1d']!, value: 600 } }
    const metric = { ...later.metrics.customer_interaction_rate!, windows }
    await store({ table, lake }, { ...later, metrics: { customer_interaction_rate: metric } })
    expect((await json(get(VALUE))).value).toBe(600)
    expect(await json(get(`${VALUE}?as_of=2026-11-20T05:00:00Z`))).toMatchObject({ value: 500, revision: 3 })
    expect(await json(get(`${VALUE}?segment=channel:email`))).toMatchObject({
      segment: 'channel:email',
      value: 50,
      numerator: 100,
      denominator: 200,
    })
    // All segments share the denominator, so one that is not named had nothing.
    expect(await json(get(`${VALUE}?segment=channel:web`))).toMatchObject({ value: 0, numerator: 0, denominator: 200 })
  })

  test.each([
    ['window=7d', 'window'],
    ['segment=plan:pro', 'segment'],
    ['segment=channel', 'segment'],
    ['segment=channel:%00', 'segment'],
    ['date=2026-02-30', 'date'],
    ['as_of=now', 'as_of'],
  ])('?%s is refused by name', async (query, name) => {
    const { get } = await filled()
    const answer = await get(`${VALUE}?${query}`)
    expect(answer.status).toBe(400)
    expect((await json(answer)).invalid_params[0].name).toBe(name)
  })

  test('of a day without a snapshot, or a metric that it has not: 404', async () => {
    const { get, table, lake } = await filled()
    expect((await get(`${VALUE}?date=${GAP}`)).status).toBe(404)
    await store({ table, lake }, snapshotOf('2026-11-17', { metrics: {} }))
    expect((await json(get(`${VALUE}?date=2026-11-17`))).detail).toContain('has to be computed again')
    expect((await get('/v1/metrics/nothing/value')).status).toBe(404)
  })
})

describe('segments', () => {
  test('a snapshot of one has its values, of the metrics that have the dimension', async () => {
    const { get } = await filled()
    const body = await json(get('/v1/snapshots/2026-11-19?segment=channel:email'))
    expect(body).toMatchObject({ date: '2026-11-19', segment: 'channel:email', revision: 3 })
    expect(body.metrics).toEqual({
      customer_interaction_rate: {
        unit: 'percent',
        definition_version: 1,
        windows: { '1d': { value: 50, numerator: 100, denominator: 200, finality: 'provisional', coverage: 1 } },
      },
    })
  })

  async function segmented() {
    const deployment = await filled()
    const { table, lake } = deployment
    const by = (channel: Snapshot['metrics'][string]['windows'][string]['by']) => {
      const metric = snapshotOf(NEWEST).metrics.customer_interaction_rate!
      return { customer_interaction_rate: { ...metric, windows: { '1d': { ...metric.windows['1d']!, by: channel! } } } }
    }
    const web = { value: 450, numerator: 900, denominator: 200 }
    await store({ table, lake }, snapshotOf('2026-11-18', { revision: 2, metrics: by({ channel: { web } }) }))
    return deployment
  }

  test('a series by them has every day of each, by one snapshot a day', async () => {
    const { get, table } = await segmented()
    const reads = vi.spyOn(table, 'get')
    const body = await json(get(`${SERIES}?from=2026-11-17&to=2026-11-19&segment_by=channel`))
    expect(reads.mock.calls.filter(([pk]) => pk.startsWith('snapshot#')).map(([pk]) => pk)).toEqual(
      expect.arrayContaining(['snapshot#2026-11-17', 'snapshot#2026-11-18', 'snapshot#2026-11-19']),
    )
    expect(body.segment_by).toBe('channel')
    expect(body.segments.map(({ key }: { key: string }) => key)).toEqual(['email', 'web'])
    const [email, web] = body.segments
    expect(email.columns).toMatchObject({
      date: ['2026-11-17', '2026-11-18', '2026-11-19'],
      value: [null, 0, 50],
      null_reason: ['no_data', null, null],
      numerator: [null, 0, 100],
      revision: [null, 2, 3],
      finality: [null, 'provisional', 'provisional'],
    })
    expect(web.columns.value).toEqual([null, 450, 0])
  })

  test('by week as well, and as rows', async () => {
    const { get } = await segmented()
    const query = 'from=2026-11-16&to=2026-11-19&segment_by=channel&granularity=week&layout=rows'
    const { layout, points: whole, segments } = await json(get(`${SERIES}?${query}`))
    expect(layout).toBe('rows')
    expect(whole).toHaveLength(1)
    expect(segments[1]).toMatchObject({
      key: 'web',
      points: [{ date: '2026-11-16', days: 7, days_present: 2, numerator: 900, denominator: 200 }],
    })
  })

  test.each([
    ['segment_by=plan', 'segment_by', 'expected channel, kind'],
    [`segment_by=channel&from=${addDays(NEWEST, -92)}`, 'from', '93 days; at most 92'],
  ])('?%s is refused by name', async (query, name, reason) => {
    const { get } = await filled()
    const answer = await get(`${SERIES}?${query}`)
    expect(answer.status).toBe(400)
    expect((await json(answer)).invalid_params).toEqual([{ name, reason: expect.stringContaining(reason) }])
  })
})

describe('layout', () => {
  test('rows say point by point what columns say, in the comparison too', async () => {
    const { get } = await filled()
    const query = `${SERIES}?from=2026-11-04&to=2026-11-08&compare=previous_period`
    const [columns, rows] = [await json(get(query)), await json(get(`${query}&layout=rows`))]
    const names = Object.keys(columns.columns)
    const inRows = (given: Record<string, unknown[]>) =>
      given.date!.map((_, i) => Object.fromEntries(names.map((name) => [name, given[name]![i]])))
    expect(rows.points).toEqual(inRows(columns.columns))
    expect(rows.comparison.points).toEqual(inRows(columns.comparison.columns))
    expect(rows.comparison.summary).toEqual(columns.comparison.summary)
    expect([rows.summary, columns.summary]).toEqual([rows.comparison.summary, columns.comparison.summary])
    expect(rows).not.toHaveProperty('columns')
    expect(rows.comparison).not.toHaveProperty('columns')
  })
})

describe('versions of a metric', () => {
  const weighted: Metric = total({
    id: 'engagement_points',
    title: 'Engagement points',
    unit: 'points',
    direction: 'up',
    definition: 'Weighted interactions.',
    measure: points(interactions),
  })
  const all = [...metrics, weighted]

  async function changed() {
    const deployment = await filled({ metrics: all })
    const note = (weights: Record<string, number>, on: string) =>
      noteDefinitions(deployment, all, { ...config, weights }, { day: day(on), at: `${on}T04:00:00Z` })
    await note({ like: 1, purchase: 10 }, '2026-10-30')
    await note({ like: 1, purchase: 12, review: 5 }, '2026-11-10')
    await note({ like: 1, purchase: 12 }, '2026-11-15')
    return deployment
  }

  test('say from when, and what changed', async () => {
    const { get } = await changed()
    const { definition_version, versions } = await json(get('/v1/metrics/engagement_points'))
    expect(definition_version).toBe(3)
    expect(versions).toEqual([
      { version: 1, valid_from: null, change: null },
      { version: 2, valid_from: '2026-11-10', change: 'weight of purchase: 10 → 12; weight of review: none → 5' },
      { version: 3, valid_from: '2026-11-15', change: 'weight of review: 5 → none' },
    ])
    const list = await json(get('/v1/metrics'))
    expect(list.metrics.at(-1)).toMatchObject({ id: 'engagement_points', definition_version: 3 })
  })

  test('of a score, what it was made of', async () => {
    const index = score({
      id: 'engagement_score',
      title: 'Engagement score',
      unit: 'score',
      direction: 'up',
      definition: 'Weighted indicators.',
      windows: [1],
    })
    const all = [...metrics, weighted, index]
    const revenue = { metric: 'revenue', window: 28, weight: 2, floor: 0, target: 900 } as const
    const rate = {
      metric: 'customer_interaction_rate',
      window: 'all',
      weight: 1,
      floor: 90,
      target: -10,
      engagement: 'social',
      pillar: 'brand',
    } as const
    const earned = { metric: 'engagement_points', window: 1, weight: 1, floor: 0, target: 5 } as const
    const deployment = await filled({ metrics: all, config: { ...config, score: [revenue] } })
    const versions = async () => (await json(deployment.get('/v1/metrics/engagement_score'))).versions
    const first = { version: 1, valid_from: null, change: null }
    expect(await versions()).toEqual([{ ...first, indicators: [{ ...revenue, window: '28d' }] }])
    const note = (score: typeof config.score, on: string) =>
      noteDefinitions(deployment, all, { ...config, score }, { day: day(on), at: `${on}T04:00:00Z` })
    await note([], '2026-10-30')
    await note([revenue, rate, earned], '2026-11-10')
    expect(await versions()).toEqual([
      { ...first, indicators: [] },
      {
        version: 2,
        valid_from: '2026-11-10',
        change: 'the indicators of the score changed',
        indicators: [
          { ...revenue, window: '28d' },
          { ...rate, window: 'all' },
          { ...earned, window: '1d' },
        ],
      },
    ])
  })

  test('one of them, or the reason why not', async () => {
    const { get } = await changed()
    const path = '/v1/metrics/engagement_points?version='
    expect((await json(get(`${path}2`))).versions.map(({ version }: { version: number }) => version)).toEqual([2])
    for (const version of ['4', '0', '1.5', '-1', 'x', '1e3']) expect((await get(path + version)).status).toBe(400)
    expect((await json(get(`${path}4`))).invalid_params[0].reason).toContain('known are 1, 2, 3')
  })
})

describe('pages', () => {
  const many = Array.from({ length: 5 }, (_, i): Metric => ({ ...metrics[0]!, id: `metric_${i}` }))
  const ids = ({ metrics: shown }: { metrics: readonly { id: string }[] }) => shown.map(({ id }) => id)

  test('together hold every metric once', async () => {
    const { get } = await filled({ metrics: many })
    const found: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page = await json(get(`/v1/metrics?limit=2${cursor && `&cursor=${cursor}`}`))
      found.push(...ids(page))
      cursor = page.next_cursor
    }
    expect(found).toEqual(ids({ metrics: many }))
  })

  test('keep their ETag within a day; their cursor holds a day and the day after, on every instance', async () => {
    const deployment = await filled({ metrics: many })
    const { get, tick, table } = deployment
    const first = await get('/v1/metrics?limit=2')
    tick(60_000)
    expect((await get('/v1/metrics?limit=2')).headers.get('etag')).toBe(first.headers.get('etag'))
    const { next_cursor: cursor } = await json(first)
    expect(await table.get(keys.cursorSecret().pk, keys.cursorSecret().sk)).toBeDefined()
    const next = async () => get(`/v1/metrics?limit=2&cursor=${cursor}`)
    expect(ids(await json(next()))).toEqual(['metric_2', 'metric_3'])
    tick(86_400_000)
    expect((await next()).status).toBe(200)
    tick(86_400_000)
    const late = await next()
    expect(late.status).toBe(400)
    expect((await json(late)).invalid_params[0].name).toBe('cursor')
  })

  test('a cursor is of the group that it was asked with', async () => {
    const { get } = await filled({ metrics: many.map((one, i) => ({ ...one, group: i % 2 === 0 ? 'even' : 'odd' })) })
    const { next_cursor: cursor } = await json(get('/v1/metrics?group=even&limit=2'))
    const next = await json(get(`/v1/metrics?group=even&limit=2&cursor=${cursor}`))
    expect(ids(next)).toEqual(['metric_4'])
    expect(next.next_cursor).toBeNull()
    expect((await get(`/v1/metrics?group=odd&limit=2&cursor=${cursor}`)).status).toBe(400)
  })

  test.each(['x', 'a.b', '..', 'MjAyNi0xMS0yMCBtZXRyaWNfMQ', 'MjAyNi0xMS0yMCBtZXRyaWNfMQ.AAAAAAAAAAAAAAAAAAAAAA'])(
    'a cursor that was made up is refused: %s',
    async (cursor) => {
      const { get } = await filled({ metrics: many })
      expect((await get(`/v1/metrics?cursor=${cursor}`)).status).toBe(400)
    },
  )

  test('a cursor of another deployment is refused', async () => {
    const [one, other] = [await filled({ metrics: many }), await filled({ metrics: many })]
    const { next_cursor: cursor } = await json(one.get('/v1/metrics?limit=2'))
    expect((await other.get(`/v1/metrics?limit=2&cursor=${cursor}`)).status).toBe(400)
  })

  test.each(['0', '1001', '-1', '1e2', '', 'ten', '10.5'])('limit=%s is refused', async (limit) => {
    const { get } = await filled()
    const answer = await get(`/v1/metrics?limit=${limit}`)
    expect(answer.status).toBe(400)
    expect((await json(answer)).invalid_params[0].name).toBe('limit')
  })
})
