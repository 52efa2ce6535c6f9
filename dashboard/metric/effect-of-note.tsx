import type { Metric } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { ScrollTable } from '../scroll-table.tsx'
import { Trouble } from '../trouble.tsx'
import { useAnswer } from '../use-answer.ts'
import { differenceText } from './names.ts'
import { isPlaced, Refused } from './refused.tsx'

/** What a metric was before, during and after, weekday by weekday. */
export function EffectOfNote({ metric, id }: { metric: Metric; id: string }) {
  const reader = useReader()
  const { words, format } = reader
  const w = words.metric.effects
  const { data, refusal } = useAnswer('getEffect', { id, metric: metric.id })
  if (refusal && isPlaced(refusal, ['metric', 'id'])) {
    return (
      <>
        <Refused refusal={refusal} name="metric" />
        <Refused refusal={refusal} name="id" />
      </>
    )
  }
  if (refusal) return <Trouble refusal={refusal} />
  if (!data) {
    return (
      <p class="soft" role="status">
        {words.frame.loading}
      </p>
    )
  }
  const difference = ({ mean, standard_error: error }: typeof data.after_minus_before) =>
    mean === null
      ? ''
      : `${differenceText(reader, metric, mean)}${error === null ? '' : ` ± ${format.value(error, metric)}`}`
  const differences = {
    before: '',
    during: difference(data.during_minus_before),
    after: difference(data.after_minus_before),
  }
  return (
    <div class="effect">
      <p lang="en" dir="ltr">
        {data.sentence}
      </p>
      <ScrollTable
        label={words.metric.effect}
        columns={[w.period, w.mean, w.difference, w.days, w.provisional, w.incomplete]}
        numbers={[1, 2, 3, 4, 5]}
        rows={(['before', 'during', 'after'] as const).map((name) => {
          const { dates, mean, days_with_value: days, provisional, partly_covered: partly } = data[name]
          return [
            <>
              {w[name]}{' '}
              <span class="soft small">
                {dates.length > 0 && `${format.shortDay(dates[0]!)} – ${format.shortDay(dates.at(-1)!)}`}
              </span>
            </>,
            mean === null ? words.noData : format.value(mean, metric),
            differences[name],
            `${format.number(days)} / ${format.number(dates.length)}`,
            format.number(provisional),
            format.number(partly),
          ]
        })}
      />
      {data.overlapping.length > 0 && (
        <p class="soft small">{w.overlapping(format.list(data.overlapping.map(({ title }) => title)))}</p>
      )}
    </div>
  )
}
