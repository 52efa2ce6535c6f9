import type { ConfigData } from './config.ts'
import type { Metric } from './metric.ts'

/** The windows under which a metric is shown: its own or the config's, and those in which the score looks at it. */
export function windowsOf(
  metric: Metric,
  { windows, score }: Pick<ConfigData, 'windows' | 'score'>,
): readonly (number | 'all')[] {
  const own = metric.windows ?? windows.filter((window) => window !== 'all' || metric.all !== false)
  return [...new Set([...own, ...score.filter((one) => one.metric === metric.id).map(({ window }) => window)])]
}
