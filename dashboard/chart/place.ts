const PADDING = 5

export interface Place {
  readonly x: number
  /** Null where there is no value. */
  readonly y: number | null
}

/**
 * Places points in a drawing of `width` × `height`. The vertical range covers all values and at least a tenth of the
 * largest, so that a tremor does not look like a wave.
 */
export function place(values: readonly (number | null)[], width: number, height: number): Place[] {
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

export interface Run {
  readonly from: number
  readonly to: number
  readonly provisional: boolean
}

/**
 * The lines to draw: unbroken runs of points, split where provisional ones begin or end. A line over a provisional
 * point is provisional; nothing bridges a day without a value.
 */
export function runs(points: readonly Pick<Place, 'y'>[], finality: readonly (string | null)[]): Run[] {
  const lines: Run[] = []
  for (let i = 1; i < points.length; i++) {
    if (points[i - 1]!.y === null || points[i]!.y === null) continue
    const provisional = finality[i] === 'provisional' || finality[i - 1] === 'provisional'
    const last = lines.at(-1)
    if (last && last.to === i - 1 && last.provisional === provisional) lines[lines.length - 1] = { ...last, to: i }
    else lines.push({ from: i - 1, to: i, provisional })
  }
  return lines
}
