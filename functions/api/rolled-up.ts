import { bucketOf, type DayPoint, type Granularity, rollUp, rollUpOf } from '../analysis/roll-up.ts'
import type { Day } from '../kit/day.ts'
import type { Metric } from '../kit/metric.ts'
import type { SeriesColumns } from './series.ts'

/** The days of a series, one by one. */
export const pointsOf = (daily: SeriesColumns): DayPoint[] =>
  daily.date.map((date, i) => ({
    day: date as Day,
    value: daily.value[i]!,
    null_reason: daily.null_reason[i]!,
    numerator: daily.numerator[i]!,
    denominator: daily.denominator[i]!,
    finality: daily.finality[i]!,
    coverage: daily.coverage[i]!,
  }))

/** A series of days put together; of a metric that can be. */
export function rolledUp(
  daily: SeriesColumns,
  metric: Metric,
  granularity: Exclude<Granularity, 'day'>,
): SeriesColumns {
  const per = metric.kind === 'ratio' ? (metric.per ?? 1) : 1
  const buckets = rollUp(pointsOf(daily), rollUpOf(metric)!, per, granularity)
  const last = (first: string) => daily.date.findLastIndex((date) => bucketOf(date as Day, granularity) === first)
  return {
    date: buckets.map(({ day }) => day),
    days: buckets.map(({ days }) => days),
    days_present: buckets.map(({ days_present }) => days_present),
    value: buckets.map(({ value }) => value),
    null_reason: buckets.map(({ null_reason }) => null_reason),
    numerator: buckets.map(({ numerator }) => numerator),
    denominator: buckets.map(({ denominator }) => denominator),
    finality: buckets.map(({ finality }) => finality),
    coverage: buckets.map(({ coverage }) => coverage),
    revision: buckets.map(({ day }) => daily.revision[last(day)]!),
    definition_version: buckets.map(({ day }) => daily.definition_version[last(day)]!),
  }
}
