import { type Day, daysBetween } from '../kit/day.ts'
import type { Finality } from '../store/rows.ts'

/** Days that a day is compared with: the last so many of its weekday that are final, and at least so many. */
export const COMPARED_DAYS = { most: 12, least: 6 } as const

/**
 * Robust deviations from the median that are unusual: the cut-off for modified z-scores of Iglewicz & Hoaglin, "How to
 * Detect and Handle Outliers" (ASQC, 1993).
 */
export const UNUSUAL_DEVIATIONS = 3.5

/** The least change, as a share of the median, that is worth a word however steady the metric is. */
export const UNUSUAL_CHANGE = 0.2

/** What turns the median, and the mean, of absolute deviations into the standard deviation of a normal distribution. */
const OF_MEDIAN_DEVIATION = 1.4826
const OF_MEAN_DEVIATION = Math.sqrt(Math.PI / 2)

/** One day of a metric under the window `1d`. */
export interface Point {
  readonly day: Day
  readonly value: number | null
  readonly finality: Finality
  readonly coverage: number
  readonly low_sample: boolean
  readonly definition_version: number
}

/** A source that had not told all about a day. */
export interface LateSource {
  readonly source: string
  readonly status: 'late' | 'missing' | 'failed'
}

/**
 * Why a day is not judged, the first that holds: a source that it rests on is late, missing or failed; it has no value;
 * it may still change; it has too few cases; there are too few days to compare it with (`partly_covered`: that rest on as
 * little as it does); or at least half of those are 0, which leaves nothing to measure a change by.
 */
export type NotJudged =
  | 'source_late'
  | 'no_value'
  | 'provisional'
  | 'low_sample'
  | 'short_history'
  | 'partly_covered'
  | 'mostly_zero'

export type Judgement =
  | {
      readonly status: 'usual' | 'unusual'
      readonly median: number
      /** Robust standard deviations from the median; null where all compared days are alike and this one is not. */
      readonly deviations: number | null
      /** Change from the median as a share of it. */
      readonly change: number
      readonly compared: readonly Day[]
    }
  | {
      readonly status: 'not_judged'
      readonly reason: NotJudged
      /** With `source_late`: those that are. */
      readonly sources: readonly LateSource[]
      /** Days that it could be compared with. */
      readonly compared: readonly Day[]
    }

/**
 * Whether a day's value is unusual for its weekday. Only final days of the same definition are compared with,
 * and like with like: those of which as much has been read, as a stream without a past is missing from all of it. A late
 * source makes a day incomplete, not unusual.
 * @param others days of the metric, in any order; later ones do no harm
 * @param late sources of the metric that had not told all about the day
 */
export function judge(point: Point, others: readonly Point[], late: readonly LateSource[]): Judgement {
  const { value } = point
  const compared = others.filter((other) => isComparable(other, point)).sort((a, b) => (a.day < b.day ? 1 : -1))
  compared.length = Math.min(compared.length, COMPARED_DAYS.most)
  const days = compared.map(({ day }) => day)
  const values = compared.map((one) => one.value!)
  const not = (reason: NotJudged): Judgement => ({
    status: 'not_judged',
    reason,
    sources: reason === 'source_late' ? late : [],
    compared: days,
  })
  if (point.coverage < 1 && late.length > 0) return not('source_late')
  if (value === null) return not('no_value')
  if (point.finality !== 'final') return not('provisional')
  if (point.low_sample) return not('low_sample')
  if (values.length < COMPARED_DAYS.least) return not(point.coverage < 1 ? 'partly_covered' : 'short_history')
  const middle = median(values)
  if (middle === 0) return not('mostly_zero')
  const deviations = deviationsOf(value, middle, values)
  const change = (value - middle) / Math.abs(middle)
  const far = deviations === null || Math.abs(deviations) >= UNUSUAL_DEVIATIONS
  const unusual = far && Math.abs(change) >= UNUSUAL_CHANGE
  return { status: unusual ? 'unusual' : 'usual', median: middle, deviations, change, compared: days }
}

function isComparable(other: Point, { day, definition_version, coverage }: Point): boolean {
  const days = daysBetween(other.day, day)
  const like = other.definition_version === definition_version && Math.abs(other.coverage - coverage) < 1e-9
  return days > 0 && days % 7 === 0 && like && other.finality === 'final' && other.value !== null
}

/** Where more than half of the days are alike, the median deviation is 0 and the mean one stands in for it. */
function deviationsOf(value: number, middle: number, values: readonly number[]): number | null {
  if (value === middle) return 0
  const distances = values.map((one) => Math.abs(one - middle))
  const typical = OF_MEDIAN_DEVIATION * median(distances)
  const spread =
    typical > 0 ? typical : (OF_MEAN_DEVIATION * distances.reduce((sum, one) => sum + one, 0)) / distances.length
  return spread > 0 ? (value - middle) / spread : null
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
