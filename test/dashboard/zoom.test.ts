import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chosenSpan, isAll, panned, type Span, widthOf, within, zoomed } from '../../dashboard/chart/zoom.ts'

const DAY = 86_400
const full = { min: 1_600_000_000, max: 1_600_000_000 + 1826 * DAY }
const least = 4 * DAY

const at = fc.double({ min: full.min, max: full.max, noNaN: true })
const span = fc
  .tuple(at, at)
  .map(([a, b]): Span => ({ min: Math.min(a, b), max: Math.max(a, b) }))
  .filter((one) => widthOf(one) >= least)
const SLACK = 1e-3

function isInside({ min, max }: Span) {
  expect(min).toBeGreaterThanOrEqual(full.min - SLACK)
  expect(max).toBeLessThanOrEqual(full.max + SLACK)
}

describe('zooming', () => {
  test('stays within all there is, and never nearer than allowed', () => {
    fc.assert(
      fc.property(span, fc.double({ min: 0.01, max: 100, noNaN: true }), at, (now, factor, where) => {
        const next = zoomed(now, factor, where, full, least)
        isInside(next)
        expect(widthOf(next)).toBeGreaterThanOrEqual(least - SLACK)
        expect(widthOf(next)).toBeCloseTo(Math.min(widthOf(full), Math.max(least, widthOf(now) * factor)), 2)
      }),
    )
  })

  test('keeps what is under the pointer under the pointer, nearer than now', () => {
    fc.assert(
      fc.property(
        span,
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (now, factor, share) => {
          const where = now.min + share * widthOf(now)
          const next = zoomed(now, factor, where, full, least)
          expect((where - next.min) / widthOf(next)).toBeCloseTo(share, 4)
        },
      ),
    )
  })

  test('out as far as it goes shows everything', () => {
    fc.assert(
      fc.property(span, at, (now, where) => {
        expect(isAll(zoomed(now, 1e9, where, full, least), full)).toBe(true)
      }),
    )
  })

  test('of a span without width, or of fewer points than the least, shows everything', () => {
    expect(zoomed({ min: 5, max: 5 }, 0.5, 5, { min: 0, max: 10 }, 1)).toEqual({ min: 0, max: 10 })
    expect(zoomed({ min: 0, max: 3 }, 0.5, 1, { min: 0, max: 3 }, 12)).toEqual({ min: 0, max: 3 })
  })
})

describe('panning', () => {
  test('keeps the width and stays within', () => {
    fc.assert(
      fc.property(span, fc.double({ min: -1e9, max: 1e9, noNaN: true }), (now, by) => {
        const next = panned(now, by, full)
        isInside(next)
        expect(widthOf(next)).toBeCloseTo(widthOf(now), 2)
      }),
    )
  })

  test('there and back ends where it began, unless an end was reached', () => {
    const middle = { min: full.min + 300 * DAY, max: full.min + 400 * DAY }
    expect(panned(panned(middle, 50 * DAY, full), -50 * DAY, full)).toEqual(middle)
    expect(panned(panned(middle, 5000 * DAY, full), -50 * DAY, full)).toEqual({
      min: full.max - 150 * DAY,
      max: full.max - 50 * DAY,
    })
  })
})

describe('dragging over a part', () => {
  test('shows it, in whichever direction it was dragged, and never too little', () => {
    fc.assert(
      fc.property(at, at, (a, b) => {
        const next = chosenSpan(a, b, full, least)
        expect(next).toEqual(chosenSpan(b, a, full, least))
        isInside(next)
        expect(widthOf(next)).toBeCloseTo(Math.max(least, Math.abs(a - b)), 2)
        expect(next.min).toBeLessThanOrEqual(Math.min(a, b) + SLACK)
        expect(next.max).toBeGreaterThanOrEqual(Math.max(a, b) - SLACK)
      }),
    )
  })
})

test('a span that is longer than all there is becomes all there is', () => {
  expect(within({ min: -5, max: 50 }, { min: 0, max: 10 })).toEqual({ min: 0, max: 10 })
})
