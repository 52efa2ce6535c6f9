import type { ConfigData } from './config.ts'
import { invalid } from './errors.ts'
import type { Metric } from './metric.ts'

/**
 * What a config cannot know by itself: which metrics there are.
 * @throws `invalid` naming the target's metric
 */
export function checkTargets({ targets }: Pick<ConfigData, 'targets'>, metrics: readonly Metric[]): void {
  const known = metrics.map(({ id }) => id)
  const unknown = Object.keys(targets).find((id) => !known.includes(id))
  if (unknown !== undefined) {
    throw invalid(`config: targets: '${unknown}' is no metric; expected one of ${known.join(', ')}`)
  }
}
