import { describe, expect, test } from 'vitest'
import { readerOf } from '../../dashboard/locale/reader.ts'
import { differenceText, dimensionText, partText, segmentText, toneOf } from '../../dashboard/metric/names.ts'

const reader = readerOf('en', ['en-US'])

describe('a difference', () => {
  test.each([
    ['percent', 1.5, '+1.5 points'],
    ['score', -2, '−2 points'],
    ['points', 0, '±0 points'],
    ['count', 1685, '+1,685'],
    ['seconds', -90, '−1 min 30 sec'],
  ] as const)('of %s is written in what it is counted in', (unit, by, written) => {
    expect(differenceText(reader, { unit }, by)).toBe(written)
  })

  test('of money is money, which comes in minor units', () => {
    expect(differenceText(reader, { unit: 'money', currency: 'USD' }, -3796)).toBe('−$37.96')
  })

  test('is for better or worse as the metric says, and neither where it does not', () => {
    expect(toneOf({ direction: 'up' }, 1)).toBe('good')
    expect(toneOf({ direction: 'down' }, 1)).toBe('bad')
    expect(toneOf({ direction: null }, 1)).toBe('')
    expect(toneOf({ direction: 'up' }, 0)).toBe('')
  })
})

describe('parts of a change', () => {
  test.each([
    [{ kind: 'input', key: 'denominator' }, 'Denominator', 'part of the ratio'],
    [{ kind: 'segment_mix', key: 'email' }, 'E-mail', 'its share of all changed'],
    [{ kind: 'segment_rate', key: 'email' }, 'E-mail', 'itself changed'],
    [{ kind: 'missing_data', key: 'facebook' }, 'facebook', 'data missing on one of the days'],
    [{ kind: 'revision', key: '2026-11-18' }, 'Wed, Nov 18, 2026', 'the number was changed later'],
    [{ kind: 'definition', key: '1 → 2' }, 'version 1 → 2', 'the definition changed'],
  ] as const)('%o has a name and a kind in words', (part, name, kind) => {
    expect(partText(reader, part, 'channel')).toEqual({ name, kind })
  })

  test('that nobody translates are shown as the data has them', () => {
    expect(segmentText(reader, 'group', 'Organic Search')).toBe('Organic Search')
    expect(segmentText(reader, 'kind', 'store_visit')).toBe('store visit')
    expect(dimensionText(reader, 'shop_floor')).toBe('shop floor')
  })
})
