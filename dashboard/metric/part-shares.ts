/** A part of a whole, for a drawing. */
export interface PartShare {
  readonly key: string
  readonly value: number | null
  /** Its length beside the longest, from 0 to 1. */
  readonly length: number
  /** Of the whole, from 0 to 1; null where parts do not add up to a whole. */
  readonly share: number | null
}

export interface PartShares {
  /** The largest first; those without a value last. */
  readonly parts: readonly PartShare[]
  /** What the parts make of the whole; null where they do not add up to one. */
  readonly named: number | null
}

/** How long the bars of parts are, and which share each is. What no part names is in none: there is no rest. */
export function partShares(
  given: readonly (readonly [key: string, value: number | null])[],
  whole: number | null,
  addsUp: boolean,
): PartShares {
  const longest = Math.max(0, ...given.map(([, value]) => Math.abs(value ?? 0)))
  // Refunds, say: shares of a whole say nothing where some parts take away from it.
  const isWhole = addsUp && whole !== null && whole > 0 && given.every(([, value]) => (value ?? 0) >= 0)
  const parts = given.map(([key, value]) => ({
    key,
    value,
    length: value === null || longest === 0 ? 0 : Math.abs(value) / longest,
    share: isWhole && value !== null ? value / whole : null,
  }))
  const size = ({ value }: PartShare) => value ?? Number.NEGATIVE_INFINITY
  return {
    parts: parts.sort((a, b) => (size(a) === size(b) ? 0 : size(b) - size(a))),
    named: isWhole ? given.reduce((sum, [, value]) => sum + (value ?? 0), 0) / whole : null,
  }
}
