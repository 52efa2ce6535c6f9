import { describe, expect, test, vi } from 'vitest'
import { checkTargets } from '../../functions/kit/check-targets.ts'
import { defineConfig } from '../../functions/kit/config.ts'
import { addDays } from '../../functions/kit/day.ts'
import { defaultHeadline } from '../../functions/metrics/headline.ts'
import { metrics as declared } from '../../functions/metrics/index.ts'
import type { Snapshot, WindowValue } from '../../functions/store/rows.ts'
import { sourceOf } from '../kit/sources.ts'
import { config, type Deployment, deploy, json, metrics, NEWEST, snapshotOf, store } from './deployment.ts'

const value = (value: number | null, rest: Partial<WindowValue> = {}): WindowValue => ({
  value,
  finality: 'final',
  coverage: 1,
  ...rest,
})

const of = (rate: WindowValue, revenue: WindowValue): Pick<Snapshot, 'metrics'> => ({
  metrics: {
    customer_interaction_rate: { unit: 'percent', definition_version: 1, windows: { '1d': rate } },
    revenue: { unit: 'money', currency: 'EUR', definition_version: 2, windows: { '1d': revenue } },
  },
})

/** Thursdays of 96 … 104 and of 9,600 … 10,400, then the newest day. */
async function judged(newest: Partial<Snapshot>, deployment?: Deployment) {
  const at = deployment ?? (await deploy())
  for (let week = 1; week <= 8; week++) {
    const level = 100 + (week % 2 === 0 ? week : -week) / 2
    await store(at, snapshotOf(addDays(NEWEST, -7 * week), of(value(level), value(level * 100))))
  }
  await store(at, snapshotOf(NEWEST, newest))
  await at.table.put({ pk: 'meta', sk: 'range', from: '2026-09-01', to: NEWEST })
  const key = await at.key()
  return { ...at, get: (path: string) => at.get(path, key) }
}

describe('GET /v1/anomalies', () => {
  test('judges the newest day against the same weekday', async () => {
    const { get } = await judged({ ...of(value(50), value(10_050)), finality: 'final', final_on: null, warnings: [] })
    const answer = await get('/v1/anomalies')
    expect(answer.headers.get('cache-control')).toBe('private, max-age=3600')
    const body = await json(answer)
    expect(body).toMatchObject({ date: NEWEST, finality: 'final', unusual: 1, usual: 1, not_judged: 0 })
    const [rate, revenue] = body.metrics
    // 96.5 97.5 98.5 99.5 101 102 103 104: median 100.25, distances 0.75 0.75 1.75 1.75 2.75 2.75 3.75 3.75.
    expect(rate).toMatchObject({
      metric: 'customer_interaction_rate',
      status: 'unusual',
      value: 50,
      median: 100.25,
      good: false,
      compared: expect.arrayContaining(['2026-11-12', '2026-09-24']),
      reason: null,
      sources: [],
    })
    expect(rate.deviations).toBeCloseTo(-50.25 / (1.4826 * 2.25), 10)
    expect(rate.change_pct).toBeCloseTo((-50.25 / 100.25) * 100, 10)
    expect(rate.sentence).toBe(
      'Customer Interaction Rate is unusual: 50 %, where the median of 8 final Thursdays is 100.25 % (−50 %, 15.1 robust deviations)',
    )
    expect(revenue).toMatchObject({ metric: 'revenue', currency: 'EUR', status: 'usual', good: null })
  })

  test('few reads, however many metrics: two for each of 17 days', async () => {
    const { get, table } = await judged({ ...of(value(50), value(1)), warnings: [] })
    const read = vi.spyOn(table, 'get')
    const query = vi.spyOn(table, 'query')
    await get('/v1/anomalies')
    expect(read.mock.calls.filter(([pk]) => pk.startsWith('snapshot#')).length).toBeLessThanOrEqual(34)
    expect(query).not.toHaveBeenCalled()
  })

  test('a late source is another message, and only for the metrics that rest on it', async () => {
    const open = { finality: 'provisional', coverage: 0.5 } as const
    const { get } = await judged({
      ...of(value(50, { finality: 'provisional' }), value(1, open)),
      warnings: [{ code: 'source_late', source: 'shop', stream: 'orders', effect: 'may rise' }],
    })
    const body = await json(get(`/v1/anomalies?date=${NEWEST}`))
    expect(body).toMatchObject({ unusual: 0, usual: 0, not_judged: 2 })
    expect(body.metrics).toMatchObject([
      {
        reason: 'provisional',
        sources: [],
        sentence: 'not judged: it is provisional until 2026-11-22 at the earliest',
      },
      {
        reason: 'source_late',
        value: 1,
        median: null,
        deviations: null,
        sources: [{ source: 'shop', status: 'late' }],
        sentence: 'not judged: shop is late',
      },
    ])
  })

  test('a metric without daily values is not there; a young one is not judged', async () => {
    const { get } = await judged({
      metrics: {
        customer_interaction_rate: { unit: 'percent', definition_version: 2, windows: { '1d': value(50) } },
        revenue: { unit: 'money', currency: 'EUR', definition_version: 2, windows: { '28d': value(50) } },
      },
      warnings: [],
    })
    expect((await json(get('/v1/anomalies'))).metrics).toMatchObject([
      {
        metric: 'customer_interaction_rate',
        reason: 'short_history',
        compared: [],
        sentence: 'not judged: there are only 0 final Thursdays before it; at least 6 are needed',
      },
    ])
  })

  test('a day without a snapshot: 404', async () => {
    const { get } = await judged(of(value(50), value(1)))
    const answer = await get('/v1/anomalies?date=2026-11-18')
    expect(answer.status).toBe(404)
    expect((await json(answer)).type).toBe('/problems.html#no-snapshot')
    expect((await get('/v1/anomalies?date=x')).status).toBe(400)
  })
})

describe('targets', () => {
  test('are listed with the window that they are for: the shortest', async () => {
    const { get, key } = await deploy({ config: { ...config, windows: ['all', 28, 7], targets: { revenue: 500_000 } } })
    const body = await json(get('/v1/metrics', await key()))
    expect(body.metrics[1]).toMatchObject({ id: 'revenue', target: 500_000, target_window: '7d' })
    expect(body.metrics[0]).not.toHaveProperty('target')
    expect((await json(get('/v1/metrics/revenue', await key()))).target).toBe(500_000)
  })

  test('of a metric that does not exist are refused by name', async () => {
    const wrong = { ...config, targets: { revenue: 1, profit: 2 } }
    expect(() => checkTargets(wrong, metrics)).toThrow(
      "config: targets: 'profit' is no metric; expected one of customer_interaction_rate, revenue",
    )
    await expect(deploy({ config: wrong })).rejects.toThrow("'profit' is no metric")
  })
})

describe('the headline', () => {
  test('is what the config says, in its order, on every page', async () => {
    const dashboard = { headline: ['revenue', 'customer_interaction_rate'] }
    const { get, key } = await deploy({ config: { ...config, dashboard } })
    expect((await json(get('/v1/metrics?limit=1', await key()))).headline).toEqual(dashboard.headline)
  })

  test('is of the default metrics that there are, where the config does not say', async () => {
    const { get, key } = await deploy()
    expect((await json(get('/v1/metrics', await key()))).headline).toEqual(['customer_interaction_rate', 'revenue'])
    const ids = declared.map(({ id }) => id)
    expect(defaultHeadline.filter((id) => !ids.includes(id))).toEqual([])
  })

  test('of a metric that does not exist is refused by name', () => {
    const wrong = { ...config, dashboard: { headline: ['revenue', 'profit'] } }
    expect(() => checkTargets(wrong, metrics)).toThrow(
      "config: dashboard.headline: 'profit' is no metric; expected one of customer_interaction_rate, revenue",
    )
  })

  test.each([
    ['nothing', [], 'is empty; expected 1 to 12 ids of metrics'],
    ['more than 12', Array.from({ length: 13 }, (_, i) => `m${i}`), 'has more than 12 ids; expected 1 to 12'],
    ['one twice', ['nps', 'nps'], 'names a metric twice'],
  ])('of %s is refused', (_, headline, reason) => {
    const define = () =>
      defineConfig({ timezone: 'UTC', currency: 'EUR', sources: [sourceOf('web')], dashboard: { headline } })
    expect(define).toThrow(new RegExp(`^config: .*dashboard\\.headline.*${reason}`))
  })
})
