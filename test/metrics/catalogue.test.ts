import { expect, test } from 'vitest'
import { facts } from '../../functions/facts.ts'
import { calculatedOf } from '../../functions/kit/calculated.ts'
import type { FactShape } from '../../functions/kit/fact.ts'
import type { Measure } from '../../functions/kit/metric.ts'
import { formula } from '../../functions/metrics/formula.ts'
import { metrics } from '../../functions/metrics/index.ts'

/**
 * Ids, units, breakdowns and windows are contracts: what goes, or means something else, breaks somebody's sheet. `only`
 * which windows, `not all` of time, days it `waits`, from how `few` cases on it is marked, a total of `one source` alone.
 */
const CATALOGUE = `
  interactions count channel,engagement,kind,pillar,source
  customer_interaction_rate percent channel,engagement,kind,pillar
  active_customers count channel,engagement
  active_customer_share percent channel,engagement
  interactions_per_active_customer ratio channel
  engagement_points points channel,engagement,pillar
  engagement_points_per_customer ratio channel,engagement,pillar
  engagement_score score engagement,indicator,pillar only 1
  customer_initiated_share percent channel
  proactive_contact_share percent channel
  contact_frequency ratio channel
  stickiness percent - only 28
  customers count origin,segment
  sessions count group,source
  engaged_session_rate percent group,source one source
  bounce_rate percent group,source one source
  pages_per_session ratio group,source
  average_session_duration seconds group,source
  new_user_share percent group,source one source
  followers count account,channel
  social_interactions count account,channel,kind,source
  engagement_rate_by_reach percent account,channel,source
  engagement_rate_by_impressions percent account,channel,source
  engagement_rate_by_followers percent account,channel,source
  delivery_rate percent source
  open_rate percent source
  click_rate percent source
  click_to_open_rate percent source
  unsubscribe_rate percent source
  email_response_rate percent source
  tickets_opened count channel
  tickets_solved count channel
  open_tickets count channel
  first_response_time seconds channel
  first_response_time_mean seconds channel
  resolution_time seconds channel
  resolution_time_mean seconds channel
  first_contact_resolution_rate percent channel waits 7
  reopen_rate percent channel waits 7
  nps points source,subject few 30
  csat percent source few 30
  ces score source few 30
  ces_easy_share percent source few 30
  average_rating score source
  reviews count source
  survey_responses count source,survey
  orders count source
  revenue money source
  average_order_value money source
  refund_rate percent source
  repeat_purchase_rate percent -
  repeat_purchase_rate_by_orders percent -
  purchase_frequency ratio -
  customer_lifetime_value money - only all
  new_customers count origin,segment
  churned_customers count origin,segment
  churn_rate percent segment not all
  retention_rate percent segment not all
  tenure days segment
  tenure_mean days segment
  referrals count source
  referral_conversion_rate percent source waits 60
  community_posts count kind
  community_active_members count kind
  cart_abandonment_rate percent source waits 1
  win_rate percent -
  sales_cycle_length days -
  interactions_per_sales_cycle ratio -`
  .trim()
  .split(/\n\s*/)

const contractOf = ({ id, unit, by = [], windows, all, waits, minSample, oneSource }: (typeof metrics)[number]) =>
  [
    ...[id, unit, by.toSorted().join() || '-'],
    ...(windows ? [`only ${windows}`] : []),
    ...(all === false ? ['not all'] : []),
    ...(waits ? [`waits ${waits}`] : []),
    ...(minSample ? [`few ${minSample}`] : []),
    ...(oneSource ? ['one source'] : []),
  ].join(' ')

const measuresOf = (metric: (typeof metrics)[number]): Measure[] =>
  metric.kind === 'ratio' ? [metric.numerator, metric.denominator] : metric.kind === 'score' ? [] : [metric.measure]

test('every metric of the catalogue is declared once, as it stands there, and no other', () => {
  expect(metrics.map(contractOf).sort()).toEqual(CATALOGUE.toSorted())
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
