import { shape } from './element.js'

const PADDING = 5

/**
 * Places points in a drawing of `width` × `height`. The vertical range covers all values and at least a tenth of the
 * largest, so that a tremor does not look like a wave. `y` is null where there is no value.
 */
export function place(values, width, height) {
  const known = values.filter((value) => value !== null)
  let low = Math.min(...known)
  let high = Math.max(...known)
  const least = Math.max(Math.abs(low) / 10, Math.abs(high) / 10, 1e-9)
  if (high - low < least) {
    const middle = (high + low) / 2
    low = middle - least / 2
    high = middle + least / 2
  }
  const step = values.length > 1 ? (width - 2 * PADDING) / (values.length - 1) : 0
  const scale = (height - 2 * PADDING) / (high - low)
  return values.map((value, i) => ({
    x: values.length > 1 ? PADDING + i * step : width / 2,
    y: value === null ? null : height - PADDING - (value - low) * scale,
  }))
}

/**
 * The lines to draw: unbroken runs of points, split where provisional ones begin or end. A line over a provisional
 * point is provisional; nothing bridges a day without a value.
 */
export function runs(points, finality) {
  const lines = []
  for (let i = 1; i < points.length; i++) {
    if (points[i - 1].y === null || points[i].y === null) continue
    const provisional = finality[i] === 'provisional' || finality[i - 1] === 'provisional'
    const last = lines.at(-1)
    if (last && last.to === i - 1 && last.provisional === provisional) last.to = i
    else lines.push({ from: i - 1, to: i, provisional })
  }
  return lines
}

/** Draws a series: final values as a line, provisional ones dashed with hollow points, days without a value as gaps. */
export function sparkline({ value, finality }, { width, height, label }) {
  const drawing = shape('svg', {
    viewBox: `0 0 ${width} ${height}`,
    class: 'sparkline',
    role: 'img',
    'aria-label': label,
  })
  if (value.every((one) => one === null)) return drawing
  const points = place(value, width, height)
  const lines = runs(points, finality)
  const at = ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`
  for (const { from, to, provisional } of lines) {
    drawing.append(
      shape('path', {
        d: `M${points
          .slice(from, to + 1)
          .map(at)
          .join('L')}`,
        class: provisional ? 'line provisional' : 'line',
      }),
    )
  }
  points.forEach((point, i) => {
    if (point.y === null) return
    const provisional = finality[i] === 'provisional'
    const alone = !lines.some(({ from, to }) => from <= i && i <= to)
    if (!provisional && !alone && i < points.length - 1) return
    drawing.append(
      shape('circle', {
        cx: point.x.toFixed(1),
        cy: point.y.toFixed(1),
        r: 2.6,
        class: provisional ? 'point provisional' : 'point',
      }),
    )
  })
  return drawing
}
