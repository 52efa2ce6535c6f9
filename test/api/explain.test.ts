import { describe, expect, test } from 'vitest'
import { addAnnotation } from '../../functions/api/annotations.ts'
import { day } from '../../functions/kit/day.ts'
import { metrics as catalogue } from '../../functions/metrics/index.ts'
import type { Snapshot } from '../../functions/store/rows.ts'
import { deploy, fill, json, NEWEST, NOON, snapshotOf, store } from './deployment.ts'

const PATH = '/v1/metrics/customer_interaction_rate/explain'

async function filled() {
  const deployment = await deploy({ metrics: catalogue })
  await fill(deployment)
  const key = await deployment.key()
  return { ...deployment, get: (path: string) => deployment.get(path, key) }
}

/** A day on which so many interactions of each channel met so many customers. */
function dayOf(date: string, channels: Record<string, number>, customers: number, more: Partial<Snapshot> = {}) {
  const numerator = Object.values(channels).reduce((sum, one) => sum + one, 0)
  const quotient = (n: number) => ({ value: (n * 100) / customers, numerator: n, denominator: customers })
  const by = { channel: Object.fromEntries(Object.entries(channels).map(([key, n]) => [key, quotient(n)])) }
  return snapshotOf(date, {
    metrics: {
      customer_interaction_rate: {
        unit: 'percent',
        definition_version: 1,
        windows: { '1d': { ...quotient(numerator), finality: 'final', coverage: 1, by } },
      },
    },
    ...more,
  })
}

describe('GET /v1/metrics/{id}/explain', () => {
  test('gives parts that add up to the change, and says them', async () => {
    const { get, table, lake } = await filled()
    await store({ table, lake }, dayOf('2026-11-12', { web: 600, email: 400 }, 200))
    await store({ table, lake }, dayOf(NEWEST, { web: 900, email: 300 }, 200))
    const found = await json(get(`${PATH}?against=same_weekday`))
    expect(found).toMatchObject({
      unit: 'percent',
      window: '1d',
      by: 'channel',
      current: { date: '2026-11-19', value: 600, numerator: 1200, denominator: 200, finality: 'final' },
      baseline: { date: '2026-11-12', value: 500 },
      change: 100,
      change_pct: null,
      inputs: [
        { kind: 'input', key: 'numerator', contribution: 100 },
        { kind: 'input', key: 'denominator', contribution: 0 },
      ],
      parts: [
        { kind: 'segment_rate', key: 'email', contribution: -50 },
        { kind: 'segment_rate', key: 'web', contribution: 150 },
        { kind: 'input', key: 'denominator', contribution: 0 },
      ],
      unsplit: null,
      cautions: [],
    })
    expect(Math.abs(found.residual)).toBeLessThan(1e-9)
    expect(found.sentence).toBe(
      'Customer Interaction Rate rose from 500 % on 2026-11-12 to 600 % on 2026-11-19 (+100 points): channel web +150 points; channel email −50 points.',
    )
  })

  test('takes the earlier day as it was known, and names what was restated since', async () => {
    const { get, table, lake } = await filled()
    const at = (revision: number, computed_at: string) => ({ revision, computed_at })
    await store({ table, lake }, dayOf('2026-11-18', { web: 100 }, 100, at(1, '2026-11-19T04:00:00Z')))
    await store({ table, lake }, dayOf('2026-11-18', { web: 150 }, 100, at(2, '2026-11-20T04:00:00Z')))
    await store({ table, lake }, dayOf(NEWEST, { web: 180 }, 100, at(3, '2026-11-20T04:00:00Z')))
    const found = await json(get(`${PATH}?as_of=2026-11-19T12:00:00Z`))
    expect(found).toMatchObject({
      change: 80,
      baseline: { value: 100, revision: 1 },
      parts: [
        { kind: 'revision', key: '2026-11-18', contribution: 50 },
        { kind: 'segment_mix', key: 'web', contribution: 0 },
        { kind: 'segment_rate', key: 'web', contribution: 30 },
      ],
      revisions: [
        { date: NEWEST, revision: 3 },
        { date: '2026-11-18', revision: 2 },
      ],
    })
    expect((await json(get(PATH))).change).toBe(30)
  })

  test('tells another definition from other causes of what was restated', async () => {
    const { get, table, lake } = await filled()
    const at = (revision: number, computed_at: string) => ({ revision, computed_at })
    const first = dayOf('2026-11-18', { web: 100 }, 100, at(1, '2026-11-19T04:00:00Z'))
    const later = dayOf('2026-11-18', { web: 300 }, 100, at(2, '2026-11-20T04:00:00Z'))
    const newest = dayOf(NEWEST, { web: 330 }, 100, at(3, '2026-11-20T04:00:00Z'))
    const metric = ({ metrics }: Snapshot) => metrics.customer_interaction_rate!
    const before = { definition_version: 1, windows: metric(dayOf('2026-11-18', { web: 120 }, 100)).windows }
    const redefined = (snapshot: Snapshot, previous?: typeof before) => ({
      ...snapshot,
      metrics: {
        customer_interaction_rate: { ...metric(snapshot), definition_version: 2, ...(previous && { previous }) },
      },
    })
    await store({ table, lake }, first)
    await store({ table, lake }, redefined(later, before))
    await store({ table, lake }, redefined(newest))
    const found = await json(get(`${PATH}?as_of=2026-11-19T12:00:00Z`))
    expect(found).toMatchObject({ change: 230, baseline: { value: 100, definition_version: 1 } })
    expect(found.parts.slice(0, 2)).toEqual([
      { kind: 'definition', key: '1 → 2', contribution: 180 },
      { kind: 'revision', key: '2026-11-18', contribution: 20 },
    ])
  })

  test('warns where a day is provisional, or lacks a source', async () => {
    const { get, table, lake } = await filled()
    const missing = { id: 'shop', status: 'late', data_through: null, rows: 0, digest: 'sha256:00' } as const
    const open = dayOf(NEWEST, { web: 50 }, 100, { sources: [missing] })
    const value = open.metrics.customer_interaction_rate!.windows['1d']!
    const windows = { '1d': { ...value, finality: 'provisional' as const, coverage: 0.5 } }
    const metrics = { customer_interaction_rate: { unit: 'percent', definition_version: 1, windows } }
    await store({ table, lake }, dayOf('2026-11-18', { web: 100 }, 100))
    await store({ table, lake }, { ...open, metrics })
    const { sentence, cautions } = await json(get(PATH))
    expect(cautions).toEqual(['2026-11-19 lacks data of shop', '2026-11-19 is provisional'])
    expect(sentence).toMatch(/2026-11-19 lacks data of shop\. 2026-11-19 is provisional\.$/)
  })

  test('lists what was noted for the days between', async () => {
    const { get, table, lake } = await filled()
    await store({ table, lake }, dayOf('2026-11-12', { web: 600 }, 200))
    const noted = { title: 'Weekly quiz', text: null, tags: ['quiz'], url: null, channel: 'web' as const }
    const caller = { id: '1', name: 'test' }
    const add = (from: string, to: string) =>
      addAnnotation(
        { table, lake },
        { fields: { date_from: day(from), date_to: day(to), ...noted }, caller, now: new Date(NOON) },
      )
    await add('2026-11-01', '2026-11-11')
    await add('2026-11-10', '2026-11-12')
    const { annotations } = await json(get(`${PATH}?against=same_weekday`))
    const ofWeb = annotations.filter(({ channel }: { channel: string }) => channel === 'web')
    expect(ofWeb).toMatchObject([{ date_from: '2026-11-10', title: 'Weekly quiz', tags: ['quiz'] }])
  })

  test('says that there is nothing to explain where a value is missing', async () => {
    const { get } = await filled()
    const found = await json(get('/v1/metrics/revenue/explain'))
    expect(found).toMatchObject({ change: null, parts: [], current: { value: null, null_reason: 'source_missing' } })
    expect(found.sentence).toBe(
      'Revenue has no value on 2026-11-19 (source missing), so there is no change to explain.',
    )
  })

  test.each([
    ['against=yesterday', 'invalid-request', 'none of previous_period'],
    ['against=2026-11-19', 'invalid-request', 'the day itself'],
    ['window=9d', 'invalid-request', 'expected 1d'],
    ['window=all', 'invalid-request', 'no previous period'],
    ['by=country', 'invalid-request', 'expected channel'],
    ['date=2026-11-05', 'no-snapshot', '2026-11-05'],
    ['against=2026-11-01', 'no-snapshot', '2026-11-01'],
    ['as_of=2026-11-01T00:00:00Z', 'no-snapshot', 'had been computed by'],
    ['as_of=soon', 'invalid-request', 'is no instant'],
    ['window=28d&against=2026-11-18', 'no-snapshot', 'older than customer_interaction_rate under 28d'],
  ])('refuses %s', async (query, name, words) => {
    const { get } = await filled()
    const answer = await get(`${PATH}?${query}`)
    const body = await json(answer)
    expect(body.type).toBe(`/problems.html#${name}`)
    expect(JSON.stringify(body)).toContain(words)
  })
})

describe('GET /v1/snapshots/{date}', () => {
  test('answers as it was known at an instant, and lists its revisions', async () => {
    const { get, table, lake } = await filled()
    const versions = [1, 2, 3].map((revision) =>
      dayOf('2026-11-18', { web: revision }, 100, { revision, computed_at: `2026-11-2${revision}T04:00:00Z` }),
    )
    for (const one of versions) await store({ table, lake }, one)
    const valueAt = async (query: string) =>
      (await json(get(`/v1/snapshots/2026-11-18${query}`))).metrics.customer_interaction_rate.windows['1d'].value
    expect(await valueAt('')).toBe(3)
    expect(await valueAt('?as_of=2026-11-22T03:59:59Z')).toBe(1)
    expect(await valueAt('?as_of=2026-11-22T05:00:00%2B01:00')).toBe(2)
    expect((await get('/v1/snapshots/2026-11-18?as_of=2026-11-20T00:00:00Z')).status).toBe(404)
    const { revisions } = await json(get('/v1/snapshots/2026-11-18/revisions'))
    expect(revisions.map(({ revision, at }: { revision: number; at: string }) => [revision, at])).toEqual([
      [1, '2026-11-21T04:00:00Z'],
      [2, '2026-11-22T04:00:00Z'],
      [3, '2026-11-23T04:00:00Z'],
    ])
    expect((await get('/v1/snapshots/2026-11-05/revisions')).status).toBe(404)
  })
})

describe('a series of weeks', () => {
  test('is put together from days, every week of the range present', async () => {
    const { get } = await filled()
    const found = await json(
      get('/v1/metrics/customer_interaction_rate/series?from=2026-11-09&to=2026-11-19&granularity=week'),
    )
    // The stand-in series: the numerator is the day of the month, the denominator 10; customers are those of the last day.
    const weeks = [9, 10, 11, 12, 13, 14, 15].reduce((sum, one) => sum + one, 0)
    expect(found.columns).toMatchObject({
      date: ['2026-11-09', '2026-11-16'],
      numerator: [weeks, 16 + 17 + 18 + 19],
      denominator: [10, 10],
      value: [weeks * 10, (16 + 17 + 18 + 19) * 10],
      days: [7, 7],
      days_present: [7, 4],
      finality: ['final', 'provisional'],
    })
  })

  test('is refused where days do not add up, with what to ask instead', async () => {
    const { get } = await filled()
    const answer = await get('/v1/metrics/active_customers/series?granularity=month')
    expect(answer.status).toBe(422)
    expect((await json(answer)).detail).toContain('window=28d')
    const overlapping = await get('/v1/metrics/revenue/series?granularity=week&window=28d')
    expect((await json(overlapping)).detail).toContain('1d')
  })
})

describe('a comparison', () => {
  const SERIES = '/v1/metrics/customer_interaction_rate/series'

  test('is aligned by index, and sums up only what is final on both sides', async () => {
    const { get } = await filled()
    const found = await json(get(`${SERIES}?from=2026-11-13&to=2026-11-19&compare=previous_period`))
    expect(found.comparison).toMatchObject({ from: '2026-11-06', to: '2026-11-12' })
    expect(found.comparison.columns.date).toHaveLength(7)
    // 13 to 16 are final, and so are 6 to 9; the 7th has no customers, and still counts as decided.
    expect(found.comparison.summary).toMatchObject({
      days_compared: 4,
      days_left_out: 3,
      basis: 'parts',
      current: ((13 + 14 + 15 + 16) / 10) * 100,
      baseline: ((6 + 7 + 8 + 9) / 10) * 100,
      change_points: 280,
      change_pct: null,
    })
  })

  test.each([
    ['previous_year', '2025-11-13', '2025-11-19'],
    ['same_weekday_last_year', '2025-11-14', '2025-11-20'],
    ['2026-01-01..2026-01-03', '2026-01-01', '2026-01-03'],
  ])('%s', async (compare, from, to) => {
    const { get } = await filled()
    const found = await json(get(`${SERIES}?from=2026-11-13&to=2026-11-19&compare=${compare}`))
    expect(found.comparison).toMatchObject({ from, to, summary: { current: null, days_compared: 0 } })
  })

  test.each(['last_week', '2026-01-03..2026-01-01', '2026-01-01..', '2016-01-01..2026-12-31'])(
    'refuses %s',
    async (compare) => {
      const { get } = await filled()
      const answer = await get(`${SERIES}?compare=${compare}`)
      expect(answer.status).toBe(400)
      expect((await json(answer)).invalid_params[0].name).toBe('compare')
    },
  )
})
