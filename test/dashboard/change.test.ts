import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Change, changeOf, spanOf } from '../../dashboard/change.ts'
import type { Metric, SeriesColumns } from '../../dashboard/client.js'
import { addDays } from '../../dashboard/format.ts'

const FROM = '2026-03-20'

type Columns = Pick<SeriesColumns, 'date' | 'value' | 'finality' | 'denominator' | 'definition_version'>

/** A series of final days, of the first definition, unless told otherwise. */
function series(value: (number | null)[], more: Partial<Columns> = {}): SeriesColumns {
  const columns: Columns = {
    date: value.map((_, i) => addDays(FROM, i)),
    value,
    finality: value.map(() => 'final'),
    denominator: value.map(() => null),
    definition_version: value.map(() => 1),
    ...more,
  }
  return columns as SeriesColumns
}

type Kind = Pick<Metric, 'unit' | 'direction' | 'kind' | 'min_sample'>

const count: Kind = { unit: 'count', direction: 'up', kind: 'total', min_sample: 1 }
const rate: Kind = { unit: 'percent', direction: 'up', kind: 'ratio', min_sample: 30 }

/** Eight days, from the first to the last a week. */
const week = (first: number | null, last: number | null) => [first, 0, 0, 0, 0, 0, 0, last]

describe('two windows that do not overlap', () => {
  test.each([
    ['1d', 7],
    ['7d', 7],
    ['28d', 28],
    ['90d', 90],
    ['all', 7],
  ])('of %s lie %d days apart', (window, days) => {
    expect(spanOf(window)).toBe(days)
  })
})

describe('a change', () => {
  test('is of the newest final day against the one a period earlier', () => {
    expect(changeOf(series([100, 1, 1, 1, 1, 1, 1, 130]), count, '7d')).toEqual({
      from: FROM,
      to: addDays(FROM, 7),
      before: 100,
      after: 130,
      difference: 30,
      percent: 30,
      good: true,
    })
  })

  test('spans the hour that the clocks lose', () => {
    expect(changeOf(series(week(1, 2)), count, '1d')).toMatchObject({ from: '2026-03-20', to: '2026-03-27' })
    const later = series(week(1, 2), { date: week(0, 0).map((_, i) => addDays('2026-03-25', i)) })
    expect(changeOf(later, count, '1d')).toMatchObject({ from: '2026-03-25', to: '2026-04-01' })
  })

  test('never looks at what is provisional', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 5 }), (open) => {
        const value = [...week(100, 130), ...open]
        const finality = value.map((_, i): 'final' | 'provisional' => (i < 8 ? 'final' : 'provisional'))
        expect(changeOf(series(value, { finality }), count, '7d')).toEqual(
          changeOf(series(week(100, 130)), count, '7d'),
        )
      }),
    )
  })

  test('of percentages, points and scores is in points; of the rest in percent of its size before', () => {
    const units: [string, number | null][] = [
      ['percent', null],
      ['points', null],
      ['score', null],
      ['count', 50],
      ['money', 50],
      ['seconds', 50],
    ]
    for (const [unit, percent] of units) {
      const change = changeOf(series(week(20, 30)), { ...count, unit } as Kind, '7d') as Change
      expect([change.difference, change.percent]).toEqual([10, percent])
    }
    expect(changeOf(series(week(-20, -30)), count, '7d')).toMatchObject({ percent: -50, good: false })
    expect(changeOf(series(week(0, 30)), count, '7d')).toMatchObject({ percent: null, difference: 30 })
  })

  test('is good or bad by the direction of the metric, and neither where it has none or nothing moved', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (before, after) => {
        const good = (direction: Kind['direction']) =>
          (changeOf(series(week(before, after)), { ...count, direction }, '7d') as Change).good
        expect(good('up')).toBe(after === before ? null : after > before)
        expect(good('down')).toBe(after === before ? null : after < before)
        expect(good(null)).toBeNull()
      }),
    )
  })
})

describe('nothing is compared', () => {
  test('without a final value', () => {
    expect(changeOf(series([]), count, '7d')).toBe('no_final_day')
    expect(changeOf(series([null, null]), count, '7d')).toBe('no_final_day')
    const finality = week(1, 2).map(() => 'provisional' as const)
    expect(changeOf(series(week(1, 2), { finality }), count, '7d')).toBe('no_final_day')
  })

  test('without a final value a period earlier', () => {
    expect(changeOf(series([1, 2, 3]), count, '7d')).toBe('no_earlier_day')
    expect(changeOf(series(week(null, 2)), count, '7d')).toBe('no_earlier_day')
    expect(changeOf(series(week(1, 2)), count, '28d')).toBe('no_earlier_day')
    const finality = week(1, 2).map((_, i): 'final' | 'provisional' => (i === 0 ? 'provisional' : 'final'))
    expect(changeOf(series(week(1, 2), { finality }), count, '7d')).toBe('no_earlier_day')
  })

  test('across definitions', () => {
    const definition_version = week(1, 2).map((_, i) => (i < 7 ? 1 : 2))
    expect(changeOf(series(week(1, 2), { definition_version }), count, '7d')).toBe('definition_changed')
  })

  test('of too few cases on either day', () => {
    const of = (first: number, last: number) =>
      changeOf(series(week(10, 20), { denominator: week(first, last) }), rate, '7d')
    expect(of(29, 100)).toBe('low_sample')
    expect(of(100, 29)).toBe('low_sample')
    expect(of(30, 30)).toMatchObject({ difference: 10 })
    expect(changeOf(series(week(10, 20)), rate, '7d')).toMatchObject({ difference: 10 })
  })
})
