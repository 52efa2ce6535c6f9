import type { Metric, SeriesInColumns } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { Breakdown } from '../metric/breakdown.tsx'
import { Explanation } from '../metric/explanation.tsx'
import { Headline } from '../metric/headline.tsx'
import { Meaning } from '../metric/meaning.tsx'
import { Notes } from '../metric/notes.tsx'
import { SeriesSection } from '../metric/series-section.tsx'
import { readView, recentOf } from '../metric/view.ts'
import { titleOf } from '../metric-text.ts'
import { hashOf } from '../route.ts'
import { SourcesLine } from '../sources-line.tsx'
import { useAnswer } from '../use-answer.ts'
import type { PageProps } from './page-props.ts'

/** One metric: what it is, how it went, why it changed, what it consists of, and what was noted. */
export function MetricPage(props: PageProps) {
  const { route, catalogue, sources } = props
  const reader = useReader()
  const { words } = reader
  const metric = catalogue.metrics.find(({ id }) => id === route.id)
  if (!metric) {
    return (
      <>
        <h1>{words.metric.unknown(route.id ?? '')}</h1>
        <p>
          {words.errors.notFound} <a href={hashOf({ page: 'today' })}>{words.metric.allMetrics}</a>
        </p>
      </>
    )
  }
  return (
    <div class="metric-page">
      <p class="soft small">
        <a href={hashOf({ page: 'today' })}>{words.pages.today}</a> / {words.groups[metric.group ?? ''] ?? metric.group}
      </p>
      <h1>{titleOf(reader, metric)}</h1>
      <Meaning metric={metric} />
      {catalogue.snapshots ? (
        <Known {...props} metric={metric} snapshots={catalogue.snapshots} />
      ) : (
        <>
          {sources && <SourcesLine sources={sources.sources} />}
          <section class="empty">
            <p>{words.today.empty}</p>
            <p class="soft">{words.today.emptyWhatToDo}</p>
          </section>
        </>
      )}
    </div>
  )
}

interface KnownProps extends PageProps {
  readonly metric: Metric
  readonly snapshots: { readonly from: string; readonly to: string }
}

function Known({ route: { query }, metric, snapshots, sources, show }: KnownProps) {
  const { words, format } = useReader()
  const read = readView(query, metric, snapshots)
  const { from, to, window, granularity, compare } = read
  const asked = {
    from,
    to,
    window,
    ...(compare && { compare }),
    ...(granularity !== 'day' && { granularity: granularity as 'week' }),
  }
  const recent = useAnswer('getSeries', { id: metric.id, ...recentOf(snapshots.to), window })
  const series = useAnswer('getSeries', { id: metric.id, ...asked })
  // What is explained by default is over: an unfinished day would be compared as if it were complete.
  const isKnown = recent.data !== undefined || recent.refusal !== undefined
  const view = { ...read, explained: read.explained || (isKnown ? newestFinal(recent.data, snapshots.to) : '') }
  const notes = useAnswer('listAnnotations', series.data ? { from, to, limit: '1000' } : null)
  if ([recent, series].every(({ data }) => data?.columns.revision.every((one) => one === null))) {
    return (
      <section class="empty">
        <p>{words.today.untoldOne}</p>
        <p class="soft">{words.metric.wouldNeed(format.list(metric.inputs))}</p>
      </section>
    )
  }
  return (
    <>
      <Headline metric={metric} view={view} snapshots={snapshots} show={show} />
      <SeriesSection
        metric={metric}
        view={view}
        query={query}
        snapshots={snapshots}
        asked={asked}
        series={series.data}
        refusal={series.refusal}
        {...(sources && { sources })}
        show={show}
        openNotes={([id]) => document.getElementById(`note-${id}`)?.focus()}
      />
      <Explanation metric={metric} view={view} snapshots={snapshots} show={show} />
      <Breakdown metric={metric} view={view} show={show} />
      <Notes
        metric={metric}
        day={view.day}
        from={from}
        to={to}
        annotations={notes.data?.annotations}
        refusal={notes.refusal}
      />
    </>
  )
}

/** The newest day that cannot change any more and has a value, or else the newest. */
function newestFinal(series: SeriesInColumns | undefined, newest: string): string {
  const { date = [], finality = [], value = [] } = series?.columns ?? {}
  return date[date.findLastIndex((_, i) => finality[i] === 'final' && value[i] !== null)] ?? newest
}
