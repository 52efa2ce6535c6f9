import { addDays, type Day, daysBetween } from '../kit/day.ts'
import { billionths, ofBillionths } from './exact.ts'

/**
 * Values of one measure in one window: by day, then by group (`''` is the total). Without rows, there is no entry; where
 * there are rows and none says how much, it is `NaN`.
 */
export type Values = ReadonlyMap<Day, ReadonlyMap<string, number>>

/** Something that happened on a day: `n` rows begin to count (or, below 0, end), worth `v` together. */
export interface Step {
  readonly g: string
  readonly day: Day
  readonly n: number
  /** A decimal; null where none of the rows says how much they are worth. */
  readonly v: string | null
}

/** What a total of `n` rows and so many billionths is worth on a day. */
type Worth = (sum: bigint, n: number, day: Day) => number

/** Sums of steps up to each day of a range and, where a window is given, only of those within it. */
export function runningSums(
  steps: readonly Step[],
  window: number | 'all',
  from: Day,
  to: Day,
  worth: Worth = ofBillionths,
): Values {
  const length = daysBetween(from, to) + 1
  // Steps before the earliest window of the range count for `all` only.
  const lead = window === 'all' ? 1 : window
  const first = addDays(from, -lead)
  const found = new Map<Day, Map<string, number>>()
  for (const [g, mine] of Map.groupBy(steps, (step) => step.g)) {
    const sums = new Array<bigint>(length + lead).fill(0n)
    const counts = new Float64Array(length + lead)
    const silent = new Float64Array(length + lead)
    for (const { day, n, v } of mine) {
      const at = Math.max(0, daysBetween(first, day))
      if (at === 0 && window !== 'all') continue
      if (v === null) silent[at]! += n
      else {
        sums[at]! += billionths(v)
        counts[at]! += n
      }
    }
    let [sum, count, unsaid] = [0n, 0, 0]
    for (let at = 0; at < sums.length; at++) {
      sum += sums[at]!
      count += counts[at]!
      unsaid += silent[at]!
      if (at < lead) continue
      if (window !== 'all') {
        sum -= sums[at - window]!
        count -= counts[at - window]!
        unsaid -= silent[at - window]!
      }
      if (count === 0 && unsaid === 0) continue
      const day = addDays(first, at)
      const groups = found.get(day) ?? new Map<string, number>()
      found.set(day, groups.set(g, count === 0 ? Number.NaN : worth(sum, count, day)))
    }
  }
  return found
}
