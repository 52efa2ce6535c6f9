import type { Metric, SeriesInColumns } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { differenceText, toneOf } from './names.ts'

export interface ComparisonSummaryProps {
  readonly metric: Metric
  readonly series: Pick<SeriesInColumns, 'from' | 'to'>
  readonly comparison: NonNullable<SeriesInColumns['comparison']>
}

/** How a range stands to another, of the days that can be compared; or why that is not said. */
export function ComparisonSummary({ metric, series, comparison: { from, to, summary } }: ComparisonSummaryProps) {
  const reader = useReader()
  const { words, format } = reader
  const w = words.metric.summary
  const range = (first: string, last: string) => `${format.day(first)} – ${format.day(last)}`
  const { change_points: points, change_pct: percent, change_abs: absolute, current, baseline } = summary
  const moved =
    points !== null
      ? differenceText(reader, metric, points)
      : percent !== null
        ? format.change(percent)
        : absolute === null
          ? null
          : differenceText(reader, metric, absolute)
  return (
    <div class="card summary">
      <h3>{w.title}</h3>
      {moved === null || current === null || baseline === null ? (
        <p>{w.none[summary.null_reason ?? 'no_data']}</p>
      ) : (
        <p>
          <strong class={`moved ${toneOf(metric, absolute ?? points ?? percent ?? 0)}`}>{moved}</strong>{' '}
          {w.fromTo(format.value(baseline, metric), format.value(current, metric))}
        </p>
      )}
      <p class="soft">
        {w.ranges(range(series.from, series.to), range(from, to))}{' '}
        {w.days(summary.days_compared, format.number(summary.days_compared))}{' '}
        {summary.days_left_out > 0 && w.leftOut(summary.days_left_out, format.number(summary.days_left_out))}{' '}
        {moved !== null && w.basis[summary.basis]}
      </p>
    </div>
  )
}
