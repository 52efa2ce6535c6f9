import { factsOf } from '../analysis/late-sources.ts'
import type { ConfigData } from '../kit/config.ts'
import type { Metric } from '../kit/metric.ts'

/** Ids of the sources whose data a metric rests on: those that yield a fact which it reads. */
export function inputsOf(
  metric: Metric,
  { sources, score }: Pick<ConfigData, 'sources' | 'score'>,
  metrics: readonly Metric[],
): string[] {
  const read = factsOf(metric, score, metrics)
  return sources
    .filter(({ streams }) => streams.some(({ facts }) => facts === null || facts.some((fact) => read.has(fact))))
    .map(({ id }) => id)
}
