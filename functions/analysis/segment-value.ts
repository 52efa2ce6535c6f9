import { type Metric, valuelessKinds } from '../kit/metric.ts'
import type { Value, WindowValue } from '../store/rows.ts'

/**
 * A metric's value in one segment. One that the breakdown does not name had nothing: 0 where that is a number of things,
 * or a ratio whose denominator is the same for every segment; null where it is none, and where the whole is null.
 */
export function segmentValue(metric: Metric, whole: WindowValue, dimension: string, key: string): Value {
  if (whole.value === null && whole.denominator !== 0) {
    return { value: null, null_reason: whole.null_reason ?? 'no_data' }
  }
  const segments = whole.by?.[dimension] ?? {}
  const found = Object.hasOwn(segments, key) ? segments[key] : undefined
  if (found) return found
  const unknown: Value = { value: null, null_reason: 'no_data' }
  if (metric.kind === 'score') return unknown
  if (metric.kind !== 'ratio') return valuelessKinds.includes(metric.measure.kind) ? unknown : { value: 0 }
  const { denominator } = whole
  if (!denominator || valuelessKinds.includes(metric.numerator.kind)) return unknown
  const shared = Object.values(segments).every((one) => one.denominator === denominator)
  return shared ? { value: 0, numerator: 0, denominator } : unknown
}
