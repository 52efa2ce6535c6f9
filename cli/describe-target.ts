import { isReached } from '../functions/analysis/target.ts'
import type { Metric } from '../functions/kit/metric.ts'
import type { WindowName, WindowValue } from '../functions/store/rows.ts'

/** A metric's target, as the API lists it. */
export interface Target {
  readonly target?: number
  readonly target_window?: WindowName
  readonly direction: Metric['direction']
}

/**
 * A target in words, with whether the value has reached it; null where there is none.
 * @param say puts a value of the metric into words
 */
export function describeTarget(
  { target, target_window, direction }: Target,
  windows: { readonly [window: WindowName]: WindowValue },
  say: (value: number) => string,
): string | null {
  if (target === undefined || target_window === undefined) return null
  const at = `${say(target)} (${target_window})`
  const value = windows[target_window]
  const reached = value ? isReached(value, target, direction) : null
  if (!value || reached === null) return at
  const open = value.finality === 'provisional' || value.coverage < 1
  return `${at} ${reached ? 'reached' : 'not reached'}${open ? ' so far' : ''}`
}
