import { describe, expect, test, vi } from 'vitest'
import { addDays, type Day, day, eachDay } from '../../functions/kit/day.ts'
import type { Annotation, MetricSnapshot } from '../../functions/store/rows.ts'
import { type Deployment, deploy, fill, json, snapshotOf, store } from './deployment.ts'

const METRIC = 'customer_interaction_rate'

type Said = Partial<Annotation> & Pick<Annotation, 'date_from' | 'title'>

async function open(prepare: (deployment: Deployment) => Promise<void> = fill) {
  const deployment = await deploy()
  await prepare(deployment)
  const key = await deployment.key(['metrics:read', 'annotations:write'])
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
  const add = async (said: Said): Promise<string> =>
    (await json(deployment.api.request('/v1/annotations', { method: 'POST', headers, body: JSON.stringify(said) }))).id
  const effectOf = async (id: string, query = `metric=${METRIC}`) =>
    deployment.api.request(`/v1/annotations/${id}/effect?${query}`, { headers })
  return { ...deployment, add, effectOf }
}

describe('of the whole metric', () => {
  test('reads the series: 10 × the day of the month, so 70 more a week later', async () => {
    const { add, effectOf, table } = await open()
    const id = await add({ date_from: day('2026-11-10'), date_to: day('2026-11-12'), title: 'Quiz' })
    const query = vi.spyOn(table, 'query')
    const body = await json(effectOf(id))
    expect(query.mock.calls.filter(([pk]) => pk.startsWith('series#'))).toHaveLength(1)
    expect(body).toMatchObject({
      annotation: { id, title: 'Quiz' },
      metric: METRIC,
      unit: 'percent',
      window: '1d',
      timezone: 'Europe/Berlin',
      channel: null,
      before: { dates: ['2026-11-03', '2026-11-04', '2026-11-05'], mean: 35, days_with_value: 2, provisional: 0 },
      during: { mean: 110, days_with_value: 3, partly_covered: 0 },
      after: { dates: ['2026-11-17', '2026-11-18', '2026-11-19'], mean: 180, provisional: 3, partly_covered: 1 },
      during_minus_before: { mean: 70, standard_error: 0, pairs: 2 },
      after_minus_before: { mean: 140, standard_error: 0, pairs: 2 },
    })
    expect(body.sentence).toContain(
      'Customer Interaction Rate: 35 % before, 110 % during (+70 points ± 0 points, one standard error of 2 pairs of days)',
    )
  })

  test('names other annotations on the days compared, and no others', async () => {
    const { add, effectOf } = await open()
    const id = await add({ date_from: day('2026-11-10'), date_to: day('2026-11-12'), title: 'Quiz' })
    await add({ date_from: day('2026-11-01'), date_to: day('2026-11-03'), title: 'Sale' })
    await add({ date_from: day('2026-11-06'), date_to: day('2026-11-09'), title: 'Between' })
    await add({ date_from: day('2026-11-19'), title: 'Outage' })
    await add({ date_from: day('2026-11-20'), title: 'Later' })
    const body = await json(effectOf(id))
    // The quiz that was there before is on the same days.
    expect(body.overlapping.map(({ title }: Annotation) => title)).toEqual(['Sale', 'Weekly quiz', 'Outage'])
    expect(body.sentence).toContain("Other annotations on the days compared: 'Sale', 'Weekly quiz', 'Outage'.")
  })

  test('a metric that does not split by channel is told as a whole, of a campaign in one', async () => {
    const { add, effectOf } = await open()
    const id = await add({ date_from: day('2026-11-10'), title: 'Quiz', channel: 'email' })
    expect(await json(effectOf(id, 'metric=revenue'))).toMatchObject({
      channel: null,
      currency: 'EUR',
      during: { mean: null, days_with_value: 0 },
      sentence: expect.stringContaining('Revenue: no value before, no value during, no value after.'),
    })
  })
})

describe('of a channel', () => {
  const rate = (email: number | null): MetricSnapshot => ({
    unit: 'percent',
    definition_version: 1,
    windows: {
      '1d': {
        value: 500,
        numerator: 1_000,
        denominator: 200,
        finality: 'final',
        coverage: 1,
        by: {
          channel: {
            ...(email !== null && { email: { value: email / 2, numerator: email, denominator: 200 } }),
            web: { value: 1, numerator: 2, denominator: 200 },
          },
        },
      },
    },
  })

  test('reads it from the snapshots; a day that does not name it had none', async () => {
    const days = eachDay(day('2026-11-03'), day('2026-11-19'))
    const email = (one: Day) => (one === '2026-11-03' ? null : one >= '2026-11-10' && one <= '2026-11-11' ? 60 : 20)
    const { add, effectOf } = await open(async (deployment) => {
      await fill(deployment)
      for (const one of days) await store(deployment, snapshotOf(one, { metrics: { [METRIC]: rate(email(one)) } }))
    })
    const id = await add({ date_from: day('2026-11-10'), date_to: day('2026-11-11'), title: 'Quiz', channel: 'email' })
    expect(await json(effectOf(id))).toMatchObject({
      channel: 'email',
      before: { mean: 5 },
      during: { mean: 30 },
      after: { mean: 10 },
      during_minus_before: { mean: 25, standard_error: 5, pairs: 2 },
      after_minus_before: { mean: 5, standard_error: 5, pairs: 2 },
      sentence: expect.stringContaining('Customer Interaction Rate (email): 5 % before, 30 % during (+25 points ± 5'),
    })
  })

  test('a channel that none of the days names is not known, rather than 0', async () => {
    const { add, effectOf } = await open()
    const id = await add({ date_from: day('2026-11-19'), title: 'Quiz', channel: 'phone' })
    expect(await json(effectOf(id))).toMatchObject({ channel: 'phone', during: { mean: null, days_with_value: 0 } })
  })

  test('days without a snapshot have no value', async () => {
    const { add, effectOf } = await open()
    const id = await add({ date_from: day('2026-11-12'), title: 'Quiz', channel: 'email' })
    expect(await json(effectOf(id))).toMatchObject({
      before: { mean: null },
      during: { mean: null },
      after: { mean: 50 },
      after_minus_before: { mean: null, pairs: 0 },
    })
  })
})

test.each([
  ['2026-11-10-01KADEMD00Q1Z2WEEK1YQ5X0TK', `metric=${METRIC}`, 404, 'unknown-annotation'],
  [null, 'metric=no_such_metric', 404, 'unknown-metric'],
  [null, '', 400, 'invalid-request'],
  [null, `metric=${METRIC}&window=28d`, 400, 'invalid-request'],
  ['x', `metric=${METRIC}`, 400, 'invalid-request'],
] as const)('%s, %s: %i', async (id, query, status, name) => {
  const { add, effectOf } = await open()
  const answer = await effectOf(id ?? (await add({ date_from: day('2026-11-10'), title: 'Quiz' })), query)
  expect(answer.status).toBe(status)
  expect((await json(answer)).type).toBe(`/problems.html#${name}`)
})

test('a campaign of more than a quarter has no effect to tell', async () => {
  const { add, effectOf } = await open()
  const from = day('2026-06-01')
  const id = await add({ date_from: from, date_to: addDays(from, 92), title: 'Long' })
  expect((await json(effectOf(id))).invalid_params).toEqual([
    { name: 'id', reason: 'the annotation spans 93 days; at most 92' },
  ])
})
