import { useState } from 'preact/hooks'
import { changeOf } from '../change.ts'
import { ChangeText } from '../change-text.tsx'
import { Sparkline } from '../chart/sparkline.tsx'
import type { Metric, MetricDetail } from '../client.js'
import { addDays } from '../format.ts'
import { useReader } from '../locale/reader.ts'
import { Marks } from '../marks.tsx'
import { seriesLabel, titleOf, whyNull } from '../metric-text.ts'
import { Breakdown } from '../score/breakdown.tsx'
import { Groups } from '../score/groups.tsx'
import { indicatorsOf } from '../score/indicator.ts'
import { Mosaic } from '../score/mosaic.tsx'
import { NoScore } from '../score/no-score.tsx'
import { readWeights } from '../score/read-weights.ts'
import { weigh } from '../score/weigh.ts'
import { WhatIf } from '../score/what-if.tsx'
import { Trouble } from '../trouble.tsx'
import { useAnswer } from '../use-answer.ts'
import type { PageProps } from './page-props.ts'

const DAYS_SHOWN = 60

/** What the score is made of on a day, and what other weights would make of it. */
export function Score({ route, catalogue, show }: PageProps) {
  const reader = useReader()
  const { words } = reader
  const { snapshots, metrics } = catalogue
  const metric = metrics.find(({ kind }) => kind === 'score')
  const { data: detail, refusal } = useAnswer('getMetric', metric ? { id: metric.id } : null)
  const date = route.query.date ?? snapshots?.to
  if (!metric) return <NoScore title={words.pages.score} />
  const title = titleOf(reader, metric)
  if (detail?.versions.at(-1)?.indicators?.length === 0) return <NoScore title={title} />
  if (!snapshots || !date) {
    return (
      <>
        <h1>{title}</h1>
        <section class="empty">
          <p>{words.today.empty}</p>
          <p class="soft">{words.today.emptyWhatToDo}</p>
        </section>
      </>
    )
  }
  return (
    <>
      <div class="title">
        <h1>{title}</h1>
        <div class="controls">
          <label class="field">
            {words.score.day}{' '}
            <input
              type="date"
              value={date}
              min={snapshots.from}
              max={snapshots.to}
              onChange={({ currentTarget: { value } }) => value && show({ date: value === snapshots.to ? '' : value })}
            />
          </label>
          {date !== snapshots.to && (
            <button type="button" onClick={() => show({ date: '' })}>
              {words.score.newest}
            </button>
          )}
        </div>
      </div>
      {refusal && <Trouble refusal={refusal} />}
      {detail ? (
        <ScoreOfDay
          metric={metric}
          versions={detail.versions}
          date={date}
          asked={route.query.weights}
          metrics={metrics}
          show={show}
        />
      ) : (
        !refusal && <p class="soft">{words.frame.loading}</p>
      )}
    </>
  )
}

interface ScoreOfDayProps extends Pick<PageProps, 'show'> {
  readonly metric: Metric
  readonly versions: MetricDetail['versions']
  readonly date: string
  /** Other weights, as the address tells them. */
  readonly asked: string | undefined
  readonly metrics: readonly Metric[]
}

function ScoreOfDay({ metric, versions, date, asked, metrics, show }: ScoreOfDayProps) {
  const reader = useReader()
  const { words, format } = reader
  const [draft, setDraft] = useState<readonly number[] | null>(null)
  const looked = versions.flatMap(({ indicators = [] }) => indicators.map(({ metric: id }) => id))
  const wanted = metrics.map(({ id }) => id).filter((id) => id === metric.id || looked.includes(id))
  const { data: snapshot, refusal } = useAnswer('getSnapshot', { date, metrics: wanted.join(',') })
  const { data: series } = useAnswer('getSeries', { id: metric.id, from: addDays(date, 1 - DAYS_SHOWN), to: date })
  if (refusal) return <Trouble refusal={refusal} />
  if (!snapshot) return <p class="soft">{words.frame.loading}</p>
  const found = snapshot.metrics[metric.id]
  const point = found && Object.values(found.windows)[0]
  const version = versions.find((one) => one.version === found?.definition_version)
  const declared = version?.indicators ?? []
  const indicators = indicatorsOf(declared, snapshot)
  const stored = declared.map(({ weight }) => weight)
  const settled = readWeights(asked, stored.length) ?? stored
  const weights = draft ?? settled
  const before = weigh(indicators, stored)
  const now = weigh(indicators, weights)
  const value = point?.value ?? null
  const fits = value === null ? before.value === null : Math.abs((before.value ?? Number.NaN) - value) < 1e-6
  const newest = versions.at(-1)!.version
  const shown = fits
    ? { indicators, weights, before, now, metrics }
    : { indicators, weights: stored, before, now: before, metrics }
  const others = weights.some((weight, i) => weight !== stored[i])
  const change = (next: readonly number[], done: boolean) => {
    setDraft(done ? null : next)
    if (done) show({ weights: next.every((weight, i) => weight === stored[i]) ? '' : next.join(',') })
  }
  return (
    <>
      <div class="score-head">
        <div>
          <p class="reading">
            {value === null ? (
              <>
                <span class="value none">{words.noData}</span>
                <span class="soft">{whyNull(reader, point?.null_reason ?? 'no_data', snapshot.revision)}</span>
              </>
            ) : (
              <>
                <span class="value">{format.value(value, metric)}</span>
                <span class="soft">{words.score.outOf(format.number(100))}</span>
              </>
            )}
            {point && <Marks {...point} />}
          </p>
          {series && <ChangeText change={changeOf(series.columns, metric, '7d')} metric={metric} />}
          <p class="soft" lang="en" dir="ltr">
            {metric.definition}
          </p>
        </div>
        {series && (
          <Sparkline columns={series.columns} width={360} height={90} label={seriesLabel(reader, metric, series)} />
        )}
      </div>
      {version && version.version !== newest && (
        <p class="notice" role="note">
          {words.score.oldVersion(format.number(version.version), format.number(newest))}
        </p>
      )}
      {declared.length === 0 ? (
        <p class="empty">{words.score.notYet}</p>
      ) : (
        <>
          <h2>
            {words.score.madeOf} {others && fits && <span class="mark incomplete">{words.score.withYours}</span>}
          </h2>
          <Mosaic {...shown} />
          <Breakdown {...shown} />
          {fits ? (
            <WhatIf {...shown} stored={stored} settled={settled} change={change} />
          ) : (
            <p class="notice" role="note">
              {words.score.mismatch(
                value === null ? words.noData : format.number(value, true),
                before.value === null ? words.noData : format.number(before.value, true),
              )}
            </p>
          )}
          <Groups {...shown} />
        </>
      )}
    </>
  )
}
