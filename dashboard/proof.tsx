import { useEffect, useRef } from 'preact/hooks'
import type { Metric, Snapshot } from './client.js'
import { useReader } from './locale/reader.ts'
import { Marks } from './marks.tsx'
import { titleOf, whyNull, windowText } from './metric-text.ts'
import { hashOf } from './route.ts'
import { ScrollTable } from './scroll-table.tsx'
import { StateMark } from './state-mark.tsx'
import { Trouble } from './trouble.tsx'
import { useAnswer } from './use-answer.ts'

export interface ProofProps {
  readonly metric: Metric
  readonly window: string
  readonly date: string
  close(): void
}

/** What a number rests on, over the page it stands on. */
export function Proof({ metric, window, date, close }: ProofProps) {
  const reader = useReader()
  const { words } = reader
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const title = titleOf(reader, metric)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a dialog closes by Escape of itself
    <dialog
      ref={dialog}
      class="proof"
      aria-label={words.proof.title(title)}
      onClose={close}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <header>
        <h2>{title}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          {words.frame.close}
        </button>
      </header>
      <p class="soft" lang="en" dir="ltr">
        {metric.definition}
      </p>
      <ProofOfDay metric={metric} window={window} date={date} />
      <p>
        <a href={hashOf({ page: 'metric', id: metric.id, query: { window } })}>{words.proof.openMetric}</a>
      </p>
    </dialog>
  )
}

/** Formula, parts, state, sources, warnings and revisions of one metric on one day. */
export function ProofOfDay({ metric, window, date }: Pick<ProofProps, 'metric' | 'window' | 'date'>) {
  const reader = useReader()
  const { words, format } = reader
  const { data: snapshot, refusal } = useAnswer('getSnapshot', { date, metrics: metric.id })
  if (refusal) return <Trouble refusal={refusal} />
  if (!snapshot) {
    return (
      <p class="soft" role="status">
        {words.frame.loading}
      </p>
    )
  }
  const found = snapshot.metrics[metric.id]
  const point = found?.windows[window]
  const arithmetic = point && format.arithmetic(point, metric)
  const facts: [string, string][] = [
    [words.proof.day, format.day(date)],
    [words.proof.looksBack, windowText(reader, window)],
    [words.proof.state, stateText()],
    [words.proof.dataRead, point ? format.share(point.coverage) : words.proof.nothing],
    [
      words.proof.revision,
      [format.number(snapshot.revision), words.proof.computed(format.instant(snapshot.computed_at))].join(
        `${words.comma} `,
      ),
    ],
    [
      words.proof.definition,
      [
        words.proof.version(format.number(found?.definition_version ?? metric.definition_version)),
        words.units[metric.unit],
        metric.currency,
      ]
        .filter(Boolean)
        .join(`${words.comma} `),
    ],
  ]
  return (
    <>
      <p class="reading">
        {point && point.value !== null ? (
          <span class="value">{format.value(point.value, metric, true)}</span>
        ) : (
          <>
            <span class="value none">{words.noData}</span>
            <span class="soft">{whyNull(reader, point?.null_reason ?? 'no_data', snapshot.revision)}</span>
          </>
        )}
        {point && <Marks {...point} lowSample={point.low_sample ?? false} />}
      </p>
      <p class="formula">
        <span class="hidden">{words.proof.formula}: </span>
        <code dir="ltr">{metric.formula}</code>
        {arithmetic && <code dir="ltr">{arithmetic}</code>}
      </p>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3>{words.proof.sources}</h3>
      <SourcesOfDay snapshot={snapshot} inputs={metric.inputs} />
      {snapshot.warnings.length > 0 && (
        <>
          <h3>{words.proof.warnings}</h3>
          <ul>
            {snapshot.warnings.map((warning) => (
              <li key={JSON.stringify(warning)}>
                <span lang="en" dir="ltr">
                  {[warning.source, warning.stream].filter(Boolean).join(' ')}
                  {warning.source && ': '}
                  {warning.message ?? warning.code.replaceAll('_', ' ')}
                </span>
                {warning.effect && `; ${words.effects[warning.effect] ?? warning.effect}`}
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>{words.proof.revisions}</h3>
      <RevisionsOfDay metric={metric} date={date} />
    </>
  )

  function stateText(): string {
    if (point?.finality === 'final') return words.proof.final
    if (!point) return words.noData
    return snapshot?.final_on ? words.proof.finalFrom(format.day(snapshot.final_on)) : words.proof.provisional
  }
}

/** The sources that a metric rests on, as they were on a day. */
function SourcesOfDay({ snapshot, inputs }: { snapshot: Snapshot; inputs: readonly string[] }) {
  const { words, format } = useReader()
  const of = snapshot.sources.filter(({ id }) => inputs.includes(id))
  const isMatched = of.some(({ people }) => people)
  const matchedText = ({ people }: Snapshot['sources'][number]) => {
    if (!people) return ''
    const { matched, named } = people
    return words.proof.matchedOf(format.share(matched / named), format.number(matched), format.number(named))
  }
  const rows = of.map((one) => [
    one.id,
    <StateMark key="state" status={one.status} />,
    one.data_through === null ? words.proof.nothing : format.day(one.data_through),
    format.number(one.rows),
    ...(isMatched ? [matchedText(one)] : []),
    <code key="digest" title={one.digest}>
      {one.digest.replace(/^sha256:/, '').slice(0, 10)}
    </code>,
  ])
  const { source, state, through, rows: count, matched, digest } = words.proof
  return (
    <ScrollTable
      label={words.proof.sources}
      columns={[source, state, through, count, ...(isMatched ? [matched] : []), digest]}
      rows={rows}
      numbers={[3]}
    />
  )
}

/** When the number of a day changed, and why. */
function RevisionsOfDay({ metric, date }: { metric: Metric; date: string }) {
  const { words, format } = useReader()
  const { data, refusal } = useAnswer('listRevisions', { date })
  if (refusal) return <Trouble refusal={refusal} />
  const of = data?.revisions.filter(
    ({ cause, changed_metrics: changed }) => cause === null || changed.includes(metric.id),
  )
  if (!of) return <p class="soft">{words.frame.loading}</p>
  return (
    <>
      {of.length < 2 && <p class="soft">{words.proof.noRevisions}</p>}
      <ScrollTable
        label={words.proof.revisions}
        columns={[words.proof.revision, words.proof.at, words.proof.cause, words.proof.state]}
        rows={of.map(({ revision, at, cause, finality }) => [
          format.number(revision),
          format.instant(at),
          words.causes[cause ?? 'first'],
          words.state[finality],
        ])}
      />
    </>
  )
}
