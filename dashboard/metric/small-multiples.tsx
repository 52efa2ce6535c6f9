import { Sparkline } from '../chart/sparkline.tsx'
import type { Metric } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { Marks } from '../marks.tsx'
import { seriesLabel } from '../metric-text.ts'
import { Trouble } from '../trouble.tsx'
import { useAnswer } from '../use-answer.ts'
import { dimensionText, segmentText } from './names.ts'
import { type MetricView, segmentedFrom } from './view.ts'

/** Each part over time, in a drawing of its own. */
export function SmallMultiples({ metric, view }: { metric: Metric; view: MetricView }) {
  const reader = useReader()
  const { words, format } = reader
  const { by, window, to } = view
  const from = segmentedFrom(view)
  const { data, refusal } = useAnswer('getSeries', { id: metric.id, from, to, window, segment_by: by })
  if (refusal) return <Trouble refusal={refusal} />
  if (!data) {
    return (
      <p class="soft" role="status">
        {words.frame.loading}
      </p>
    )
  }
  const last = (values: readonly (number | null)[]) => values.findLast((value) => value !== null) ?? null
  const newest = data.columns.value.length - 1
  const parts = [...(data.segments ?? [])].sort(
    (a, b) => (last(b.columns.value) ?? -Infinity) - (last(a.columns.value) ?? -Infinity) || 0,
  )
  return (
    <>
      <h3>{words.metric.partsOverTime(dimensionText(reader, by), format.day(from), format.day(to))}</h3>
      <p class="marks">
        <Marks
          value={data.columns.value[newest] ?? null}
          finality={data.columns.finality[newest] ?? null}
          coverage={data.columns.coverage[newest] ?? null}
        />
      </p>
      {parts.length === 0 && <p class="soft">{words.metric.noParts}</p>}
      <ul class="multiples">
        {parts.map(({ key, columns }) => {
          const name = segmentText(reader, by, key)
          const value = columns.value[newest] ?? null
          return (
            <li key={key}>
              <p>
                <span dir="auto">{name}</span>{' '}
                <strong>{value === null ? words.noData : format.value(value, metric)}</strong>
              </p>
              <Sparkline
                columns={columns}
                width={240}
                height={56}
                label={`${name}: ${seriesLabel(reader, metric, { ...data, columns })}`}
              />
            </li>
          )
        })}
      </ul>
      <p class="soft small">
        {words.metric.ownScales} {from !== view.from && words.metric.shortened(format.day(from))}
      </p>
    </>
  )
}
