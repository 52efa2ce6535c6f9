import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayOf, secondsOf, seriesData, spanOfDays, stretches } from '../../dashboard/chart/series-data.ts'
import type { SeriesColumns } from '../../dashboard/client.js'
import { addDays } from '../../dashboard/format.ts'

interface Point {
  readonly value: number | null
  readonly final: boolean
  readonly coverage: number
}

function columnsOf(points: readonly Point[], more: Partial<SeriesColumns> = {}): SeriesColumns {
  return {
    date: points.map((_, i) => addDays('2026-02-26', i)),
    value: points.map(({ value }) => value),
    null_reason: points.map(({ value }) => (value === null ? 'no_data' : null)),
    numerator: points.map(() => null),
    denominator: points.map(() => null),
    finality: points.map(({ final }) => (final ? 'final' : 'provisional')),
    coverage: points.map(({ coverage }) => coverage),
    revision: points.map(() => 1),
    definition_version: points.map(() => 1),
    ...more,
  }
}

const points = fc.array(
  fc.record({
    value: fc.option(fc.integer({ min: -100, max: 100 }), { nil: null }),
    final: fc.boolean(),
    coverage: fc.constantFrom(1, 0.5),
  }),
  { minLength: 1, maxLength: 60 },
)

/** The pairs of neighbours that a column's line connects. */
const pairs = (column: readonly (number | null)[]) =>
  column.flatMap((value, i) => (value !== null && (column[i + 1] ?? null) !== null ? [i] : []))

describe('a series that is drawn', () => {
  test('shows every value in its own way, and each pair of neighbours by a line that does not say too much', () => {
    fc.assert(
      fc.property(points, (given) => {
        const { final, provisional, hollow, alone, gaps } = seriesData(columnsOf(given), null)
        const isGap = (i: number) => gaps.some(({ from, to }) => from <= i && i <= to)
        given.forEach(({ value, final: isFinal }, i) => {
          expect(final[i]).toBe(isFinal ? value : null)
          expect(hollow.includes(i)).toBe(value !== null && !isFinal)
          expect(isGap(i)).toBe(value === null)
          if (provisional[i] !== null) expect(provisional[i]).toBe(value)
        })
        const [solid, dashed] = [pairs(final), pairs(provisional)]
        for (let i = 0; i + 1 < given.length; i++) {
          const [one, two] = [given[i]!, given[i + 1]!]
          const isLine = one.value !== null && two.value !== null
          expect(solid.includes(i)).toBe(isLine && one.final && two.final)
          if (isLine && !(one.final && two.final)) expect(dashed).toContain(i)
          if (!isLine) expect(dashed).not.toContain(i)
        }
        const seen = new Set([...solid, ...dashed].flatMap((i) => [i, i + 1]))
        given.forEach(({ value }, i) => {
          if (value !== null) expect(seen.has(i) || hollow.includes(i) || alone.includes(i)).toBe(true)
        })
      }),
    )
  })

  test('points meet half-way, so that bands leave no gap between them', () => {
    fc.assert(
      fc.property(points, (given) => {
        const { x, edges } = seriesData(columnsOf(given), null)
        expect(edges).toHaveLength(x.length + 1)
        x.forEach((at, i) => {
          expect(edges[i]).toBe(at - 43_200)
          expect(edges[i + 1]).toBe(at + 43_200)
        })
      }),
    )
  })

  test('marks what rests on less than all, and weeks that lack days', () => {
    const given = [1, 2, 3, 4].map((value) => ({ value, final: true, coverage: value === 2 ? 0.9 : 1 }))
    const { incomplete } = seriesData(columnsOf(given, { days: [7, 7, 7, 7], days_present: [7, 7, 3, 7] }), null)
    expect(incomplete).toEqual([{ from: 1, to: 2 }])
  })

  test('a definition changes where another version than the last known one begins', () => {
    const given = Array.from({ length: 6 }, () => ({ value: 1, final: true, coverage: 1 }))
    const { redefined } = seriesData(columnsOf(given, { definition_version: [null, 1, null, 1, 2, 2] }), null)
    expect(redefined).toEqual([4])
  })

  test('a comparison that is shorter ends earlier, and is not zero', () => {
    const given = [1, 2, 3].map((value) => ({ value, final: true, coverage: 1 }))
    expect(seriesData(columnsOf(given), { value: [5, null] }).comparison).toEqual([5, null, null])
  })
})

describe('days on the axis', () => {
  const week = { date: ['2026-03-02', '2026-03-09', '2026-03-16'] }
  const point = { value: 1, final: true, coverage: 1 }

  test('reach over the points that they belong to', () => {
    const daily = seriesData(columnsOf([point, point, point]), null)
    expect(spanOfDays(daily, '2026-02-27', '2026-02-27')).toEqual({ min: daily.edges[1], max: daily.edges[2] })
    expect(spanOfDays(daily, '2026-01-01', '2026-12-31')).toEqual({ min: daily.edges[0], max: daily.edges[3] })
    const weekly = seriesData(columnsOf([point, point, point], week), null)
    expect(spanOfDays(weekly, '2026-03-11', '2026-03-12')).toEqual({ min: weekly.edges[1], max: weekly.edges[2] })
  })

  test('that lie outside have no place', () => {
    const daily = seriesData(columnsOf([point]), null)
    expect(spanOfDays(daily, '2026-01-01', '2026-01-02')).toBeNull()
    expect(spanOfDays(daily, '2026-03-01', '2026-03-02')).toBeNull()
    expect(spanOfDays(seriesData(columnsOf([]), null), '2026-03-01', '2026-03-02')).toBeNull()
  })

  test('are the same after a way through seconds', () => {
    expect(dayOf(secondsOf('2024-02-29'))).toBe('2024-02-29')
  })
})

test('stretches cover what holds, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean()), (holds) => {
      const found = stretches(holds)
      const covered = holds.map((_, i) => found.some(({ from, to }) => from <= i && i <= to))
      expect(covered).toEqual(holds)
      found.slice(1).forEach(({ from }, i) => {
        expect(from).toBeGreaterThan(found[i]!.to + 1)
      })
    }),
  )
})
