import { describe, expect, test } from 'vitest'
import { addDays, arithmeticText, dayText, shareText, valueText } from '../../dashboard/format.js'

const plain = (text) => text.replace(/[\u00a0\u202f]/g, ' ')
const shown = (value, metric, language = 'en', exact = false) => plain(valueText(value, metric, { language, exact }))

describe('a value in its unit', () => {
  test.each([
    [684211, { unit: 'money', currency: 'EUR' }, 'en', '€6,842.11'],
    [684211, { unit: 'money', currency: 'EUR' }, 'de', '6.842,11 €'],
    [6842, { unit: 'money', currency: 'JPY' }, 'en', '¥6,842'],
    [6842115, { unit: 'money', currency: 'KWD' }, 'en', 'KWD 6,842.115'],
    [1234567890, { unit: 'money', currency: 'EUR' }, 'en', '€12,345,679'],
    [-1, { unit: 'money', currency: 'EUR' }, 'en', '-€0.01'],
    [500, { unit: 'percent' }, 'en', '500%'],
    [12.3456, { unit: 'percent' }, 'de', '12,35 %'],
    [0, { unit: 'count' }, 'en', '0'],
    [1234567.5, { unit: 'count' }, 'en', '1,234,568'],
    [2.345, { unit: 'ratio' }, 'en', '2.35'],
    [90, { unit: 'seconds' }, 'en', '1 min 30 s'],
    [3600, { unit: 'seconds' }, 'en', '1 h'],
    [0.2, { unit: 'seconds' }, 'en', '0 s'],
    [183_600, { unit: 'seconds' }, 'en', '2 d 3 h'],
    [-90, { unit: 'seconds' }, 'en', '−1 min 30 s'],
    [1, { unit: 'days' }, 'en', '1 day'],
  ])('%s %o in %s is %s', (value, metric, language, text) => {
    expect(shown(value, metric, language)).toBe(text)
  })

  test('exact keeps what a tile rounds away', () => {
    expect(shown(1234567890, { unit: 'money', currency: 'EUR' }, 'en', true)).toBe('€12,345,678.90')
    expect(shown(1234.5678, { unit: 'ratio' }, 'en', true)).toBe('1,234.5678')
  })
})

test('the arithmetic of a ratio is written out, and there is none without a value', () => {
  const rate = { unit: 'percent', per: 100 }
  const point = { value: 500, numerator: 1000, denominator: 200 }
  expect(plain(arithmeticText(point, rate, 'en'))).toBe('1,000 ÷ 200 × 100 = 500%')
  const money = { unit: 'money', currency: 'EUR', per: 1 }
  const average = { value: 5000, numerator: 15000, denominator: 3 }
  expect(plain(arithmeticText(average, money, 'en'))).toBe('€150.00 ÷ 3 = €50.00')
  expect(arithmeticText({ value: null, numerator: 0, denominator: 0 }, rate, 'en')).toBeNull()
  expect(arithmeticText({ value: 5, numerator: null, denominator: null }, { unit: 'count' }, 'en')).toBeNull()
})

test('what is not all of the data never reads as all of it', () => {
  expect(shareText(1, 'en')).toBe('100%')
  expect(shareText(0.99999, 'en')).toBe('99.9%')
  expect(shareText(0.94, 'en')).toBe('94%')
  expect(shareText(0, 'en')).toBe('0%')
})

test('days are days, wherever the reader is', () => {
  expect(dayText('2026-11-19', 'en-GB')).toBe('Thu, 19 Nov 2026')
  expect(addDays('2026-03-01', -1)).toBe('2026-02-28')
  expect(addDays('2026-11-19', -59)).toBe('2026-09-21')
})
