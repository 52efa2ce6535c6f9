import { isPartly } from '../chart/series-data.ts'
import type { Metric, SeriesInColumns } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { Marks } from '../marks.tsx'
import { whyNull } from '../metric-text.ts'

export interface PointTextProps {
  readonly metric: Metric
  readonly series: SeriesInColumns
  readonly index: number
}

/** What is to be known about a point of a series. */
export function PointText({ metric, series, index: i }: PointTextProps) {
  const { columns, comparison, granularity, annotations } = series
  const reader = useReader()
  const { words, format } = reader
  const date = columns.date[i]
  if (date === undefined) return null
  const value = columns.value[i] ?? null
  const version = columns.definition_version[i] ?? null
  const before = columns.definition_version.slice(0, i).findLast((one) => one !== null)
  const compared = comparison?.columns.value[i] ?? null
  const until = columns.date[i + 1]
  const here = annotations.filter(
    ({ date_from: from, date_to: to }) => (until === undefined ? from <= date : from < until) && to >= date,
  )
  return (
    <>
      <p class="soft">
        {granularity === 'day' ? format.day(date) : words.metric.bucketFrom[granularity](format.day(date))}
      </p>
      <p class="tip-value">
        <strong>{value === null ? words.noData : format.value(value, metric)}</strong>{' '}
        <Marks value={value} finality={columns.finality[i] ?? null} coverage={columns.coverage[i] ?? null} />
      </p>
      {value === null && <p>{whyNull(reader, columns.null_reason[i], columns.revision[i] ?? null)}</p>}
      {isPartly(columns, i) && (
        <p>{words.metric.daysPresent(format.number(columns.days_present![i]!), format.number(columns.days![i]!))}</p>
      )}
      {comparison && (
        <p class="soft">
          {words.metric.comparedWith(
            compared === null ? words.noData : format.value(compared, metric),
            format.day(comparison.columns.date[i] ?? comparison.to),
          )}
        </p>
      )}
      {version !== null && before !== undefined && before !== version && (
        <p>{words.metric.redefined(format.number(version!))}</p>
      )}
      {here.map(({ id, title }) => (
        <p key={id} class="tip-note" dir="auto">
          {title}
        </p>
      ))}
      {granularity === 'day' && <p class="soft small">{words.metric.chooseDay}</p>}
    </>
  )
}
