import type { SeriesColumns } from '../client.js'
import { type Place, place, runs } from './place.ts'

export interface SparklineProps {
  readonly columns: SeriesColumns
  readonly width: number
  readonly height: number
  /** What the drawing shows, in words. */
  readonly label: string
}

const at = ({ x, y }: Place) => `${x.toFixed(1)} ${y!.toFixed(1)}`

/** Draws a series: final values as a line, provisional ones dashed with hollow points, days without a value as gaps. */
export function Sparkline({ columns: { value, finality }, width, height, label }: SparklineProps) {
  const points = value.some((one) => one !== null) ? place(value, width, height) : []
  const lines = runs(points, finality)
  const isAlone = (i: number) => !lines.some(({ from, to }) => from <= i && i <= to)
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {lines.map(({ from, to, provisional }) => (
        <path
          key={from}
          class={provisional ? 'line provisional' : 'line'}
          d={`M${points
            .slice(from, to + 1)
            .map(at)
            .join('L')}`}
        />
      ))}
      {points.map((point, i) => {
        const provisional = finality[i] === 'provisional'
        if (point.y === null || !(provisional || isAlone(i) || i === points.length - 1)) return null
        return (
          <circle
            key={point.x}
            class={provisional ? 'point provisional' : 'point'}
            cx={point.x.toFixed(1)}
            cy={point.y.toFixed(1)}
            r={2.6}
          />
        )
      })}
    </svg>
  )
}
