import type { DayPoint, RollUp } from './roll-up.ts'

/** What became of a range against another, over the days that can be compared. */
export interface Summary {
  readonly current: number | null
  readonly baseline: number | null
  /** Of what counts or adds up, and where the baseline is not 0. */
  readonly change_pct: number | null
  /** Of rates, indexes and scores: the difference of the two. */
  readonly change_points: number | null
  readonly change_abs: number | null
  /** Why there is no change: nothing to compare, or too few cases to say anything by. */
  readonly null_reason: 'no_data' | 'zero_denominator' | 'below_min_sample' | null
  /** Pairs of days that went in: both have a value and will not change any more. */
  readonly days_compared: number
  readonly days_left_out: number
  /** How days were put together: added, from numerators and denominators, or the last pair alone. */
  readonly basis: 'sum' | 'parts' | 'last'
}

/**
 * Compares like with like: the days of the same place in both ranges, and of those only the ones that are final on both
 * sides. An unfinished day would pass for a drop.
 *
 * @param current and `baseline` are of the same length
 */
export function compare(
  current: readonly DayPoint[],
  baseline: readonly DayPoint[],
  {
    rule,
    per,
    inPoints,
    minSample = 0,
  }: {
    readonly rule: RollUp
    readonly per: number
    /** Whether the difference is told in points, and not in percent. */
    readonly inPoints: boolean
    readonly minSample?: number | undefined
  },
): Summary {
  const pairs = current.flatMap((point, i) => {
    const other = baseline[i]
    const usable = other && isDecided(point) && isDecided(other)
    return usable ? [[point, other] as const] : []
  })
  const basis = rule === null ? 'last' : 'value' in rule ? (rule.value === 'sum' ? 'sum' : 'last') : 'parts'
  const [now, then] = [0, 1].map((side) =>
    together(
      pairs.map((pair) => pair[side]!),
      rule,
      per,
    ),
  ) as [Total, Total]
  const few = [now, then].some(({ cases }) => cases !== null && cases < minSample)
  const none = now.value === null || then.value === null
  const change = none || few ? null : now.value! - then.value!
  return {
    current: now.value,
    baseline: then.value,
    change_abs: change,
    change_pct: change === null || inPoints || then.value === 0 ? null : (change / Math.abs(then.value!)) * 100,
    change_points: inPoints ? change : null,
    null_reason: pairs.length === 0 ? 'no_data' : none ? 'zero_denominator' : few ? 'below_min_sample' : null,
    days_compared: pairs.length,
    days_left_out: current.length - pairs.length,
    basis,
  }
}

/** A day without cases is decided, too: nothing was divided by nothing. */
const isDecided = ({ value, null_reason, finality }: DayPoint) =>
  finality === 'final' && (value !== null || null_reason === 'zero_denominator')

/** A value, and how many cases it rests on where that is its denominator. */
interface Total {
  readonly value: number | null
  readonly cases: number | null
}

function together(points: readonly DayPoint[], rule: RollUp, per: number): Total {
  const last = points.at(-1)
  if (!last) return { value: null, cases: null }
  if (rule === null) return { value: last.value, cases: last.denominator }
  const take = (how: 'sum' | 'last', of: (point: DayPoint) => number | null) =>
    how === 'last' ? of(last) : points.reduce((sum, point) => sum + (of(point) ?? 0), 0)
  if ('value' in rule) return { value: take(rule.value, ({ value }) => value), cases: null }
  const numerator = take(rule.numerator, (point) => point.numerator)
  const denominator = take(rule.denominator, (point) => point.denominator)
  const value = numerator === null || !denominator ? null : (numerator * per) / denominator
  return { value, cases: denominator }
}
