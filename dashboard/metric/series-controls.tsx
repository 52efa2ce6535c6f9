import type { Metric, Refusal } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { WindowChoice } from '../window-choice.tsx'
import { Choice, Select } from './choice.tsx'
import { DayInput } from './day-input.tsx'
import { Refused } from './refused.tsx'
import { comparisons, granularities, type MetricView, presets } from './view.ts'

export interface SeriesControlsProps {
  readonly metric: Metric
  readonly view: MetricView
  readonly snapshots: { readonly from: string; readonly to: string }
  readonly refusal: Refusal | undefined
  show(query: Readonly<Record<string, string>>): void
}

/** What is shown of a series, over which days, against what. All of it stands in the address. */
export function SeriesControls({ metric, view, snapshots, refusal, show }: SeriesControlsProps) {
  const { words } = useReader()
  const w = words.metric
  const rollsUp = metric.roll_up !== null && metric.windows.includes('1d')
  const offered = granularities.filter((one) => one === 'day' || rollsUp || one === view.granularity)
  return (
    <div class="series-controls no-print">
      <div class="fields">
        <WindowChoice
          windows={metric.windows}
          chosen={view.window}
          choose={(window) => show({ window, ...(window !== '1d' && { granularity: '' }) })}
        />
        {offered.length > 1 && (
          <Choice
            label={w.granularity}
            name="granularity"
            options={offered.map((one) => [one, w.granularities[one]])}
            chosen={view.granularity}
            choose={(one) => show(one === 'day' ? { granularity: '' } : { granularity: one, window: '1d' })}
          />
        )}
        <Select
          label={w.compare}
          options={[['', w.compareNone], ...comparisons.map((one) => [one, w.comparisons[one]] as const)]}
          chosen={view.compare}
          choose={(compare) => show({ compare })}
        />
      </div>
      <div class="fields">
        <Choice
          label={w.range}
          name="range"
          options={presets.map((one) => [one, w.presets[one]])}
          chosen={view.preset}
          choose={(range) => show({ range, from: '', to: '' })}
        />
        <DayInput
          label={w.from}
          value={view.from}
          min={snapshots.from}
          max={view.to < snapshots.to ? view.to : snapshots.to}
          choose={(from) => show({ range: '', from, to: view.to })}
        />
        <DayInput
          label={w.to}
          value={view.to}
          min={view.from > snapshots.from ? view.from : snapshots.from}
          max={snapshots.to}
          choose={(to) => show({ range: '', from: view.from, to })}
        />
      </div>
      {['window', 'granularity', 'compare', 'from', 'to'].map((name) => (
        <Refused key={name} refusal={refusal} name={name} />
      ))}
      {!rollsUp && <p class="soft small">{w.noRollUp}</p>}
      {rollsUp && view.granularity !== 'day' && <p class="soft small">{w.rolledUp}</p>}
    </div>
  )
}
