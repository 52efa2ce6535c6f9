import type { Source } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { ScrollTable } from '../scroll-table.tsx'
import { StateMark } from '../state-mark.tsx'

export interface StreamTableProps {
  /** Of the source. */
  readonly id: string
  readonly streams: Source['streams']
}

/** The streams of a source, in figures. */
export function StreamTable({ id, streams }: StreamTableProps) {
  const { words, format } = useReader()
  const { stream, state, through, expected, lastRun, settles, quarantined } = words.sources
  return (
    <ScrollTable
      label={`${id}: ${words.sources.streams(streams.length, format.number(streams.length))}`}
      columns={[stream, state, through, expected, lastRun, settles, quarantined]}
      numbers={[6]}
      rows={streams.map((one) => [
        one.name,
        <StateMark key="state" status={one.status} />,
        one.data_through === null ? words.sources.nothing : format.day(one.data_through),
        one.expected_by === null ? '–' : format.instant(one.expected_by),
        <RunText key="run" run={one.last_run} />,
        words.sources.settlesDays(one.settles_after_days, format.number(one.settles_after_days)),
        format.number(one.rows_quarantined),
      ])}
    />
  )
}

function RunText({ run }: { run: Source['streams'][number]['last_run'] }) {
  const { words, format } = useReader()
  if (!run) return <span class="soft">{words.sources.noRun}</span>
  const warnings = run.warnings.filter(({ code }) => code !== 'waiting')
  return (
    <>
      {run.status === 'running'
        ? words.sources.running(format.instant(run.started))
        : words.sources.ran(
            format.instant(run.ended ?? run.started),
            format.number(run.records),
            format.number(run.facts),
          )}
      {warnings.map(({ message }) => (
        <span key={message} class="soft small" lang="en" dir="ltr">
          {message}
        </span>
      ))}
    </>
  )
}
