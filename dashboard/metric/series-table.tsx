import { isPartly } from '../chart/series-data.ts'
import type { Metric, SeriesInColumns } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { Marks } from '../marks.tsx'
import { titleOf, whyNull } from '../metric-text.ts'
import { ScrollTable } from '../scroll-table.tsx'

/** A series as a table, the newest first. */
export function SeriesTable({
  metric,
  series: { columns, comparison, granularity },
}: {
  metric: Metric
  series: SeriesInColumns
}) {
  const reader = useReader()
  const { words, format } = reader
  const isRatio = columns.denominator.some((one) => one !== null)
  const isMoney = metric.unit === 'money'
  const part = (value: number | null | undefined, ofMoney: boolean) =>
    value === null || value === undefined
      ? ''
      : ofMoney
        ? format.value(value, metric, true)
        : format.number(value, true)
  const rows = columns.date.map((date, i) => {
    const value = columns.value[i] ?? null
    const compared = comparison?.columns.value[i] ?? null
    return [
      format.day(date),
      value === null ? <span class="soft">{words.noData}</span> : format.value(value, metric, true),
      ...(comparison
        ? [
            compared === null ? (
              <span key="none" class="soft">
                {words.noData}
              </span>
            ) : (
              format.value(compared, metric, true)
            ),
            comparison.columns.date[i] === undefined ? '' : format.day(comparison.columns.date[i]!),
          ]
        : []),
      ...(isRatio ? [part(columns.numerator[i], isMoney), part(columns.denominator[i], false)] : []),
      ...(columns.days
        ? [`${format.number(columns.days_present?.[i] ?? 0)} / ${format.number(columns.days[i]!)}`]
        : []),
      value === null ? (
        whyNull(reader, columns.null_reason[i], columns.revision[i] ?? null)
      ) : (
        <span class="marks">
          {columns.finality[i] === 'final' && !isPartly(columns, i) && <span class="soft">{words.state.final}</span>}
          <Marks value={value} finality={columns.finality[i] ?? null} coverage={columns.coverage[i] ?? null} />
        </span>
      ),
    ]
  })
  const { metric: w, proof, today } = words
  const names = [
    granularity === 'day' ? proof.day : w.granularities[granularity],
    today.value,
    ...(comparison ? [w.compared, w.comparedDay] : []),
    ...(isRatio ? [proof.numerator, proof.denominator] : []),
    ...(columns.days ? [w.daysOf] : []),
    proof.state,
  ]
  const texts = [proof.day, w.comparedDay, proof.state, names[0]]
  return (
    <ScrollTable
      label={titleOf(reader, metric)}
      columns={names}
      numbers={names.flatMap((name, i) => (texts.includes(name) ? [] : [i]))}
      rows={rows.reverse()}
    />
  )
}
