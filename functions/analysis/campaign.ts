import { addDays, type Day, daysBetween } from '../kit/day.ts'
import type { Finality } from '../store/rows.ts'

/** A metric's value of one day. */
export interface DayValue {
  readonly day: Day
  readonly value: number | null
  readonly finality: Finality | null
  readonly coverage: number | null
}

/** One of the three periods that are compared. */
export interface Period {
  /** Ascending; those without a value too. */
  readonly dates: readonly Day[]
  /** Of the days that have a value; null if none has. */
  readonly mean: number | null
  readonly days_with_value: number
  /** Of the days with a value: those that may still change, and those that rest on less than all. */
  readonly provisional: number
  readonly partly_covered: number
}

/** Of the days that have a value in both periods; they are compared weekday by weekday. */
export interface Difference {
  /** Mean of the pairs' differences; null without a pair. */
  readonly mean: number | null
  /** Of that mean: the differences' standard deviation ÷ √pairs. Null below two pairs. */
  readonly standard_error: number | null
  readonly pairs: number
}

export interface CampaignEffect {
  readonly before: Period
  readonly during: Period
  readonly after: Period
  readonly during_minus_before: Difference
  readonly after_minus_before: Difference
}

/** A day of a campaign with the days before and after it that it is compared with. */
export interface Matched {
  readonly before: Day
  readonly during: Day
  readonly after: Day
}

/**
 * Pairs every day from `from` to `to` with a day before and one after of the same weekday, the nearest there are: a
 * weekday that occurs n times in the campaign is shifted by n weeks.
 */
export function matchedDays(from: Day, to: Day): Matched[] {
  const length = daysBetween(from, to) + 1
  return Array.from({ length }, (_, i) => {
    const weeks = Math.ceil((length - (i % 7)) / 7)
    return { before: addDays(from, i - 7 * weeks), during: addDays(from, i), after: addDays(from, i + 7 * weeks) }
  })
}

/**
 * What a metric was before, during and after a campaign. A day without a value is left out, never counted as zero.
 * @param points in any order; days beyond those compared do no harm
 */
export function campaignEffect(from: Day, to: Day, points: readonly DayValue[]): CampaignEffect {
  const byDay = new Map(points.map((point) => [point.day, point]))
  const matched = matchedDays(from, to)
  return {
    before: period(matched.map(({ before }) => before).sort(), byDay),
    during: period(
      matched.map(({ during }) => during),
      byDay,
    ),
    after: period(matched.map(({ after }) => after).sort(), byDay),
    during_minus_before: difference(
      matched.map(({ before, during }) => [before, during]),
      byDay,
    ),
    after_minus_before: difference(
      matched.map(({ before, after }) => [before, after]),
      byDay,
    ),
  }
}

type ByDay = ReadonlyMap<Day, DayValue>

function period(dates: readonly Day[], byDay: ByDay): Period {
  const found = dates.flatMap((day) => byDay.get(day) ?? []).filter(({ value }) => value !== null)
  return {
    dates,
    mean: mean(found.map(({ value }) => value!)),
    days_with_value: found.length,
    provisional: found.filter(({ finality }) => finality !== 'final').length,
    partly_covered: found.filter(({ coverage }) => coverage !== null && coverage < 1).length,
  }
}

function difference(pairs: readonly (readonly [Day, Day])[], byDay: ByDay): Difference {
  const differences = pairs.flatMap(([earlier, later]) => {
    const [a, b] = [byDay.get(earlier)?.value ?? null, byDay.get(later)?.value ?? null]
    return a === null || b === null ? [] : [b - a]
  })
  const n = differences.length
  const middle = mean(differences)
  if (middle === null || n < 2) return { mean: middle, standard_error: null, pairs: n }
  const squares = differences.reduce((sum, one) => sum + (one - middle) ** 2, 0)
  return { mean: middle, standard_error: Math.sqrt(squares / (n - 1) / n), pairs: n }
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
