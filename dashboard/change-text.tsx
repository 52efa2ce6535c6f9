import type { Change, NoChange } from './change.ts'
import type { Metric } from './client.js'
import { useReader } from './locale/reader.ts'

export interface ChangeTextProps {
  readonly change: Change | NoChange
  readonly metric: Pick<Metric, 'unit' | 'currency'>
}

/** How a metric moved between two final days: counts in percent, percentages in points; or why that is not said. */
export function ChangeText({ change, metric }: ChangeTextProps) {
  const { words, format } = useReader()
  if (typeof change === 'string') return <p class="change soft">{words.change.none[change]}</p>
  const { percent, difference, good, from, to } = change
  const inPoints = ['percent', 'points', 'score'].includes(metric.unit)
  const moved =
    percent !== null
      ? format.change(percent)
      : inPoints
        ? words.change.points(format.difference(difference, { unit: 'percent' }))
        : format.difference(difference, metric as { unit: string })
  return (
    <p class="change">
      <span class={good === null ? 'moved' : good ? 'moved good' : 'moved bad'}>
        {moved}
        {good !== null && <span class="hidden"> {good ? words.change.better : words.change.worse}</span>}
      </span>{' '}
      <span class="soft">{words.change.against(format.shortDay(from), format.shortDay(to))}</span>
    </p>
  )
}
