import { useState } from 'preact/hooks'
import type { Metric } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { hashOf } from '../route.ts'
import { Choice } from './choice.tsx'
import { downloadCsv } from './download-csv.ts'
import { type MetricView, pinned } from './view.ts'

export interface HandOverProps {
  readonly metric: Metric
  readonly view: MetricView
  readonly query: Readonly<Record<string, string>>
  /** What the series was asked with. */
  readonly asked: Readonly<Record<string, string>>
  show(query: Readonly<Record<string, string>>): void
}

/** A series as a chart, a table, a file or a link. */
export function HandOver({ metric, view, query, asked, show }: HandOverProps) {
  const { words } = useReader()
  const w = words.metric
  const [said, say] = useState<'copied' | 'failed' | null>(null)
  const [byHand, setByHand] = useState(false)
  const link = `${location.origin}${location.pathname}${hashOf({ page: 'metric', id: metric.id, query: pinned(query, view) })}`
  const copy = () =>
    navigator.clipboard.writeText(link).then(
      () => {
        setByHand(false)
        say('copied')
      },
      // The browser may not allow it; whoever reads can still do it.
      () => setByHand(true),
    )
  const download = () =>
    downloadCsv(metric.id, asked).then(
      () => say(null),
      () => say('failed'),
    )
  return (
    <div class="fields no-print">
      <span role="status" class="soft small">
        {said === 'copied' ? w.copied : said === 'failed' ? w.csvFailed : ''}
      </span>
      <Choice
        label={w.shownAs}
        name="view"
        options={[
          ['', w.asChart],
          ['table', w.asTable],
        ]}
        chosen={view.asTable ? 'table' : ''}
        choose={(view) => show({ view })}
      />
      <button type="button" onClick={download}>
        {w.csv}
      </button>
      <button type="button" onClick={copy}>
        {w.copyLink}
      </button>
      {byHand && (
        <label class="field wide">
          <span>{w.link}</span>
          <input type="text" readOnly dir="ltr" value={link} onFocus={({ currentTarget }) => currentTarget.select()} />
        </label>
      )}
    </div>
  )
}
