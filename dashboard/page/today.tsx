import { useState } from 'preact/hooks'
import type { Metric } from '../client.js'
import { addDays } from '../format.ts'
import { useReader } from '../locale/reader.ts'
import { Marks } from '../marks.tsx'
import { titleOf, whyNull, windowText } from '../metric-text.ts'
import { Proof } from '../proof.tsx'
import { hashOf } from '../route.ts'
import { ScrollTable } from '../scroll-table.tsx'
import { SourcesLine } from '../sources-line.tsx'
import { Tile } from '../tile.tsx'
import { Trouble } from '../trouble.tsx'
import { useAnswer } from '../use-answer.ts'
import { WindowChoice } from '../window-choice.tsx'
import type { PageProps } from './page-props.ts'

const DAYS_SHOWN = 60

/** A metric's own window where it has not the chosen one. */
export const windowOf = (metric: Metric, chosen: string): string =>
  metric.windows.includes(chosen) ? chosen : metric.windows[0]!

/** What a growth lead opens every morning. */
export function Today({ route, catalogue, sources, show }: PageProps) {
  const { words } = useReader()
  const [proving, prove] = useState<Metric | null>(null)
  const { metrics, windows, snapshots } = catalogue
  const window = [route.query.window, '7d', windows[0]].find((one) => one !== undefined && windows.includes(one))!
  if (!snapshots) {
    return (
      <>
        <h1>{words.pages.today}</h1>
        {sources && <SourcesLine sources={sources.sources} />}
        <section class="empty">
          <p>{words.today.empty}</p>
          <p class="soft">{words.today.emptyWhatToDo}</p>
        </section>
      </>
    )
  }
  const headline = catalogue.headline.flatMap((id) => metrics.filter((metric) => metric.id === id))
  const from = addDays(snapshots.to, 1 - DAYS_SHOWN)
  return (
    <>
      <div class="title">
        <h1>{words.pages.today}</h1>
        <WindowChoice windows={windows} chosen={window} choose={(window) => show({ window })} />
      </div>
      {sources && <SourcesLine sources={sources.sources} />}
      <section aria-label={words.today.headline}>
        <div class="tiles">
          {headline.map((metric) => (
            <Tile
              key={metric.id}
              metric={metric}
              window={windowOf(metric, window)}
              from={from}
              to={snapshots.to}
              prove={() => prove(metric)}
            />
          ))}
        </div>
        <p class="legend">{words.today.legend}</p>
      </section>
      <Unusual metrics={metrics} />
      <AllMetrics metrics={metrics} date={snapshots.to} chosen={window} />
      {proving && (
        <Proof metric={proving} window={windowOf(proving, window)} date={snapshots.to} close={() => prove(null)} />
      )}
    </>
  )
}

/** What was unusual for its weekday on the newest day. */
function Unusual({ metrics }: { metrics: readonly Metric[] }) {
  const reader = useReader()
  const { words, format } = reader
  const { data, refusal } = useAnswer('listAnomalies', {})
  return (
    <section>
      <h2>{words.today.unusual}</h2>
      {refusal && <Trouble refusal={refusal} />}
      {data && data.unusual === 0 && <p>{words.today.nothingUnusual(format.day(data.date))}</p>}
      {data && data.unusual > 0 && (
        <ul class="unusual">
          {data.metrics
            .filter(({ status }) => status === 'unusual')
            .map(({ metric: id, good, sentence }) => {
              const metric = metrics.find((one) => one.id === id)
              return (
                <li key={id} class={good === null ? '' : good ? 'good' : 'bad'}>
                  <a href={hashOf({ page: 'metric', id, query: { window: '1d' } })}>
                    {metric ? titleOf(reader, metric) : id}
                  </a>{' '}
                  <span lang="en" dir="ltr">
                    {sentence}
                  </span>
                </li>
              )
            })}
        </ul>
      )}
      {data && data.not_judged > 0 && (
        <p class="soft">{words.today.notJudged(data.not_judged, format.number(data.not_judged))}</p>
      )}
    </section>
  )
}

/** The newest value of every metric that a source tells of, by group. */
function AllMetrics({ metrics, date, chosen }: { metrics: readonly Metric[]; date: string; chosen: string }) {
  const reader = useReader()
  const { words, format } = reader
  const { data: snapshot, refusal } = useAnswer('getSnapshot', { date })
  // Where no source is known to tell of a metric, all of its windows rest on nothing.
  const isTold = ({ id }: Metric) =>
    Object.values(snapshot?.metrics[id]?.windows ?? {}).some(
      ({ coverage, null_reason: reason }) => coverage > 0 || reason !== 'no_data',
    )
  const told = metrics.filter(isTold)
  const lacking = snapshot ? metrics.filter((metric) => !isTold(metric)) : []
  // The score rests on what is chosen for it; if nothing is, no source is to blame.
  const untold = lacking.filter(({ kind }) => kind !== 'score')
  const groups = [...new Set(told.map(({ group }) => group))]
  return (
    <section class="all">
      <h2>{words.today.all}</h2>
      {refusal && <Trouble refusal={refusal} />}
      {!snapshot && !refusal && <p class="soft">{words.frame.loading}</p>}
      {snapshot &&
        groups.map((group) => (
          <div key={group}>
            <h3>{words.groups[group ?? ''] ?? group}</h3>
            <ScrollTable
              label={words.groups[group ?? ''] ?? group ?? ''}
              columns={[words.today.metric, words.today.value, words.windows.label, words.proof.state]}
              numbers={[1]}
              rows={told
                .filter((metric) => metric.group === group)
                .map((metric) => {
                  const window = windowOf(metric, chosen)
                  const point = snapshot.metrics[metric.id]?.windows[window]
                  return [
                    <a key="link" href={hashOf({ page: 'metric', id: metric.id, query: { window } })}>
                      {titleOf(reader, metric)}
                    </a>,
                    point && point.value !== null ? (
                      format.value(point.value, metric)
                    ) : (
                      <span key="none" class="soft">
                        {words.noData}: {whyNull(reader, point?.null_reason ?? 'no_data', snapshot.revision)}
                      </span>
                    ),
                    windowText(reader, window),
                    point && (
                      <span key="marks">
                        {point.finality === 'final' && <span class="soft">{words.state.final} </span>}
                        <Marks {...point} lowSample={point.low_sample ?? false} />
                      </span>
                    ),
                  ]
                })}
            />
          </div>
        ))}
      {untold.length > 0 && (
        <p class="legend">{words.today.untold(format.list(untold.map((metric) => titleOf(reader, metric))))}</p>
      )}
      {lacking.length > untold.length && (
        <p class="legend">
          <a href={hashOf({ page: 'score' })}>{words.score.notConfigured}</a>
        </p>
      )}
    </section>
  )
}
