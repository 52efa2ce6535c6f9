import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { place, runs } from '../../dashboard/chart/place.ts'

const values = fc.array(fc.option(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { nil: null }), { minLength: 1 })

describe('points', () => {
  test('lie within the drawing, in the order of their values; null has no place', () => {
    fc.assert(
      fc.property(values, (given) => {
        fc.pre(given.some((value) => value !== null))
        const points = place(given, 240, 56)
        points.forEach(({ x, y }, i) => {
          expect(x).toBeGreaterThanOrEqual(0)
          expect(x).toBeLessThanOrEqual(240)
          expect(y === null).toBe(given[i] === null)
          if (y === null) return
          expect(y).toBeGreaterThanOrEqual(0)
          expect(y).toBeLessThanOrEqual(56)
          const before = given[i - 1] ?? null
          if (before !== null && before < given[i]!) expect(y).toBeLessThanOrEqual(points[i - 1]!.y! + 1e-6)
        })
      }),
    )
  })

  test('a tremor does not fill the height', () => {
    const [first, second] = place([1000, 1001], 240, 56)
    expect(first!.y! - second!.y!).toBeLessThan(1)
  })

  test('zero throughout is a line in the middle', () => {
    expect(place([0, 0], 240, 56).map(({ y }) => y)).toEqual([28, 28])
  })
})

describe('lines', () => {
  const points = (ys: readonly (number | null)[]) => ys.map((y) => ({ y }))

  test('break where there is no value and never bridge it', () => {
    const all = Array(5).fill('final')
    expect(runs(points([1, 2, null, 3, 4]), all)).toEqual([
      { from: 0, to: 1, provisional: false },
      { from: 3, to: 4, provisional: false },
    ])
    expect(runs(points([1, null, 2]), all)).toEqual([])
  })

  test('are provisional from the last final point on', () => {
    expect(runs(points([1, 2, 3, 4]), ['final', 'final', 'provisional', 'provisional'])).toEqual([
      { from: 0, to: 1, provisional: false },
      { from: 1, to: 3, provisional: true },
    ])
  })

  test('cover each pair of neighbours that have values, once', () => {
    fc.assert(
      fc.property(values, fc.infiniteStream(fc.constantFrom('final', 'provisional')), (given, stream) => {
        const finality = [...stream.take(given.length)]
        const covered = runs(points(given), finality).flatMap(({ from, to, provisional }) =>
          Array.from({ length: to - from }, (_, i) => [from + i, provisional]),
        )
        const expected = given.flatMap((value, i) =>
          i + 1 < given.length && value !== null && given[i + 1] !== null
            ? [[i, finality[i] === 'provisional' || finality[i + 1] === 'provisional']]
            : [],
        )
        expect(covered).toEqual(expected)
      }),
    )
  })
})
