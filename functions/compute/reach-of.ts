import type { ConfigData } from '../kit/config.ts'
import type { Metric } from '../kit/metric.ts'
import { windowsOf } from '../kit/windows-of.ts'

/** How far back values look: the longest window in days (null for all of time), and the days that facts are needed for. */
export function reachOf(
  metrics: readonly Metric[],
  config: Pick<ConfigData, 'windows' | 'score' | 'churn'>,
): { longest: number | null; reach: number } {
  const windows = metrics.flatMap((metric) => windowsOf(metric, config))
  const days = Math.max(1, ...windows.filter((window) => window !== 'all'))
  const inactive = config.churn === 'contractual' ? 0 : config.churn.inactiveDays + 1
  return { longest: windows.includes('all') ? null : days, reach: days + inactive }
}
