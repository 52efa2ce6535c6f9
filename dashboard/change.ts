import type { Metric, SeriesColumns } from './client.js'
import { daysBetween } from './format.ts'

/** How a metric moved between two days that are final. */
export interface Change {
  readonly from: string
  readonly to: string
  readonly before: number
  readonly after: number
  /** In the metric's unit; of percentages in points. */
  readonly difference: number
  /** Per 100 of what it was; null for percentages and points, which are told in points, and where it was 0. */
  readonly percent: number | null
  /** Whether it is for the better; null where neither way is, or nothing moved. */
  readonly good: boolean | null
}

/** Why there is nothing to compare. */
export type NoChange = 'no_final_day' | 'no_earlier_day' | 'definition_changed' | 'low_sample'

/** How many days lie between two windows that do not overlap; a week at least, so that weekdays meet. */
export const spanOf = (window: string): number => Math.max(7, Number.parseInt(window, 10) || 7)

/**
 * The newest final value against the final value one window earlier. What is provisional is never compared: an
 * unfinished day is no drop.
 */
export function changeOf(
  columns: SeriesColumns,
  metric: Pick<Metric, 'unit' | 'direction' | 'kind' | 'min_sample'>,
  window: string,
): Change | NoChange {
  const isFinal = (i: number) => columns.finality[i] === 'final' && columns.value[i] !== null
  const last = columns.date.findLastIndex((_, i) => isFinal(i))
  if (last < 0) return 'no_final_day'
  const first = columns.date.findIndex((date) => daysBetween(date, columns.date[last]!) === spanOf(window))
  if (first < 0 || !isFinal(first)) return 'no_earlier_day'
  if (columns.definition_version[first] !== columns.definition_version[last]) return 'definition_changed'
  if ([first, last].some((i) => hasLowSample(columns, i, metric))) return 'low_sample'
  const [before, after] = [columns.value[first]!, columns.value[last]!]
  const difference = after - before
  const inPoints = ['percent', 'points', 'score'].includes(metric.unit)
  return {
    from: columns.date[first]!,
    to: columns.date[last]!,
    before,
    after,
    difference,
    percent: inPoints || before === 0 ? null : (difference / Math.abs(before)) * 100,
    good: metric.direction === null || difference === 0 ? null : difference > 0 === (metric.direction === 'up'),
  }
}

/** Too few cases to act on a change. */
const hasLowSample = (
  { denominator }: SeriesColumns,
  i: number,
  { kind, min_sample: least }: Pick<Metric, 'kind' | 'min_sample'>,
) => kind === 'ratio' && (denominator[i] ?? least) < least
