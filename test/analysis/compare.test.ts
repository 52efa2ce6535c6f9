import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compare } from '../../functions/analysis/compare.ts'
import type { DayPoint } from '../../functions/analysis/roll-up.ts'
import { addDays, day } from '../../functions/kit/day.ts'

const points = (values: readonly (number | null)[], open = 0): DayPoint[] =>
  values.map((value, i) => ({
    day: addDays(day('2026-11-01'), i),
    value,
    null_reason: value === null ? 'source_missing' : null,
    numerator: null,
    denominator: null,
    finality: i >= values.length - open ? 'provisional' : 'final',
    coverage: 1,
  }))

const counts = { rule: { value: 'sum' }, per: 1, inPoints: false } as const

test('an unfinished day is no drop: it is left out on both sides', () => {
  const found = compare(points([10, 10, 3], 1), points([8, 8, 8]), counts)
  expect(found).toMatchObject({ current: 20, baseline: 16, change_abs: 4, change_pct: 25, change_points: null })
  expect(found).toMatchObject({ days_compared: 2, days_left_out: 1, basis: 'sum' })
})

test('a missing day is left out on both sides', () => {
  expect(compare(points([10, null, 10]), points([8, 8, null]), counts)).toMatchObject({
    current: 10,
    baseline: 8,
    days_compared: 1,
  })
})

test('rates are put together from their parts and differ in points', () => {
  const rates = (pairs: readonly [number, number][]): DayPoint[] =>
    points(pairs.map(([n, d]) => (n / d) * 100)).map((point, i) => ({
      ...point,
      numerator: pairs[i]![0],
      denominator: pairs[i]![1],
    }))
  // 88 of 120 and 558 of 880 are not (73.3 + 63.4) / 2.
  const found = compare(
    rates([
      [88, 120],
      [558, 880],
    ]),
    rates([
      [50, 100],
      [50, 100],
    ]),
    {
      rule: { numerator: 'sum', denominator: 'sum' },
      per: 100,
      inPoints: true,
    },
  )
  expect(found.current).toBeCloseTo(64.6, 10)
  expect(found.change_points).toBeCloseTo(14.6, 10)
  expect(found).toMatchObject({ baseline: 50, change_pct: null, basis: 'parts' })
})

test('what does not add up is compared by its last pair of days', () => {
  const found = compare(points([5, 6, 7]), points([5, 5, 4]), { rule: null, per: 1, inPoints: false })
  expect(found).toMatchObject({ current: 7, baseline: 4, change_abs: 3, change_pct: 75, basis: 'last' })
})

test('too few cases have values, and no change', () => {
  const rates = points([50]).map((point) => ({ ...point, numerator: 10, denominator: 20 }))
  const rule = { numerator: 'sum', denominator: 'sum' } as const
  const of = (minSample: number) => compare(rates, rates, { rule, per: 100, inPoints: true, minSample })
  expect(of(21)).toMatchObject({ current: 50, baseline: 50, change_points: null, null_reason: 'below_min_sample' })
  expect(of(20)).toMatchObject({ change_points: 0, null_reason: null })
})

test('with nothing to compare there is no change', () => {
  const found = compare(points([5], 1), points([5]), counts)
  expect(found).toMatchObject({ current: null, baseline: null, change_abs: null, change_pct: null, days_compared: 0 })
  expect(found.null_reason).toBe('no_data')
})

test('a range compared with itself has not changed', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: -1e6, max: 1e6 })), { minLength: 1 }), (values) => {
      const found = compare(points(values), points(values), counts)
      if (found.days_compared > 0) expect(found).toMatchObject({ change_abs: 0 })
      expect(found.days_compared).toBe(values.filter((value) => value !== null).length)
    }),
    { numRuns: 10_000 },
  )
})
