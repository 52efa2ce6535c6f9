import type { ConfigData } from '../kit/config.ts'
import { invalid } from '../kit/errors.ts'
import type { Metric } from '../kit/metric.ts'

/**
 * What a config cannot know by itself: which metrics there are, and in which windows they have a meaning.
 * @throws `invalid` naming the indicator
 */
export function checkScore({ score }: Pick<ConfigData, 'score'>, metrics: readonly Metric[]): void {
  for (const { metric: id, window } of score) {
    const metric = metrics.find((one) => one.id === id)
    if (!metric || metric.kind === 'score') {
      const known = metrics.filter(({ kind }) => kind !== 'score').map(({ id }) => id)
      throw invalid(`config: score: '${id}' is no metric; expected one of ${known.join(', ')}`)
    }
    const only = metric.windows
    if ((only && !only.includes(window)) || (window === 'all' && metric.all === false)) {
      const expected = only ? only.join(', ') : 'a number of days'
      throw invalid(`config: score: ${id} has no window ${window}; expected ${expected}`)
    }
  }
}
