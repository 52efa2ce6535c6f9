import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LEAST_WIDTH, placeMarks } from '../../dashboard/chart/mark-lanes.ts'
import { valueRange } from '../../dashboard/chart/value-range.ts'
import { type Bar, waterfallBars } from '../../dashboard/chart/waterfall-bars.ts'
import { partShares } from '../../dashboard/metric/part-shares.ts'

const amount = fc.integer({ min: -100_000, max: 100_000 })
const widthOf = ({ from, to }: Bar) => to - from

describe('a waterfall', () => {
  test('begins at the one value, ends at the other, and each part goes on where the one before ended', () => {
    fc.assert(
      fc.property(amount, fc.array(amount, { maxLength: 12 }), (baseline, parts) => {
        const current = parts.reduce((sum, part) => sum + part, baseline)
        const bars = waterfallBars(baseline, parts, current)
        const all = [bars.baseline, ...bars.parts, bars.current]
        for (const { from, to } of all) {
          expect(from).toBeGreaterThanOrEqual(-1e-9)
          expect(to).toBeLessThanOrEqual(1 + 1e-9)
          expect(from).toBeLessThanOrEqual(to)
        }
        // Lengths of parts are in proportion.
        const longest = Math.max(0, ...parts.map(Math.abs))
        const unit = longest === 0 ? 0 : Math.max(...bars.parts.map(widthOf)) / longest
        parts.forEach((part, i) => {
          expect(widthOf(bars.parts[i]!)).toBeCloseTo(Math.abs(part) * unit, 6)
        })
        // A rise begins at its lower end, a fall at its upper one.
        const ends = parts.map((part, i) => {
          const { from, to } = bars.parts[i]!
          return part >= 0 ? [from, to] : [to, from]
        })
        ends.slice(1).forEach(([begins], i) => {
          expect(begins).toBeCloseTo(ends[i]![1]!, 6)
        })
        if (bars.zero !== null && parts.length > 0) {
          expect(widthOf(bars.baseline)).toBeCloseTo(Math.abs(baseline) * unit, 6)
          expect(widthOf(bars.current)).toBeCloseTo(Math.abs(current) * unit, 6)
        }
      }),
    )
  })

  test('of small parts beside a large whole leaves zero out, and says so', () => {
    const { zero, parts, baseline } = waterfallBars(14_004, [23, -14, 1676], 15_689)
    expect(zero).toBeNull()
    expect(baseline.from).toBe(0)
    expect(widthOf(parts[2]!)).toBeGreaterThan(0.5)
    expect(waterfallBars(10, [20], 30).zero).toBe(0)
    expect(waterfallBars(-10, [20], 10).zero).toBe(0.5)
  })

  test('of negative values is cut off on the side of zero', () => {
    const { zero, baseline } = waterfallBars(-1000, [10], -990)
    expect(zero).toBeNull()
    expect(baseline.to).toBe(1)
  })

  test('of nothing is nothing', () => {
    expect(waterfallBars(0, [], 0)).toEqual({
      baseline: { from: 0, to: 0 },
      parts: [],
      current: { from: 0, to: 0 },
      zero: 0,
    })
  })
})

describe('the vertical range', () => {
  test('holds all values, with zero at an end where all are on one side of it and it is reached', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const [from, to] = valueRange(low, high)
        expect(from).toBeLessThanOrEqual(low)
        expect(to).toBeGreaterThanOrEqual(high)
        expect(to).toBeGreaterThan(from)
        if (low >= 0) expect(from).toBeGreaterThanOrEqual(0)
        if (high <= 0 && low < 0) expect(to).toBeLessThanOrEqual(0)
      }),
    )
  })

  test('a tremor does not fill the height, and zero is shown where it is near', () => {
    const [from, to] = valueRange(1000, 1001)
    expect(1 / (to - from)).toBeLessThan(0.011)
    expect(valueRange(20, 100)[0]).toBe(0)
    expect(valueRange(-100, -20)[1]).toBeCloseTo(0)
    expect(valueRange(null, null)).toEqual([0, 1])
    expect(valueRange(0, 0)).toEqual([0, 1])
  })
})

describe('marks on the axis', () => {
  const extents = fc.array(
    fc.record({ left: fc.integer({ min: 0, max: 790 }), width: fc.integer({ min: 0, max: 500 }) }),
    { maxLength: 60 },
  )

  test('cover no other, fit, are wide enough to be hit, and stand for every note once', () => {
    fc.assert(
      fc.property(extents, fc.integer({ min: 1, max: 4 }), (given, lanes) => {
        const room = 800
        const marks = given.map(({ left, width }, i) => ({ id: `${i}`, left, width: Math.min(width, room - left) }))
        const placed = placeMarks(marks, room, lanes)
        expect(placed.flatMap(({ ids }) => ids).sort()).toEqual(marks.map(({ id }) => id).sort())
        placed.forEach(({ lane, left, width }, i) => {
          expect(lane).toBeLessThan(lanes)
          expect(left).toBeGreaterThanOrEqual(0)
          expect(left + width).toBeLessThanOrEqual(room)
          expect(width).toBeGreaterThanOrEqual(LEAST_WIDTH)
          for (const other of placed.slice(i + 1)) {
            if (other.lane !== lane) continue
            expect(other.left >= left + width || left >= other.left + other.width).toBe(true)
          }
        })
      }),
    )
  })
})

describe('shares', () => {
  const parts = fc.dictionary(fc.string(), fc.option(fc.nat(1000), { nil: null }), { maxKeys: 10 }).map(Object.entries)

  test('are of the whole, and add up to what is named', () => {
    fc.assert(
      fc.property(parts, fc.nat(500), (given, unnamed) => {
        const sum = given.reduce((total, [, value]) => total + (value ?? 0), 0)
        const { parts: shown, named } = partShares(given, sum + unnamed, true)
        expect(shown).toHaveLength(given.length)
        if (sum + unnamed === 0) {
          expect(named).toBeNull()
          return
        }
        expect(named).toBeCloseTo(sum / (sum + unnamed), 9)
        expect(shown.reduce((total, { share }) => total + (share ?? 0), 0)).toBeCloseTo(named!, 9)
        for (const { value, share, length } of shown) {
          expect(share === null).toBe(value === null)
          expect(length).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  test('are none where parts do not add up, or take away from the whole', () => {
    expect(
      partShares(
        [
          ['a', 60],
          ['b', 70],
        ],
        100,
        false,
      ),
    ).toMatchObject({ named: null, parts: [{ share: null }, { share: null }] })
    expect(
      partShares(
        [
          ['a', 60],
          ['b', -10],
        ],
        50,
        true,
      ).named,
    ).toBeNull()
  })

  test('the largest comes first, what has no value last', () => {
    expect(
      partShares(
        [
          ['a', null],
          ['b', 1],
          ['c', 5],
        ],
        6,
        true,
      ).parts.map(({ key }) => key),
    ).toEqual(['c', 'b', 'a'])
  })
})
