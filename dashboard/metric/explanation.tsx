import type { Metric } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { Trouble } from '../trouble.tsx'
import { useAnswer } from '../use-answer.ts'
import { Select } from './choice.tsx'
import { DayInput } from './day-input.tsx'
import { Explained } from './explained.tsx'
import { dimensionText } from './names.ts'
import { isPlaced, Refused } from './refused.tsx'
import { againsts, daysBefore, type MetricView } from './view.ts'

export interface ExplanationProps {
  readonly metric: Metric
  readonly view: MetricView
  readonly snapshots: { readonly from: string; readonly to: string }
  show(query: Readonly<Record<string, string>>): void
}

/** Why the metric changed between two days that can be chosen. */
export function Explanation({ metric, view, snapshots, show }: ExplanationProps) {
  const reader = useReader()
  const { words } = reader
  const w = words.metric
  const { explained: day, against, split, window } = view
  const { data, refusal } = useAnswer(
    'explainChange',
    day === ''
      ? null
      : {
          id: metric.id,
          date: day,
          against,
          window,
          ...(split && { by: split }),
        },
  )
  const isNamed = againsts.some((one) => one === against)
  const dayAgainst = isNamed ? (data?.baseline.date ?? daysBefore(day, 7)) : against
  return (
    <section>
      <h2>{w.why}</h2>
      <div class="fields no-print">
        <DayInput
          label={words.proof.day}
          value={day}
          min={snapshots.from}
          max={snapshots.to}
          choose={(on) => show({ on })}
        />
        <Select
          label={w.against}
          options={[
            ...againsts
              .filter((one) => window !== 'all' || one !== 'previous_period')
              .map((one) => [one, w.againsts[one]] as const),
            ['day', w.againstDay],
          ]}
          chosen={isNamed ? against : 'day'}
          choose={(one) => show({ against: one === 'day' ? dayAgainst : one })}
        />
        {!isNamed && (
          <DayInput
            label={w.againstDay}
            value={against}
            min={snapshots.from}
            max={snapshots.to}
            choose={(against) => show({ against })}
          />
        )}
        {metric.by.length > 0 && (
          <Select
            label={w.splitBy}
            options={[
              ['', w.splitUsual],
              ...metric.by.map((name) => [name, dimensionText(reader, name)] as const),
              ['none', w.splitNone],
            ]}
            chosen={split}
            choose={(split) => show({ split })}
          />
        )}
      </div>
      {['date', 'against', 'by'].map((name) => (
        <Refused key={name} refusal={refusal} name={name} />
      ))}
      {refusal?.problem?.type.endsWith('#no-snapshot') && (
        <p class="refused" role="alert">
          {w.noSuchDay} <span lang="en">{refusal.message}</span>
        </p>
      )}
      {refusal &&
        !refusal.problem?.type.endsWith('#no-snapshot') &&
        !isPlaced(refusal, ['date', 'against', 'by', 'window']) && <Trouble refusal={refusal} />}
      {!data && !refusal && (
        <p class="soft" role="status">
          {words.frame.loading}
        </p>
      )}
      {data && <Explained metric={metric} explained={data} />}
    </section>
  )
}
