import type { Indicator } from './indicator.ts'

/** What one indicator is to the score. */
export interface Contribution {
  /** Its weight among all, 0 to 1. */
  readonly own: number
  /** Its weight among those that have a value, 0 to 1: what the others leave is shared. Null without a value. */
  readonly share: number | null
  /** Points of the score; they add up to it. Null without a value. */
  readonly points: number | null
}

/** A score by some weights. */
export interface Weighed {
  /** Null where nothing that has a weight has a value. */
  readonly value: number | null
  readonly contributions: readonly Contribution[]
  readonly by: Readonly<Record<'engagement' | 'pillar', ReadonlyMap<string, number | null>>>
}

type Weighable = Pick<Indicator, 'standing' | 'engagement' | 'pillar'>

/**
 * The score that those weights make: Σ weight × standing ÷ Σ weight over the indicators that have a value, as the engine
 * computes it. A weight of 0 leaves an indicator out.
 */
export function weigh(indicators: readonly Weighable[], weights: readonly number[]): Weighed {
  const all = indicators.map((indicator, i) => ({ indicator, standing: indicator.standing, weight: weights[i]! }))
  const taking = all.filter(({ weight }) => weight > 0)
  const total = sum(taking.map(({ weight }) => weight))
  const present = sum(taking.filter(({ standing }) => standing !== null).map(({ weight }) => weight))
  const split = (dimension: 'engagement' | 'pillar') => {
    const groups = Map.groupBy(
      taking.filter(({ indicator }) => indicator[dimension] !== undefined),
      ({ indicator }) => indicator[dimension]!,
    )
    return new Map([...groups].sort().map(([group, members]) => [group as string, meanOf(members)]))
  }
  return {
    value: meanOf(taking),
    contributions: all.map(({ weight, standing }) => {
      const known = standing !== null && present > 0
      return {
        own: total === 0 ? 0 : weight / total,
        share: known ? weight / present : null,
        points: known ? (weight * standing) / present : null,
      }
    }),
    by: { engagement: split('engagement'), pillar: split('pillar') },
  }
}

function meanOf(members: readonly { readonly standing: number | null; readonly weight: number }[]): number | null {
  const known = members.filter(({ standing }) => standing !== null)
  if (known.length === 0) return null
  const above = sum(known.map(({ weight, standing }) => weight * standing!))
  // Rounding may carry the mean of values of 100 above it.
  return Math.min(100, above / sum(known.map(({ weight }) => weight)))
}

/** Added up from the smallest, as the engine does. */
const sum = (values: readonly number[]) => values.toSorted((a, b) => a - b).reduce((total, value) => total + value, 0)
