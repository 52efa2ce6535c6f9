import type { ConfigData } from '../kit/config.ts'
import { invalid } from '../kit/errors.ts'
import type { Metric } from '../kit/metric.ts'

/**
 * What a config cannot know by itself: which metrics there are, and in which windows they have a meaning. And that no
 * two indicators are the same one: in the breakdown they would have one name.
 * @throws `invalid` naming the indicator, or both
 */
export function checkScore({ score }: Pick<ConfigData, 'score'>, metrics: readonly Metric[]): void {
  for (const [i, { metric: id, window, weight }] of score.entries()) {
    const first = score.findIndex((one) => one.metric === id && one.window === window)
    if (first !== i) {
      throw invalid(
        `config: score: two indicators are ${id} with window ${window}: number ${first + 1} (weight ${score[first]!.weight}) and number ${i + 1} (weight ${weight}); expected each once: make them one, or give one another window`,
      )
    }
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
