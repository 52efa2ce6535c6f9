import { describe, expect, test } from 'vitest'
import { addDays, daysBetween, formatIn, minorUnits, type Unit } from '../../dashboard/format.ts'

const plain = (text: string | null) => text?.replace(/[\u00a0\u202f]/g, ' ') ?? null

const EUR: Unit = { unit: 'money', currency: 'EUR' }

describe('a value in its unit', () => {
  test.each<[number, Unit, string, string]>([
    [684211, EUR, 'en', '€6,842.11'],
    [684211, EUR, 'de', '6.842,11 €'],
    [6842, { unit: 'money', currency: 'JPY' }, 'en', '¥6,842'],
    [6842115, { unit: 'money', currency: 'KWD' }, 'en', 'KWD 6,842.115'],
    [1234567890, EUR, 'en', '€12,345,679'],
    [-1, EUR, 'en', '-€0.01'],
    [500, { unit: 'percent' }, 'en', '500%'],
    [12.3456, { unit: 'percent' }, 'de', '12,35 %'],
    [0, { unit: 'count' }, 'en', '0'],
    [1234567.5, { unit: 'count' }, 'en', '1,234,568'],
    [2.345, { unit: 'ratio' }, 'en', '2.35'],
    [90, { unit: 'seconds' }, 'en', '1 min 30 sec'],
    [3600, { unit: 'seconds' }, 'en', '1 hr'],
    [0.2, { unit: 'seconds' }, 'en', '0 sec'],
    [183_600, { unit: 'seconds' }, 'en', '2 days 3 hr'],
    [-90, { unit: 'seconds' }, 'en', '−1 min 30 sec'],
    [1, { unit: 'days' }, 'en', '1 day'],
  ])('%s %o in %s is %s', (value, unit, language, text) => {
    expect(plain(formatIn(language).value(value, unit))).toBe(text)
  })

  test('exact keeps what a tile rounds away', () => {
    const { value } = formatIn('en')
    expect(value(1234567890, EUR, true)).toBe('€12,345,678.90')
    expect(value(1234.5678, { unit: 'ratio' }, true)).toBe('1,234.5678')
  })
})

test('the arithmetic of a ratio is written out, and there is none without a value', () => {
  const { arithmetic } = formatIn('en')
  const rate = { unit: 'percent', per: 100 }
  expect(plain(arithmetic({ value: 500, numerator: 1000, denominator: 200 }, rate))).toBe('1,000 ÷ 200 × 100 = 500%')
  const average = { value: 5000, numerator: 15000, denominator: 3 }
  expect(plain(arithmetic(average, { ...EUR, per: 1 }))).toBe('€150.00 ÷ 3 = €50.00')
  expect(arithmetic({ value: null, numerator: 0, denominator: 0 }, rate)).toBeNull()
  expect(arithmetic({ value: 5, numerator: null, denominator: null }, { unit: 'count' })).toBeNull()
})

test('what is not all of the data never reads as all of it', () => {
  const { share } = formatIn('en')
  expect([1, 0.99999, 0.94, 0].map(share)).toEqual(['100%', '99.9%', '94%', '0%'])
})

describe('how something moved', () => {
  const { change, difference } = formatIn('en')

  test('has its sign, and no movement has both', () => {
    expect([12.34, 3.21, -12, 0].map(change)).toEqual(['+12%', '+3.2%', '−12%', '±0%'])
  })

  test('is in the unit of the metric; of percentages in points', () => {
    expect(difference(2.5, { unit: 'percent' })).toBe('+2.5')
    expect(difference(-150, EUR)).toBe('−€1.50')
    expect(difference(-90, { unit: 'seconds' })).toBe('−1 min 30 sec')
  })
})

test('days are days, wherever the reader is', () => {
  const british = formatIn('en-GB')
  expect(british.day('2026-11-19')).toBe('Thu, 19 Nov 2026')
  expect(british.shortDay('2026-11-19')).toBe('19 Nov')
  expect(british.month('2026-11-19')).toBe('Nov 2026')
  expect(addDays('2026-03-01', -1)).toBe('2026-02-28')
  expect(addDays('2026-11-19', -59)).toBe('2026-09-21')
  expect(daysBetween('2026-09-21', '2026-11-19')).toBe(59)
  expect(daysBetween('2026-03-30', '2026-03-28')).toBe(-2)
})

test('how long ago something was is told in the unit that fits', () => {
  const { relative } = formatIn('en')
  const now = new Date('2026-11-19T12:00:00Z')
  expect(relative('2026-11-19T11:15:00Z', now)).toBe('45 minutes ago')
  expect(relative('2026-11-19T06:00:00Z', now)).toBe('6 hours ago')
  expect(relative('2026-11-22T12:00:00Z', now)).toBe('in 3 days')
})

test('currencies have the minor units that they have', () => {
  expect(['EUR', 'JPY', 'KWD'].map(minorUnits)).toEqual([100, 1, 1000])
})
