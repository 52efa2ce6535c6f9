import { changeOf } from '../change.ts'
import { ChangeText } from '../change-text.tsx'
import type { Metric } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { Marks } from '../marks.tsx'
import { whyNull, windowText } from '../metric-text.ts'
import { ProofOfDay } from '../proof.tsx'
import { Trouble } from '../trouble.tsx'
import { useAnswer } from '../use-answer.ts'
import { DayInput } from './day-input.tsx'
import { Refused } from './refused.tsx'
import { type MetricView, recentOf } from './view.ts'

export interface HeadlineProps {
  readonly metric: Metric
  readonly view: MetricView
  readonly snapshots: { readonly from: string; readonly to: string }
  show(query: Readonly<Record<string, string>>): void
}

/** What the metric is on a day, how it moved, how it stands to its target, and the proof. */
export function Headline({ metric, view: { day, window }, snapshots, show }: HeadlineProps) {
  const reader = useReader()
  const { words, format } = reader
  const { data, refusal } = useAnswer('getSeries', { id: metric.id, ...recentOf(day), window })
  const columns = data?.columns
  const last = (columns?.date.length ?? 0) - 1
  const value = columns?.value[last] ?? null
  return (
    <section class="card headline" aria-labelledby="headline">
      <div class="headline-top">
        <div>
          <h2 id="headline" class="soft">
            {format.day(day)} · {windowText(reader, window)}
          </h2>
          {refusal && refusal.status !== 400 && <Trouble refusal={refusal} />}
          {!columns && !refusal && <p class="soft">{words.frame.loading}</p>}
          {columns && (
            <>
              <p class="reading">
                <span class={value === null ? 'value none' : 'value'}>
                  {value === null ? words.noData : format.value(value, metric)}
                </span>
                {value === null && (
                  <span class="soft">{whyNull(reader, columns.null_reason[last], columns.revision[last] ?? null)}</span>
                )}
                <Marks
                  value={value}
                  finality={columns.finality[last] ?? null}
                  coverage={columns.coverage[last] ?? null}
                  lowSample={
                    metric.kind === 'ratio' && (columns.denominator[last] ?? metric.min_sample) < metric.min_sample
                  }
                />
              </p>
              <ChangeText change={changeOf(columns, metric, window)} metric={metric} />
              <Target metric={metric} value={value} window={window} />
            </>
          )}
        </div>
        <div class="fields no-print">
          <DayInput
            label={words.metric.day}
            value={day}
            min={snapshots.from}
            max={snapshots.to}
            choose={(day) => show({ day, on: '' })}
          />
          {day !== snapshots.to && (
            <button type="button" onClick={() => show({ day: '', on: '' })}>
              {words.metric.newestDay}
            </button>
          )}
          <Refused refusal={refusal} name="to" />
        </div>
      </div>
      {columns && (
        <details class="fold">
          <summary>{words.metric.proofOf(format.day(day))}</summary>
          <div class="proof">
            <ProofOfDay metric={metric} window={window} date={day} />
          </div>
        </details>
      )}
    </section>
  )
}

/** A target is for one window; under another it says nothing, and the page says so. */
function Target({ metric, value, window }: { metric: Metric; value: number | null; window: string }) {
  const reader = useReader()
  const { words, format } = reader
  const { target, target_window: of, direction } = metric
  if (target === undefined || of === undefined) return null
  const text = words.today.target(format.value(target, metric))
  if (of !== window) return <p class="target soft">{words.metric.targetElsewhere(text, windowText(reader, of))}</p>
  if (value === null) return <p class="target soft">{text}</p>
  const isReached = direction === 'down' ? value <= target : value >= target
  return (
    <p class={isReached ? 'target good' : 'target bad'}>
      {text}: {isReached ? words.today.reached : words.today.notReached}
    </p>
  )
}
