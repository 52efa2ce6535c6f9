import type { Indicator } from './oracle-facts.ts'
import type { Expected } from './oracle-values.ts'

/** The weighted index: indicators from 0 at their floor to 100 at their target, those without a value left out. */
export function scoreOf(score: readonly Indicator[], read: (one: Indicator) => Expected): Expected {
  const found = score.map((indicator) => {
    const { value, null_reason } = read(indicator)
    const { floor, target } = indicator
    const at = value === null ? null : Math.max(0, Math.min(100, ((value - floor) / (target - floor)) * 100))
    return { indicator, at, null_reason }
  })
  const index = (some: typeof found): Expected => {
    const valued = some.filter(({ at }) => at !== null)
    if (valued.length === 0) {
      const missing = some.some(({ null_reason }) => null_reason === 'source_missing')
      const reason = missing ? 'source_missing' : 'no_data'
      return { value: null, null_reason: reason, numerator: null, denominator: null }
    }
    const sum = (values: number[]) => values.sort((a, b) => a - b).reduce((total, value) => total + value, 0)
    const numerator = sum(valued.map(({ indicator, at }) => indicator.weight * at!))
    const denominator = sum(valued.map(({ indicator }) => indicator.weight))
    return { value: Math.min(100, numerator / denominator), numerator, denominator }
  }
  if (found.length === 0) return index([])
  const by: NonNullable<Expected['by']> = {
    indicator: Object.fromEntries(
      found.map((one) => {
        const { metric, window } = one.indicator
        return [`${metric}.${window === 'all' ? 'all' : `${window}d`}`, index([one])]
      }),
    ),
  }
  for (const dimension of ['engagement', 'pillar'] as const) {
    const names = [...new Set(found.flatMap(({ indicator }) => indicator[dimension] ?? []))]
    if (names.length === 0) continue
    by[dimension] = Object.fromEntries(
      names.map((name) => [name, index(found.filter(({ indicator }) => indicator[dimension] === name))]),
    )
  }
  return { ...index(found), by }
}
