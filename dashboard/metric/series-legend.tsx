import type { SeriesData } from '../chart/series-data.ts'
import type { Metric, SeriesInColumns } from '../client.js'
import { useReader } from '../locale/reader.ts'

export interface SeriesLegendProps {
  readonly metric: Metric
  readonly series: SeriesInColumns
  readonly data: SeriesData
  readonly target: number | null
  /** How many notes are drawn. */
  readonly notes: number
}

/** What each kind of line and mark means, of those that are drawn. */
export function SeriesLegend({ metric, series: { comparison }, data, target, notes }: SeriesLegendProps) {
  const { words, format } = useReader()
  const { legend } = words.metric
  const entries: readonly (readonly [sample: string, text: string | false])[] = [
    ['final', data.final.some((value) => value !== null) && legend.final],
    ['provisional', data.hollow.length > 0 && legend.provisional],
    ['gap', data.gaps.length > 0 && legend.gap],
    ['incomplete', data.incomplete.length > 0 && legend.incomplete],
    ['target', target !== null && words.today.target(format.value(target, metric))],
    [
      'comparison',
      comparison !== undefined && legend.comparison(format.day(comparison.from), format.day(comparison.to)),
    ],
    ['redefined', data.redefined.length > 0 && legend.redefined],
    ['note', notes > 0 && legend.note],
  ]
  return (
    <ul class="chart-legend">
      {entries.map(
        ([sample, text]) =>
          text && (
            <li key={sample}>
              <Sample of={sample} /> {text}
            </li>
          ),
      )}
    </ul>
  )
}

function Sample({ of }: { of: string }) {
  return (
    <svg class={`line-key ${of}`} viewBox="0 0 28 12" aria-hidden="true">
      {of === 'gap' && <path d="M2 12 14 0M9 12 21 0M16 12 28 0M-5 12 7 0" />}
      {of === 'incomplete' && <rect y="8" width="28" height="4" />}
      {of === 'note' && <rect width="28" height="12" />}
      {of === 'redefined' && <path d="M14 0v12" />}
      {['final', 'provisional', 'target', 'comparison'].includes(of) && <path d="M0 6h28" />}
      {of === 'provisional' && <circle cx="14" cy="6" r="3" />}
    </svg>
  )
}
