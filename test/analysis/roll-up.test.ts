import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bucketOf,
  type DayPoint,
  granularities,
  nextBucket,
  rollUp,
  rollUpOf,
} from '../../functions/analysis/roll-up.ts'
import { addDays, type Day, day, daysBetween, eachDay } from '../../functions/kit/day.ts'
import { metrics } from '../../functions/metrics/index.ts'

const CASES = { numRuns: 10_000 }
const anyDay = fc.integer({ min: 0, max: 60_000 }).map((n) => addDays(day('1950-01-01'), n))
const named = (id: string) => metrics.find((metric) => metric.id === id)!

const point = (on: string, fields: Partial<DayPoint> = {}): DayPoint => ({
  day: on as Day,
  value: 1,
  null_reason: null,
  numerator: null,
  denominator: null,
  finality: 'final',
  coverage: 1,
  ...fields,
})

describe('buckets', () => {
  test.each([
    ['2026-11-22', 'week', '2026-11-16'],
    ['2026-11-16', 'week', '2026-11-16'],
    ['2027-01-01', 'week', '2026-12-28'],
    ['2024-02-29', 'month', '2024-02-01'],
    ['2026-12-31', 'quarter', '2026-10-01'],
    ['2026-03-31', 'quarter', '2026-01-01'],
  ] as const)('%s lies in the %s of %s', (on, granularity, first) => {
    expect(bucketOf(day(on), granularity)).toBe(first)
  })

  test('follow each other without a gap', () => {
    fc.assert(
      fc.property(anyDay, fc.constantFrom(...granularities), (on, granularity) => {
        const first = bucketOf(on, granularity)
        const next = nextBucket(first, granularity)
        expect(first <= on && on < next).toBe(true)
        expect(bucketOf(addDays(next, -1), granularity)).toBe(first)
        expect(bucketOf(next, granularity)).toBe(next)
      }),
      CASES,
    )
  })
})

describe('what may be rolled up', () => {
  test.each([
    ['interactions', { value: 'sum' }],
    ['revenue', { value: 'sum' }],
    ['followers', { value: 'last' }],
    ['open_tickets', { value: 'last' }],
    ['average_order_value', { numerator: 'sum', denominator: 'sum' }],
    ['customer_interaction_rate', { numerator: 'sum', denominator: 'last' }],
    ['active_customers', null],
    ['first_response_time', null],
    ['tenure', null],
    ['churn_rate', null],
    ['engagement_rate_by_reach', null],
    ['engagement_score', null],
    ['new_user_share', null],
    ['stickiness', null],
  ])('%s: %o', (id, rule) => {
    expect(rollUpOf(named(id))).toEqual(rule)
  })
})

describe('a week', () => {
  const week = (fields: (i: number) => Partial<DayPoint>) =>
    eachDay(day('2026-11-16'), day('2026-11-22')).map((on, i) => point(on, fields(i)))

  test('of averages is put together from their parts: 90,000 at 50 and 100 at 100 are 50.06, not 75', () => {
    // https://datafield.dev/sql/part-02/chapter-07/case-study-01.html, as in the metric catalogue.
    const points = week((i) => ({
      numerator: i === 0 ? 90_000 * 50 : i === 1 ? 100 * 100 : 0,
      denominator: i === 0 ? 90_000 : i === 1 ? 100 : 0,
      value: i > 1 ? null : i === 0 ? 50 : 100,
    }))
    const [bucket] = rollUp(points, { numerator: 'sum', denominator: 'sum' }, 1, 'week')
    expect(bucket!.value).toBeCloseTo(50.06, 2)
    expect(bucket).toMatchObject({ days: 7, days_present: 7, finality: 'final', coverage: 1 })
  })

  test('that lacks days says so, and is no final one', () => {
    const points = week((i) => (i < 4 ? { value: 10 } : { value: null, null_reason: 'source_missing', coverage: 0 }))
    const [bucket] = rollUp(points, { value: 'sum' }, 1, 'week')
    expect(bucket).toMatchObject({ value: 40, days_present: 4, finality: 'provisional' })
    expect(bucket!.coverage).toBeCloseTo(4 / 7, 12)
  })

  test('cut off by the range is not compared with a whole one', () => {
    const points = week(() => ({ value: 10 })).slice(0, 3)
    const [bucket] = rollUp(points, { value: 'sum' }, 1, 'week')
    expect(bucket).toMatchObject({ value: 30, days: 7, days_present: 3, finality: 'provisional' })
  })

  test('of nothing is null, never zero', () => {
    const points = week(() => ({ value: null, null_reason: 'no_data', coverage: 0, finality: null }))
    const [bucket] = rollUp(points, { value: 'sum' }, 1, 'week')
    expect(bucket).toMatchObject({ value: null, null_reason: 'no_data', finality: null, coverage: 0 })
  })

  test('of a level is how it ended', () => {
    const [bucket] = rollUp(
      week((i) => ({ value: i })),
      { value: 'last' },
      1,
      'week',
    )
    expect(bucket!.value).toBe(6)
  })
})

test('weeks and months of any range hold every day once', () => {
  const range = fc.tuple(anyDay, fc.integer({ min: 1, max: 400 }))
  fc.assert(
    fc.property(range, fc.constantFrom(...granularities), fc.integer(), ([from, length], granularity, seed) => {
      const points = eachDay(from, addDays(from, length - 1)).map((on, i) =>
        point(on, { value: (seed + i * 7_919) % 997 }),
      )
      const buckets = rollUp(points, { value: 'sum' }, 1, granularity)
      const total = points.reduce((sum, { value }) => sum + value!, 0)
      expect(buckets.reduce((sum, { value }) => sum + value!, 0)).toBe(total)
      expect(buckets.reduce((sum, { days_present }) => sum + days_present, 0)).toBe(length)
      for (const { day: first, days } of buckets) {
        expect(daysBetween(first, nextBucket(first, granularity))).toBe(days)
      }
    }),
    { numRuns: 1_000 },
  )
})
