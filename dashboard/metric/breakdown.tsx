import type { Metric } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { Marks } from '../marks.tsx'
import { whyNull, windowText } from '../metric-text.ts'
import { Trouble } from '../trouble.tsx'
import { useAnswer } from '../use-answer.ts'
import { Choice } from './choice.tsx'
import { dimensionText } from './names.ts'
import { PartsOfDay } from './parts-of-day.tsx'
import { SmallMultiples } from './small-multiples.tsx'
import type { MetricView } from './view.ts'

export interface BreakdownProps {
  readonly metric: Metric
  readonly view: MetricView
  show(query: Readonly<Record<string, string>>): void
}

/** The parts of a metric by one of its dimensions: of the chosen day, or over time. */
export function Breakdown({ metric, view, show }: BreakdownProps) {
  const reader = useReader()
  const { words, format } = reader
  const w = words.metric
  return (
    <section>
      <h2>{w.breakdown}</h2>
      {metric.by.length === 0 ? (
        <p class="soft">{w.noDimensions}</p>
      ) : (
        <>
          <div class="fields no-print">
            <Choice
              label={w.splitBy}
              name="by"
              options={metric.by.map((name) => [name, dimensionText(reader, name)])}
              chosen={view.by}
              choose={(by) => show({ by })}
            />
            <Choice
              label={w.shownAs}
              name="parts"
              options={[
                ['', format.day(view.day)],
                ['time', w.overTime],
              ]}
              chosen={view.overTime ? 'time' : ''}
              choose={(parts) => show({ parts })}
            />
          </div>
          <div class="card">
            {view.overTime ? <SmallMultiples metric={metric} view={view} /> : <OfDay metric={metric} view={view} />}
          </div>
        </>
      )}
    </section>
  )
}

function OfDay({ metric, view: { day, window, by } }: Pick<BreakdownProps, 'metric' | 'view'>) {
  const reader = useReader()
  const { words, format } = reader
  const { data, refusal } = useAnswer('getSnapshot', { date: day, metrics: metric.id })
  if (refusal) return <Trouble refusal={refusal} />
  if (!data) return <p class="soft">{words.frame.loading}</p>
  const point = data.metrics[metric.id]?.windows[window]
  const parts = Object.entries(point?.by?.[by] ?? {})
  return (
    <>
      <h3>{words.metric.partsOf(dimensionText(reader, by), format.day(day), windowText(reader, window))}</h3>
      {point && (
        <p class="marks">
          <Marks {...point} lowSample={point.low_sample ?? false} />
        </p>
      )}
      {!point && <p class="soft">{whyNull(reader, 'no_data', data.revision)}</p>}
      {point && parts.length === 0 && <p class="soft">{words.metric.noParts}</p>}
      {point && parts.length > 0 && <PartsOfDay metric={metric} by={by} whole={point} parts={parts} />}
    </>
  )
}
