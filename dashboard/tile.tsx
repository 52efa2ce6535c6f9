import { changeOf } from './change.ts'
import { ChangeText } from './change-text.tsx'
import { Sparkline } from './chart/sparkline.tsx'
import type { Metric } from './client.js'
import { useReader } from './locale/reader.ts'
import { Marks } from './marks.tsx'
import { seriesLabel, titleOf, whyNull } from './metric-text.ts'
import { hashOf } from './route.ts'
import { Trouble } from './trouble.tsx'
import { useAnswer } from './use-answer.ts'

export interface TileProps {
  readonly metric: Metric
  readonly window: string
  readonly from: string
  readonly to: string
  prove(): void
}

/** One metric: its newest value, how it came there, and how it stands to its target. A click asks for the proof. */
export function Tile({ metric, window, from, to, prove }: TileProps) {
  const reader = useReader()
  const { words, format } = reader
  const { data: series, refusal } = useAnswer('getSeries', { id: metric.id, from, to, window })
  const title = titleOf(reader, metric)
  if (!series) {
    return (
      <article class="tile waiting" data-metric={metric.id}>
        <h3>{title}</h3>
        {refusal ? <Trouble refusal={refusal} /> : <p class="soft">{words.frame.loading}</p>}
      </article>
    )
  }
  const { columns } = series
  // Of what no source tells, no point is kept.
  if (columns.revision.every((revision) => revision === null)) {
    return (
      <article class="tile untold" data-metric={metric.id}>
        <h3>
          <a href={hashOf({ page: 'metric', id: metric.id })}>{title}</a>
        </h3>
        <p class="soft">{words.today.untoldOne}</p>
      </article>
    )
  }
  const last = columns.date.length - 1
  const value = columns.value[last] ?? null
  return (
    <article class="tile" data-metric={metric.id}>
      <h3>
        <button type="button" class="open" title={metric.definition} aria-haspopup="dialog" onClick={prove}>
          {title}
          <span class="hint" aria-hidden="true">
            {words.today.proof}
          </span>
        </button>
      </h3>
      {value === null ? (
        <p class="reading">
          <span class="value none">{words.noData}</span>
          <span class="soft">{whyNull(reader, columns.null_reason[last], columns.revision[last] ?? null)}</span>
        </p>
      ) : (
        <p class="reading">
          <span class="value">{format.value(value, metric)}</span>
          <TargetText metric={metric} value={value} window={window} />
        </p>
      )}
      <ChangeText change={changeOf(columns, metric, window)} metric={metric} />
      <Sparkline columns={columns} width={240} height={56} label={seriesLabel(reader, metric, series)} />
      <p class="marks">
        <Marks
          value={value}
          finality={columns.finality[last] ?? null}
          coverage={columns.coverage[last] ?? null}
          lowSample={metric.kind === 'ratio' && (columns.denominator[last] ?? metric.min_sample) < metric.min_sample}
        />
      </p>
    </article>
  )
}

/** A target is for one window; under another it says nothing. */
function TargetText({ metric, value, window }: { metric: Metric; value: number; window: string }) {
  const { words, format } = useReader()
  const { target, target_window: of, direction } = metric
  if (target === undefined || of !== window) return null
  const reached = direction === 'down' ? value <= target : value >= target
  return (
    <span class={reached ? 'target good' : 'target bad'}>
      {words.today.target(format.value(target, metric))}: {reached ? words.today.reached : words.today.notReached}
    </span>
  )
}
