import { type Metric, valuelessKinds } from '../kit/metric.ts'
import type { WindowValue } from '../store/rows.ts'

/**
 * A metric's value in one channel. A channel that the breakdown does not name had nothing: 0 where that is a number of
 * things, or a ratio whose denominator is the same for every channel; null where it is none, and where the whole is null.
 */
export function channelValue(metric: Metric, whole: WindowValue, channel: string): number | null {
  if (whole.value === null && !(whole.denominator === 0)) return null
  const segments = whole.by?.channel ?? {}
  const found = segments[channel]
  if (found) return found.value
  if (metric.kind === 'score') return null
  if (metric.kind !== 'ratio') return valuelessKinds.includes(metric.measure.kind) ? null : 0
  if (!whole.denominator || valuelessKinds.includes(metric.numerator.kind)) return null
  return Object.values(segments).every(({ denominator }) => denominator === whole.denominator) ? 0 : null
}
