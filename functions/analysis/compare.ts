import type { Unit } from '../kit/metric.ts'
import type { DayPoint, RollUp } from './roll-up.ts'

/** What became of a range against another, over the days that can be compared. */
export interface Summary {
  readonly current: number | null
  readonly baseline: number | null
  /** Of what is no percentage, and where the baseline is not 0. */
  readonly change_pct: number | null
  /** Of percentages: the difference of the two. */
  readonly change_points: number | null
  readonly change_abs: number | null
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
  { rule, per, unit }: { readonly rule: RollUp; readonly per: number; readonly unit: Unit },
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
  )
  const change = now === null || then === null ? null : now! - then!
  return {
    current: now!,
    baseline: then!,
    change_abs: change,
    change_pct: change === null || unit === 'percent' || then === 0 ? null : (change / Math.abs(then!)) * 100,
    change_points: unit === 'percent' ? change : null,
    days_compared: pairs.length,
    days_left_out: current.length - pairs.length,
    basis,
  }
}

/** A day without cases is decided, too: nothing was divided by nothing. */
const isDecided = ({ value, null_reason, finality }: DayPoint) =>
  finality === 'final' && (value !== null || null_reason === 'zero_denominator')

function together(points: readonly DayPoint[], rule: RollUp, per: number): number | null {
  const last = points.at(-1)
  if (!last) return null
  if (rule === null) return last.value
  const take = (how: 'sum' | 'last', of: (point: DayPoint) => number | null) =>
    how === 'last' ? of(last) : points.reduce((sum, point) => sum + (of(point) ?? 0), 0)
  if ('value' in rule) return take(rule.value, ({ value }) => value)
  const numerator = take(rule.numerator, (point) => point.numerator)
  const denominator = take(rule.denominator, (point) => point.denominator)
  return numerator === null || denominator === null || denominator === 0 ? null : (numerator * per) / denominator
}
