import type { ConfigData } from '../kit/config.ts'
import type { Metric } from '../kit/metric.ts'
import type { Snapshot } from '../store/rows.ts'
import type { LateSource } from './anomaly.ts'

/** Facts from which compute derives interactions. */
export const makeInteractions: readonly string[] = [
  'interactions',
  'orders',
  'responses',
  'tickets',
  'referrals',
  'posts',
]

const STATUS = { source_failed: 'failed', source_missing: 'missing', source_late: 'late' } as const

/** Sources that had not told all about a day, of those whose facts a metric reads. */
export function lateSources(
  metric: Metric,
  { warnings }: Pick<Snapshot, 'warnings'>,
  { sources, score }: Pick<ConfigData, 'sources' | 'score'>,
  metrics: readonly Metric[],
): LateSource[] {
  const facts = factsOf(metric, score, metrics)
  const found = new Map<string, LateSource>()
  for (const [code, status] of Object.entries(STATUS)) {
    for (const warning of warnings) {
      const { source, stream } = warning
      if (warning.code !== code || source === undefined || found.has(source)) continue
      const streams = sources.find(({ id }) => id === source)?.streams ?? []
      const feeds = streams.some(
        ({ name, facts: yields }) =>
          (stream === undefined || name === stream) && (yields === null || yields.some((fact) => facts.has(fact))),
      )
      if (feeds) found.set(source, { source, status })
    }
  }
  return [...found.values()]
}

/** Names of the facts that a metric rests on. */
export function factsOf(metric: Metric, score: ConfigData['score'], metrics: readonly Metric[]): ReadonlySet<string> {
  if (metric.kind === 'score') {
    const indicators = metrics.filter(({ id, kind }) => kind !== 'score' && score.some((one) => one.metric === id))
    return new Set(indicators.flatMap((one) => [...factsOf(one, [], [])]))
  }
  const measures = metric.kind === 'ratio' ? [metric.numerator, metric.denominator] : [metric.measure]
  return new Set(measures.flatMap(({ fact }) => (fact.name === 'interactions' ? makeInteractions : [fact.name])))
}
