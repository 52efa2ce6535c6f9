import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays, type Day, day } from '../../functions/kit/day.ts'
import { addPeriods, eachPeriod, endOfPeriod, type Period, periods, startOfPeriod } from '../../functions/kit/period.ts'

test.each<[Period, string, string, string]>([
  ['week', '2026-11-22', '2026-11-16', '2026-11-22'],
  ['week', '2026-11-23', '2026-11-23', '2026-11-29'],
  // The first ISO week of 2026 begins in 2025.
  ['week', '2026-01-01', '2025-12-29', '2026-01-04'],
  // Before and at the beginning of the epoch, a Thursday.
  ['week', '1970-01-01', '1969-12-29', '1970-01-04'],
  ['week', '1900-01-07', '1900-01-01', '1900-01-07'],
  ['month', '2024-02-29', '2024-02-01', '2024-02-29'],
  ['month', '2026-12-31', '2026-12-01', '2026-12-31'],
])('the %s of %s is %s to %s', (period, of, first, last) => {
  expect(startOfPeriod(day(of), period)).toBe(first)
  expect(endOfPeriod(day(first), period)).toBe(last)
})

test('periods are counted on and back across years', () => {
  expect(addPeriods(day('2026-11-01'), 3, 'month')).toBe('2027-02-01')
  expect(addPeriods(day('2026-02-01'), -14, 'month')).toBe('2024-12-01')
  expect(addPeriods(day('2026-12-28'), 1, 'week')).toBe('2027-01-04')
  expect(eachPeriod(day('2026-01-31'), day('2026-03-01'), 'month')).toEqual(['2026-01-01', '2026-02-01', '2026-03-01'])
  expect(eachPeriod(day('2026-11-23'), day('2026-11-22'), 'week')).toEqual([])
})

test('every day lies in one period, and periods adjoin', () => {
  const anyDay = fc.integer({ min: 0, max: 109_000 }).map((n): Day => addDays(day('1900-01-10'), n))
  fc.assert(
    fc.property(anyDay, fc.constantFrom(...periods), (one, period) => {
      const start = startOfPeriod(one, period)
      const end = endOfPeriod(start, period)
      expect(start <= one && one <= end).toBe(true)
      expect(startOfPeriod(end, period)).toBe(start)
      expect(startOfPeriod(addDays(end, 1), period)).toBe(addPeriods(start, 1, period))
      if (period === 'week') expect(new Date(start).getUTCDay()).toBe(1)
    }),
    { numRuns: 2_000 },
  )
})
