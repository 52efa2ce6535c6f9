import type { ComponentChildren } from 'preact'
import type { Metrics, Source } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { titleOf } from '../metric-text.ts'
import { hashOf } from '../route.ts'
import { StateMark } from '../state-mark.tsx'
import { QuotaBar } from './quota-bar.tsx'
import { isWell } from './sort-sources.ts'
import { StreamTable } from './stream-table.tsx'
import { Timeline } from './timeline.tsx'
import { TroubleText } from './trouble-text.tsx'
import { troublesOf } from './troubles.ts'

export interface SourceCardProps {
  readonly source: Source
  readonly catalogue: Metrics
  /** The day that ended last. */
  readonly lastDay: string
  readonly open: boolean
}

/** One source: how it is, what that does to which numbers, and who does what about it. */
export function SourceCard({ source, catalogue, lastDay, open }: SourceCardProps) {
  const { words, format } = useReader()
  const { id, name, status, data_through: through, streams, quota } = source
  const quarantined = streams.filter(({ rows_quarantined: count }) => count > 0)
  return (
    <details class="card source" open={open} data-source={id}>
      <summary>
        <h3>
          {id} {name !== id && <span class="soft">{name}</span>}
        </h3>
        <StateMark status={status} />
        <Timeline through={through} lastDay={lastDay} />
        <span class="soft">
          {through === null ? words.sources.nothing : words.sources.throughDay(format.shortDay(through))}
        </span>
      </summary>
      {status === 'ok' || status === 'pending' ? (
        <p>
          {words.sourceStates[status]?.[1]} {status === 'pending' && words.sources.effects.pending}
          {status === 'ok' && through !== null && through < lastDay && words.sources.notGivenYet}
        </p>
      ) : (
        troublesOf(source).map((trouble) => (
          <TroubleText key={trouble.streams[0]!.name} trouble={trouble} all={streams.length} />
        ))
      )}
      {quarantined.map(({ name: stream, rows_quarantined: count }) => (
        <p key={stream} class="sources-line unwell">
          {words.sources.quarantinedSome(count, format.number(count), stream)}
        </p>
      ))}
      <Dates source={source} />
      {quota.length > 0 && (
        <>
          <h4>{words.sources.quota}</h4>
          <ul class="quotas">
            {quota.map((one) => (
              <li key={one.name}>
                <QuotaBar quota={one} />
              </li>
            ))}
          </ul>
        </>
      )}
      <Affected id={id} catalogue={catalogue} />
      <details>
        <summary>{words.sources.streams(streams.length, format.number(streams.length))}</summary>
        <StreamTable id={id} streams={streams} />
      </details>
    </details>
  )
}

const SOON_DAYS = 30
const MS_PER_DAY = 86_400_000

/** What is read, what is expected when, and when a run comes. */
function Dates({ source }: { source: Source }) {
  const { words, format } = useReader()
  const { data_through: through, expected_by: expected, last_success_at: read, settles_after_days: settles } = source
  const { next_run_at: next, schedule, credential_expires_at: expires, status } = source
  const now = new Date()
  // A vendor that is asked in time may take its own: what is overdue then is nobody's fault here.
  const overdue = expected !== null && Date.parse(expected) < now.getTime()
  const left = expires === null ? 0 : (Date.parse(expires) - now.getTime()) / MS_PER_DAY
  return (
    <dl class="facts">
      <Fact name={words.sources.through}>{through === null ? words.sources.nothing : format.day(through)}</Fact>
      {expected !== null && !(overdue && isWell(status)) && (
        <Fact name={words.sources.expected}>
          {format.instant(expected)} {overdue && <span class="mark incomplete">{words.sources.overdue}</span>}
        </Fact>
      )}
      <Fact name={words.sources.lastSuccess}>{read === null ? words.sources.noRun : format.relative(read, now)}</Fact>
      <Fact name={words.sources.nextRun}>
        {next === null ? words.sources.nextRunUnknown : `${format.instant(next)}, ${format.relative(next, now)}`}
      </Fact>
      {schedule && (
        <Fact name={words.sources.schedule}>
          {words.sources.schedules[schedule] ?? <code dir="ltr">{schedule}</code>}
        </Fact>
      )}
      <Fact name={words.sources.settles}>{words.sources.settlesDays(settles, format.number(settles))}</Fact>
      {expires !== null && (
        <Fact name={words.sources.credential}>
          {format.instant(expires)}{' '}
          {left < SOON_DAYS && (
            <span class="mark incomplete">
              {left < 0 ? words.sources.credentialOver : words.sources.credentialSoon}
            </span>
          )}
        </Fact>
      )}
    </dl>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

const MOST_NAMED = 6

/** The metrics that rest on a source, those of the first page first. */
function Affected({ id, catalogue: { metrics, headline } }: { id: string; catalogue: Metrics }) {
  const reader = useReader()
  const { words, format } = reader
  const place = (metric: string) => (headline.indexOf(metric) + 1 || headline.length + 1) as number
  const affected = metrics.filter(({ inputs }) => inputs.includes(id)).sort((a, b) => place(a.id) - place(b.id))
  const links = (of: typeof affected) =>
    of.map((metric) => (
      <li key={metric.id}>
        <a href={hashOf({ page: 'metric', id: metric.id })}>{titleOf(reader, metric)}</a>
      </li>
    ))
  const rest = affected.slice(MOST_NAMED)
  return (
    <>
      <h4>{words.sources.affects}</h4>
      {affected.length === 0 && <p class="soft">{words.sources.affectsNothing}</p>}
      <ul class="names-list">{links(affected.slice(0, MOST_NAMED))}</ul>
      {rest.length > 0 && (
        <details>
          <summary>{words.sources.more(rest.length, format.number(rest.length))}</summary>
          <ul class="names-list">{links(rest)}</ul>
        </details>
      )}
    </>
  )
}
