import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eachDay } from '../../functions/kit/day.ts'
import { metrics } from '../../functions/metrics/index.ts'
import type { Snapshot, Value } from '../../functions/store/rows.ts'
import { type Deployment, deploy } from '../compute/deployment.ts'
import { valueIn } from '../compute/facts-of.ts'
import { record, vendor } from '../compute/vendor.ts'
import { exampleFacts, FIRST, LAST, on } from './example-facts.ts'
import { type Example, examples, rejected } from './published-examples.ts'

let deployment: Deployment
const snapshots = new Map<string, Snapshot>()

beforeAll(async () => {
  const books = vendor('books', { all: { kind: 'events' } })
  const desk = vendor('desk', { answers: { kind: 'events', facts: ['responses'] } })
  const held = exampleFacts()
  books.put(
    'all',
    held.books.map((row) => record(row)),
  )
  desk.put(
    'answers',
    held.desk.map((row) => record(row)),
  )
  const of = (metric: string, weight: number) => ({ metric, window: 1, weight, floor: 0, target: 100 })
  deployment = await deploy(
    {
      vendors: [books, desk],
      timezone: 'UTC',
      windows: [1, 2, 30],
      weights: { visit: 9, action: 7, focus_group: 5 },
      score: [of('csat', 0.4), of('cart_abandonment_rate', 0.4), of('engaged_session_rate', 0.2)],
    },
    '2026-12-20T06:00:00Z',
  )
  // Tenures and deals began long before.
  await deployment.collect({ from: '2025-10-01', to: LAST })
  await deployment.compute({ from: FIRST, to: LAST })
  for (const date of eachDay(FIRST, LAST)) snapshots.set(date, await deployment.snapshot(date))
})
afterAll(() => deployment[Symbol.asyncDispose]())

function found({ metric, day, window = '1d', part }: Example): Value {
  const value = valueIn(snapshots.get(day)!, metric, window)
  if (part === undefined) return value
  const [dimension, key] = part.split(' ')
  return value.by![dimension!]![key!]!
}

const digits = (value: number) => String(value).split('.')[1]?.length ?? 0

function check(example: Example): void {
  const { value, numerator, denominator } = found(example)
  const { published, of, not = [] } = example
  const metric = metrics.find(({ id }) => id === example.metric)!
  if (of) {
    expect({ numerator, denominator }).toEqual({ numerator: of[0], denominator: of[1] })
    expect(value).toBe((of[0] * ((metric.kind === 'ratio' && metric.per) || 1)) / of[1])
  }
  expect(value!.toFixed(digits(published))).toBe(published.toFixed(digits(published)))
  for (const wrong of not) expect(Math.abs(value! - wrong)).toBeGreaterThan(0.01)
}

describe('published examples', () => {
  test.each(examples.map((one) => [`${one.title} (${one.source})`, one] as const))('%s', (_, one) => check(one))

  test('the score whose third indicator is missing covers four fifths', () => {
    expect(valueIn(snapshots.get(on.score)!, 'engagement_score').coverage).toBe(1)
    expect(valueIn(snapshots.get(on.partScore)!, 'engagement_score').coverage).toBeCloseTo(0.8, 12)
  })
})

describe('published figures that fail re-computation', () => {
  test.each(rejected.map((one) => [`${one.title} (${one.source})`, one] as const))('%s', (_, one) => check(one))

  test('effort from 1 to 5 is no effort from 1 to 7: it is left out, and named', () => {
    const snapshot = snapshots.get(on.fivePoints)!
    expect(valueIn(snapshot, 'ces')).toMatchObject({ value: null, denominator: 0 })
    expect(snapshot.warnings).toContainEqual(expect.objectContaining({ code: 'not_readable', source: 'books' }))
  })

  test('a half-life of ln .5 ÷ ln .99, and 60 months of "average tenure", are not in the catalogue', () => {
    expect(metrics.filter(({ id }) => /life(?!time_value)|half/.test(id))).toEqual([])
    // 1 % monthly churn: 69.0 months, and not 60
    expect((Math.log(0.5) / Math.log(0.99)).toFixed(1)).toBe('69.0')
  })
})
