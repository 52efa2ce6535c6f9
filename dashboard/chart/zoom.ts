/** A part of an axis. */
export interface Span {
  readonly min: number
  readonly max: number
}

export const widthOf = ({ min, max }: Span): number => max - min

/** The span moved, and if it must be shortened, into `full`. */
export function within({ min, max }: Span, full: Span): Span {
  const width = max - min
  if (width >= widthOf(full)) return full
  if (min < full.min) return { min: full.min, max: full.min + width }
  return max > full.max ? { min: full.max - width, max: full.max } : { min, max }
}

/**
 * Shows `factor` times as much of the axis (below 1: nearer), with `at` staying where it is unless an end of `full` is
 * reached. It never shows less than `least`, or all there is if that is less.
 */
export function zoomed(span: Span, factor: number, at: number, full: Span, least: number): Span {
  const now = widthOf(span)
  if (now <= 0) return full
  const width = Math.min(widthOf(full), Math.max(least, now * factor))
  const left = ((at - span.min) / now) * width
  return within({ min: at - left, max: at - left + width }, full)
}

/** The span as far to the right as `by` says, as far as there is something. */
export const panned = ({ min, max }: Span, by: number, full: Span): Span =>
  within({ min: min + by, max: max + by }, full)

/** What was dragged over, in either direction, widened to `least` around its middle. */
export function chosenSpan(a: number, b: number, full: Span, least: number): Span {
  const [min, max] = a < b ? [a, b] : [b, a]
  const missing = Math.max(0, least - (max - min)) / 2
  return within({ min: min - missing, max: max + missing }, full)
}

/** Whether everything is shown, but for rounding. */
export const isAll = (span: Span, full: Span): boolean => widthOf(span) >= widthOf(full) * (1 - 1e-6)
