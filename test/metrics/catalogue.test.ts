import { expect, test } from 'vitest'
import { facts } from '../../functions/facts.ts'
import { calculatedOf } from '../../functions/kit/calculated.ts'
import type { FactShape } from '../../functions/kit/fact.ts'
import type { Measure } from '../../functions/kit/metric.ts'
import { formula } from '../../functions/metrics/formula.ts'
import { metrics } from '../../functions/metrics/index.ts'

/** Ids are contracts: one that goes, or means something else, breaks somebody's sheet. */
const CATALOGUE = `
  interactions customers customer_interaction_rate active_customers active_customer_share
  interactions_per_active_customer engagement_points engagement_points_per_customer engagement_score
  customer_initiated_share proactive_contact_share contact_frequency stickiness
  sessions engaged_session_rate bounce_rate pages_per_session average_session_duration new_user_share
  followers social_interactions engagement_rate_by_reach engagement_rate_by_impressions engagement_rate_by_followers
  delivery_rate open_rate click_rate click_to_open_rate unsubscribe_rate email_response_rate
  tickets_opened tickets_solved open_tickets first_response_time first_response_time_mean
  resolution_time resolution_time_mean first_contact_resolution_rate reopen_rate
  nps csat ces ces_easy_share average_rating reviews survey_responses
  orders revenue average_order_value refund_rate repeat_purchase_rate repeat_purchase_rate_by_orders
  purchase_frequency cart_abandonment_rate customer_lifetime_value
  new_customers churned_customers churn_rate retention_rate tenure tenure_mean
  win_rate sales_cycle_length interactions_per_sales_cycle
  referrals referral_conversion_rate community_posts community_active_members`
  .trim()
  .split(/\s+/)

const measuresOf = (metric: (typeof metrics)[number]): Measure[] =>
  metric.kind === 'ratio' ? [metric.numerator, metric.denominator] : metric.kind === 'score' ? [] : [metric.measure]

test('every metric of the catalogue is declared once, and no other', () => {
  expect(metrics.map(({ id }) => id).sort()).toEqual([...CATALOGUE].sort())
})

test.each(metrics.map((metric) => [metric.id, metric] as const))('%s says what it is', (_, metric) => {
  expect(metric.id).toMatch(/^[a-z][a-z0-9_]{1,63}$/)
  expect(metric.definition).toMatch(/^[A-Z].{20,}\.$/s)
  expect(formula(metric)).not.toMatch(/undefined|\[object/)
  if (metric.unit === 'percent') expect(metric.kind === 'ratio' && metric.per).toBe(100)
  for (const { fact } of measuresOf(metric)) {
    const known: Readonly<Record<string, FactShape>> = facts
    expect(known[fact.name]).toBeDefined()
    for (const { description } of Object.values(calculatedOf(fact))) expect(description).toMatch(/\S{3}/)
  }
})

test('no two metrics of one unit have the same formula', () => {
  const formulas = metrics.map((metric) => `${formula(metric)} by ${metric.windows?.join() ?? ''}`)
  expect(new Set(formulas).size).toBe(metrics.length)
})
