import type { ConfigData } from '../kit/config.ts'
import type { Metric } from '../kit/metric.ts'

/** What the page shows first where the config does not say: one or two of every subject. */
export const defaultHeadline: readonly string[] = [
  'customer_interaction_rate',
  'engagement_score',
  'active_customers',
  'nps',
  'csat',
  'churn_rate',
  'revenue',
  'first_response_time',
]

/** Ids of the metrics that the page shows first, in that order; only of those there are. */
export function headlineOf({ dashboard }: Pick<ConfigData, 'dashboard'>, metrics: readonly Metric[]): string[] {
  const known = new Set(metrics.map(({ id }) => id))
  return (dashboard?.headline ?? defaultHeadline).filter((id) => known.has(id))
}
