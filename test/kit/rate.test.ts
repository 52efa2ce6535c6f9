import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openRate } from '../../functions/kit/rate.ts'

/** Moments at which callers that ask after these pauses may go. */
function moments(perSecond: number, pauses: readonly number[]): number[] {
  let now = 0
  const rate = openRate(perSecond, () => now)
  return pauses.map((pause) => {
    now += pause
    return now + rate.reserve()
  })
}

test('one second of requests at once, then as they become free', () => {
  expect(moments(3, [0, 0, 0, 0, 400, 0, 5_000, 0])).toEqual([0, 0, 0, 1_000, 1_000, 1_000, 5_400, 5_400])
})

test('a fraction is spread evenly', () => {
  expect(moments(2.5, [0, 0, 0, 0])).toEqual([0, 400, 800, 1_200])
  expect(moments(0.1, [0, 0])).toEqual([0, 10_000])
})

test('what exceeds the patience takes nothing from the others', () => {
  const rate = openRate(1, () => 0)
  expect([rate.reserve(0), rate.reserve(999), rate.reserve(999), rate.reserve(1_000)]).toEqual([0, 1_000, 1_000, 1_000])
})

test('no second ever holds more than the budget, nobody overtakes, and nobody waits without need', () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), pauses, (perSecond, pauses) => {
      const at = moments(perSecond, pauses)
      let now = 0
      for (const [i, moment] of at.entries()) {
        now += pauses[i]!
        expect(at.slice(0, i).filter((earlier) => earlier > moment - 1_000).length).toBeLessThan(perSecond)
        if (i > 0) expect(moment).toBeGreaterThanOrEqual(at[i - 1]!)
        if (moment > now) expect([at[i - perSecond]! + 1_000, at[i - 1]]).toContain(moment)
      }
    }),
  )
})
