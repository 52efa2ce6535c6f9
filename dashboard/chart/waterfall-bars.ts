/** A bar from `from` to `to`, as shares of the drawing's width. */
export interface Bar {
  readonly from: number
  readonly to: number
}

export interface WaterfallBars {
  readonly baseline: Bar
  /** In the order they were given in. */
  readonly parts: readonly Bar[]
  readonly current: Bar
  /** Where zero is; null where the drawing does not reach to it, so that the first and last bar are cut off. */
  readonly zero: number | null
}

/** Parts that are small beside the whole are drawn larger than the whole allows. */
const CUT_BELOW = 0.4

/** Places the bars of a waterfall: each part begins where the one before ended, and the last ends at `current`. */
export function waterfallBars(baseline: number, parts: readonly number[], current: number): WaterfallBars {
  const ends = [baseline]
  for (const part of parts) ends.push(ends.at(-1)! + part)
  const least = Math.min(current, ...ends)
  const most = Math.max(current, ...ends)
  const spread = most - least
  const size = Math.max(Math.abs(least), Math.abs(most))
  const isCut = (least > 0 || most < 0) && spread > 0 && spread < size * CUT_BELOW
  const [low, high] = isCut ? cutRange(least, most) : [Math.min(0, least), Math.max(0, most)]
  const at = (value: number) => (high > low ? (value - low) / (high - low) : 0)
  const bar = (a: number, b: number): Bar => ({ from: at(Math.min(a, b)), to: at(Math.max(a, b)) })
  const base = isCut ? (least > 0 ? low : high) : 0
  return {
    baseline: bar(base, baseline),
    parts: parts.map((_, i) => bar(ends[i]!, ends[i + 1]!)),
    current: bar(base, current),
    zero: isCut ? null : at(0),
  }
}

/** As much again of the whole as there is change, on the side of zero. */
function cutRange(least: number, most: number): [number, number] {
  const rest = (most - least) / 3
  return least > 0 ? [least - rest, most] : [least, most + rest]
}
