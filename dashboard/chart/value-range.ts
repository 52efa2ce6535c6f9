const PADDING = 0.08

/**
 * The vertical range for values from `low` to `high`. It covers at least a tenth of the largest, so that a tremor does
 * not look like a wave, and reaches to zero where zero is near; it never crosses zero for want of room alone.
 */
export function valueRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1]
  const size = Math.max(Math.abs(low), Math.abs(high))
  if (size === 0) return [0, 1]
  const missing = Math.max(0, size / 10 - (high - low)) / 2
  const [from, to] = [low - missing, high + missing]
  const pad = (to - from) * PADDING
  return [end(low, from - pad, high), -end(-high, -to - pad, -low)]
}

/** The lower end: zero where all values are above it and it is near. */
function end(low: number, wanted: number, high: number): number {
  if (low < 0) return wanted
  return wanted <= 0 || low < high / 2 ? 0 : wanted
}
