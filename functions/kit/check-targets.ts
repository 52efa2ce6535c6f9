import type { ConfigData } from './config.ts'
import { invalid } from './errors.ts'
import type { Metric } from './metric.ts'

/**
 * What a config cannot know by itself: whether there are the metrics that its targets and its headline name.
 * @throws `invalid` naming the one that does not exist
 */
export function checkTargets(
  { targets, dashboard }: Pick<ConfigData, 'targets' | 'dashboard'>,
  metrics: readonly Metric[],
): void {
  const known = metrics.map(({ id }) => id)
  const named: Readonly<Record<string, readonly string[]>> = {
    targets: Object.keys(targets),
    'dashboard.headline': dashboard?.headline ?? [],
  }
  for (const [where, ids] of Object.entries(named)) {
    const unknown = ids.find((id) => !known.includes(id))
    if (unknown !== undefined) {
      throw invalid(`config: ${where}: '${unknown}' is no metric; expected one of ${known.join(', ')}`)
    }
  }
}
