import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { billionths, ofBillionths } from '../../functions/compute/exact.ts'
import { runningSums, type Step } from '../../functions/compute/running.ts'
import { addDays, type Day, day, daysBetween, eachDay } from '../../functions/kit/day.ts'

const FROM = day('2026-03-20')

const decimal = fc
  .tuple(fc.boolean(), fc.integer({ min: 0, max: 9_999_999 }), fc.nat(999_999_999))
  .map(([isNegative, whole, part]) => `${isNegative ? '-' : ''}${whole}.${String(part).padStart(9, '0')}`)

const sweep = fc
  .record({ days: fc.integer({ min: 1, max: 12 }), window: fc.constantFrom(1, 2, 7, 28, 'all' as const) })
  .chain(({ days, window }) => {
    const step = fc
      .record({
        g: fc.constantFrom('', 'a', 'b'),
        at: fc.integer({ min: -40, max: days - 1 }),
        n: fc.constantFrom(1, 1, 2, -1),
        v: fc.oneof(decimal, fc.constantFrom('0', '3', '-1.5', null)),
      })
      .map(({ at, ...rest }): Step => ({ ...rest, day: addDays(FROM, at) }))
    return fc.record({
      to: fc.constant(addDays(FROM, days - 1)),
      window: fc.constant(window),
      steps: fc.array(step, { maxLength: 15 }),
    })
  })

/** For every day by itself: the steps up to it that its window still holds. */
function slowly(
  steps: readonly Step[],
  window: number | 'all',
  to: Day,
  worth: (sum: bigint, n: number, on: Day) => number,
) {
  return eachDay(FROM, to).flatMap((on) => {
    const here = steps.filter(({ day }) => day <= on && (window === 'all' || daysBetween(day, on) < window))
    const groups = ['', 'a', 'b'].flatMap((g): [string, number][] => {
      const mine = here.filter((step) => step.g === g)
      const said = mine.filter(({ v }) => v !== null)
      const n = said.reduce((sum, step) => sum + step.n, 0)
      const unsaid = mine.reduce((sum, step) => sum + step.n, 0) - n
      const sum = said.reduce((all, { v }) => all + billionths(v!), 0n)
      if (n === 0) return unsaid === 0 ? [] : [[g, Number.NaN]]
      return [[g, worth(sum, n, on)]]
    })
    return groups.length === 0 ? [] : [[on, groups] as const]
  })
}

const listed = (values: ReturnType<typeof runningSums>) =>
  [...values]
    .map(([on, groups]) => [on, [...groups].sort(([a], [b]) => (a < b ? -1 : 1))] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))

test('sums carried from day to day are those that each window has by itself', () => {
  const property = fc.property(sweep, ({ steps, window, to }) => {
    expect(listed(runningSums(steps, window, FROM, to))).toEqual(slowly(steps, window, to, ofBillionths))
  })
  fc.assert(property, { numRuns: 10_000 })
})

test('what a sum is worth may depend on how many rows it has and on the day', () => {
  const age = (sum: bigint, n: number, on: Day) => n * daysBetween(FROM, on) - ofBillionths(sum)
  const property = fc.property(sweep, ({ steps, window, to }) => {
    expect(listed(runningSums(steps, window, FROM, to, age))).toEqual(slowly(steps, window, to, age))
  })
  fc.assert(property, { numRuns: 10_000 })
})

test('the order of steps does not matter, and of one step split in two nothing is lost', () => {
  const property = fc.property(sweep, ({ steps, window, to }) => {
    const valued = steps.filter((step): step is Step & { v: string } => step.v !== null)
    const halves = valued.flatMap((step): Step[] => [
      { ...step, v: '0.000000001' },
      { ...step, n: 0 },
    ])
    const whole = valued.map((step) => {
      const v = billionths(step.v) + 1n
      const digits = String(v < 0n ? -v : v).padStart(10, '0')
      return { ...step, v: `${v < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}` }
    })
    const expected = listed(runningSums(whole, window, FROM, to))
    expect(listed(runningSums(halves.toReversed(), window, FROM, to))).toEqual(expected)
  })
  fc.assert(property, { numRuns: 10_000 })
})

test('rows of which none says how much are not 0: a window of nothing else is not a number', () => {
  const step = (at: number, v: string | null): Step => ({ g: '', day: addDays(FROM, at), n: 1, v })
  const values = (window: number | 'all', ...steps: Step[]) =>
    eachDay(FROM, addDays(FROM, 3)).map((on) => runningSums(steps, window, FROM, addDays(FROM, 3)).get(on)?.get(''))
  expect(values(1, step(0, null), step(1, '5'), step(2, null))).toEqual([Number.NaN, 5, Number.NaN, undefined])
  expect(values(2, step(0, null), step(1, '5'), step(2, null))).toEqual([Number.NaN, 5, 5, Number.NaN])
  expect(values('all', step(1, null), step(3, '0'))).toEqual([undefined, Number.NaN, Number.NaN, 0])
})
