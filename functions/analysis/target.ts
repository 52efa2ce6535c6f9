import type { Metric } from '../kit/metric.ts'
import type { WindowValue } from '../store/rows.ts'

/** Whether a value has reached its target, the way that is good; null where there is no value, or neither way is good. */
export function isReached(
  { value }: Pick<WindowValue, 'value'>,
  target: number,
  direction: Metric['direction'],
): boolean | null {
  if (value === null || direction === null) return null
  return direction === 'up' ? value >= target : value <= target
}
