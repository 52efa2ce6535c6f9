import { addDays, type Day } from '../kit/day.ts'
import { additiveKinds, levelKinds, type Measure, type Metric } from '../kit/metric.ts'
import type { Finality, NullReason } from '../store/rows.ts'

export const granularities = ['day', 'week', 'month', 'quarter'] as const
export type Granularity = (typeof granularities)[number]

/** One day of a series under the window `1d`. */
export interface DayPoint {
  readonly day: Day
  readonly value: number | null
  readonly null_reason: NullReason | null
  readonly numerator: number | null
  readonly denominator: number | null
  readonly finality: Finality | null
  readonly coverage: number | null
}

/** A week, month or quarter, named by its first day. */
export interface Bucket extends DayPoint {
  /** Days of the bucket, and how many of them lie in the range and have a value. */
  readonly days: number
  readonly days_present: number
}

type Rule = 'sum' | 'last'

/** How the days of a metric make a week; null where they do not. */
export type RollUp = { readonly value: Rule } | { readonly numerator: Rule; readonly denominator: Rule } | null

/**
 * The rule by which days are rolled up: what adds up is added, of a level the last day counts, a ratio is put together
 * from its parts. Different people of days do not make the different people of a week, nor do medians: null.
 */
export function rollUpOf(metric: Metric): RollUp {
  if (metric.kind === 'score') return null
  if (metric.kind === 'ratio') {
    const [numerator, denominator] = [ruleOf(metric.numerator), ruleOf(metric.denominator)]
    return numerator && denominator ? { numerator, denominator } : null
  }
  const value = ruleOf(metric.measure)
  return value ? { value } : null
}

function ruleOf(measure: Measure): Rule | null {
  if ('q' in measure && measure.q !== undefined) return null
  if (additiveKinds.includes(measure.kind)) return 'sum'
  return levelKinds.includes(measure.kind) ? 'last' : null
}

/** The first day of the bucket that a day lies in; weeks begin on Monday. */
export function bucketOf(day: Day, granularity: Granularity): Day {
  const [year, month] = [day.slice(0, 4), Number(day.slice(5, 7))]
  switch (granularity) {
    case 'day':
      return day
    case 'week':
      return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7))
    case 'month':
      return `${year}-${day.slice(5, 7)}-01` as Day
    case 'quarter':
      return `${year}-${String(month - ((month - 1) % 3)).padStart(2, '0')}-01` as Day
  }
}

/** The first day of the following bucket. */
export function nextBucket(first: Day, granularity: Granularity): Day {
  if (granularity === 'day') return addDays(first, 1)
  if (granularity === 'week') return addDays(first, 7)
  return bucketOf(addDays(first, granularity === 'month' ? 31 : 93), granularity)
}

/**
 * Rolls days up into every bucket that they touch. A bucket of which days lack a value, or lie outside of the range,
 * has a coverage below 1; without any, it is null.
 *
 * @param points consecutive days, ascending
 */
export function rollUp(
  points: readonly DayPoint[],
  rule: NonNullable<RollUp>,
  per: number,
  granularity: Granularity,
): Bucket[] {
  return [...Map.groupBy(points, ({ day }) => bucketOf(day, granularity))].map(([first, inside]) => {
    const days = Math.round((Date.parse(nextBucket(first, granularity)) - Date.parse(first)) / 86_400_000)
    const usable = inside.filter((point) => ('value' in rule ? point.value : point.numerator) !== null)
    const last = inside.at(-1)!
    const common = {
      day: first,
      days,
      days_present: usable.length,
      finality: finalityOf(inside, usable.length === days),
      coverage: inside.reduce((sum, { coverage }) => sum + (coverage ?? 0), 0) / days,
    }
    const take = (how: Rule, of: (point: DayPoint) => number | null) =>
      how === 'last' ? of(last) : usable.reduce((sum, point) => sum + (of(point) ?? 0), 0)
    const none = { value: null, numerator: null, denominator: null }
    if (usable.length === 0) return { ...common, ...none, null_reason: last.null_reason ?? 'no_data' }
    if ('value' in rule) {
      const value = take(rule.value, ({ value }) => value)
      return { ...common, ...none, value, null_reason: value === null ? (last.null_reason ?? 'no_data') : null }
    }
    const numerator = take(rule.numerator, (point) => point.numerator)
    const denominator = take(rule.denominator, (point) => point.denominator)
    if (numerator === null || denominator === null) {
      return { ...common, ...none, null_reason: last.null_reason ?? 'no_data' }
    }
    if (denominator === 0) return { ...common, value: null, null_reason: 'zero_denominator', numerator, denominator }
    return { ...common, value: (numerator * per) / denominator, null_reason: null, numerator, denominator }
  })
}

function finalityOf(inside: readonly DayPoint[], whole: boolean): Finality | null {
  if (inside.every(({ finality }) => finality === null)) return null
  return whole && inside.every(({ finality }) => finality === 'final') ? 'final' : 'provisional'
}
