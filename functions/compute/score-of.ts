import type { Indicator } from '../kit/config.ts'
import { type MetricSnapshot, type NullReason, type Value, type WindowValue, windowName } from '../store/rows.ts'

/** Where an indicator stands, 0 to 100; floor and target are fixed, so that yesterday's score does not change. */
export function componentOf(value: number, { floor, target }: Pick<Indicator, 'floor' | 'target'>): number {
  return Math.min(100, Math.max(0, ((value - floor) / (target - floor)) * 100))
}

/** An indicator's name in the breakdown: `nps.28d`. */
export const indicatorName = ({ metric, window }: Pick<Indicator, 'metric' | 'window'>) =>
  `${metric}.${windowName(window)}`

/**
 * The weighted index of a day: Σ weight × component ÷ Σ weight over the indicators that have a value. Those without
 * lower the coverage, and their weight is shared among the others in proportion.
 * Its `numerator` is the sum of weighted components, its `denominator` the weight they have.
 */
export function scoreOf(score: readonly Indicator[], metrics: Readonly<Record<string, MetricSnapshot>>): WindowValue {
  const found = score.map((indicator) => {
    const value = metrics[indicator.metric]!.windows[windowName(indicator.window)]!
    return { indicator, value, component: value.value === null ? null : componentOf(value.value, indicator) }
  })
  const weight = sum(score.map(({ weight }) => weight))
  const covered = sum(
    found.map(({ component, indicator, value }) => (component === null ? 0 : indicator.weight * value.coverage)),
  )
  const names = score.map(indicatorName)
  const by: Record<string, Record<string, Value>> = {}
  if (found.length > 0) {
    by.indicator = Object.fromEntries(found.map((one, i) => [names[i]!, indexOf([one])]))
    for (const dimension of ['engagement', 'pillar'] as const) {
      const groups = Map.groupBy(
        found.filter(({ indicator }) => indicator[dimension] !== undefined),
        ({ indicator }) => indicator[dimension]!,
      )
      if (groups.size === 0) continue
      by[dimension] = Object.fromEntries([...groups].sort().map(([group, members]) => [group, indexOf(members)]))
    }
  }
  return {
    ...indexOf(found),
    finality: found.every(({ value }) => value.finality === 'final') ? 'final' : 'provisional',
    coverage: weight === 0 ? 0 : covered / weight,
    ...(found.length > 0 && { by }),
  }
}

interface Found {
  readonly indicator: Indicator
  readonly value: WindowValue
  readonly component: number | null
}

function indexOf(found: readonly Found[]): Value {
  const present = found.filter(({ component }) => component !== null)
  if (present.length === 0) {
    const missing = found.some(({ value }) => value.null_reason === 'source_missing')
    const reason: NullReason = missing ? 'source_missing' : 'no_data'
    return { value: null, null_reason: reason, numerator: null, denominator: null }
  }
  const numerator = sum(present.map(({ indicator, component }) => indicator.weight * component!))
  const denominator = sum(present.map(({ indicator }) => indicator.weight))
  // Rounding may carry the mean of values of 100 above it.
  return { value: Math.min(100, numerator / denominator), numerator, denominator }
}

/** Added up from the smallest, so that the order of indicators does not show in the last digit. */
const sum = (values: readonly number[]) => values.toSorted((a, b) => a - b).reduce((total, value) => total + value, 0)
