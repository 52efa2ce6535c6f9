import { useMemo } from 'preact/hooks'
import { LineChart } from '../chart/line-chart.tsx'
import { seriesData, spanOfDays } from '../chart/series-data.ts'
import type { Metric, SeriesInColumns, Sources } from '../client.js'
import { minorUnits } from '../format.ts'
import { useReader } from '../locale/reader.ts'
import { seriesLabel } from '../metric-text.ts'
import { hashOf } from '../route.ts'
import { Trouble } from '../trouble.tsx'
import { ComparisonSummary } from './comparison-summary.tsx'
import { HandOver, type HandOverProps } from './hand-over.tsx'
import { PointText } from './point-text.tsx'
import { isPlaced } from './refused.tsx'
import { SeriesControls, type SeriesControlsProps } from './series-controls.tsx'
import { SeriesLegend } from './series-legend.tsx'
import { SeriesTable } from './series-table.tsx'

export interface SeriesSectionProps extends SeriesControlsProps, HandOverProps {
  /** Absent while it is on its way, or refused. */
  readonly series: SeriesInColumns | undefined
  readonly sources?: Sources
  openNotes(ids: readonly string[]): void
}

/** A series over days, drawn or as a table, with its comparison. */
export function SeriesSection(props: SeriesSectionProps) {
  const { metric, view, series, refusal, sources } = props
  const { words } = useReader()
  return (
    <section>
      <div class="title">
        <h2>{words.metric.overTime}</h2>
        <HandOver {...props} />
      </div>
      <SeriesControls {...props} />
      {refusal && !isPlaced(refusal, ['window', 'granularity', 'compare', 'from', 'to']) && (
        <Trouble refusal={refusal} />
      )}
      {!series && !refusal && (
        <p class="soft" role="status">
          {words.frame.loading}
        </p>
      )}
      {series && (
        <div class="card chart-card">
          {view.asTable ? <SeriesTable metric={metric} series={series} /> : <Drawing {...props} series={series} />}
          {sources && <Affected metric={metric} sources={sources} />}
        </div>
      )}
      {series?.comparison && <ComparisonSummary metric={metric} comparison={series.comparison} series={series} />}
    </section>
  )
}

/** Steps of an axis of seconds that read as whole minutes, hours and days. */
const SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000,
  864_000, 2_592_000, 8_640_000,
]

function Drawing(props: SeriesSectionProps & { series: SeriesInColumns }) {
  const { metric, view, series, show, openNotes } = props
  const reader = useReader()
  const { format } = reader
  const data = useMemo(() => seriesData(series.columns, series.comparison?.columns ?? null), [series])
  const notes = useMemo(
    () =>
      series.annotations.flatMap(({ id, title, date_from: from, date_to: to }) => {
        const span = spanOfDays(data, from, to)
        const days = from === to ? format.day(from) : `${format.day(from)} – ${format.day(to)}`
        return span ? [{ id, title, label: `${title}, ${days}`, ...span }] : []
      }),
    [series, data, format],
  )
  const text = useMemo(
    () => ({ value: (value: number) => format.value(value, metric), day: format.shortDay, month: format.month }),
    [format, metric],
  )
  const isDaily = series.granularity === 'day'
  const chosen = isDaily ? series.columns.date.indexOf(view.day) : -1
  const target = metric.target !== undefined && metric.target_window === series.window && isDaily ? metric.target : null
  const steps = useMemo(() => stepsOf(metric), [metric])
  return (
    <figure>
      <LineChart
        data={data}
        target={target}
        notes={notes}
        chosen={chosen < 0 ? null : chosen}
        text={text}
        {...(steps && { steps })}
        label={seriesLabel(reader, metric, series)}
        tip={(i) => <PointText metric={metric} series={series} index={i} />}
        choose={(i) => isDaily && show({ day: series.columns.date[i]!, on: '' })}
        openNotes={openNotes}
      />
      <SeriesLegend metric={metric} series={series} data={data} target={target} notes={notes.length} />
    </figure>
  )
}

function stepsOf({ unit, currency = 'XXX' }: Metric): number[] | null {
  if (unit === 'seconds') return SECONDS
  if (unit !== 'money') return null
  return Array.from({ length: 14 }, (_, power) => [1, 2, 5].map((n) => n * 10 ** power))
    .flat()
    .filter((step) => step >= minorUnits(currency) / 10)
}

/** Which sources of a metric are not as they should be: their data may be missing from what is drawn. */
function Affected({ metric, sources }: { metric: Metric; sources: Sources }) {
  const { words, format } = useReader()
  const unwell = sources.sources.filter(({ id, status }) => metric.inputs.includes(id) && status !== 'ok')
  if (unwell.length === 0) return null
  const names = unwell.map(
    ({ name, status, data_through: through }) =>
      `${name} (${words.sourceStates[status]?.[0] ?? status}, ${through === null ? words.proof.nothing : format.shortDay(through)})`,
  )
  return (
    <p class="affected">
      {words.metric.affected(format.list(names))} <a href={hashOf({ page: 'sources' })}>{words.pages.sources}</a>
    </p>
  )
}
