import { customers, interactions } from '../facts.ts'
import { distinct, distinctCount, points, population, ratio, sum, total } from '../kit/metric.ts'

const acted = { actor: 'customer' } as const

export const interactionCount = total({
  id: 'interactions',
  title: 'Interactions',
  unit: 'count',
  direction: 'up',
  definition:
    'How often somebody did something with the business. Purchases, answers, tickets, referrals and reactions to posts count; deliveries, sends, impressions and views do not.',
  measure: sum(interactions, 'count'),
  by: ['channel', 'kind', 'engagement', 'pillar', 'source'],
})

export const customerInteractionRate = ratio({
  id: 'customer_interaction_rate',
  title: 'Customer Interaction Rate',
  unit: 'percent',
  direction: 'up',
  definition: 'Interactions per 100 customers. It can exceed 100: it counts interactions, not people.',
  numerator: sum(interactions, 'count'),
  denominator: population(customers),
  per: 100,
  by: ['channel', 'kind', 'engagement', 'pillar'],
})

export const activeCustomers = distinctCount({
  id: 'active_customers',
  title: 'Active customers',
  unit: 'count',
  direction: 'up',
  definition:
    'How many different people did something themselves at least once, whether or not they are customers yet.',
  measure: distinct(interactions, 'customer', acted),
  by: ['channel', 'engagement'],
})

export const activeCustomerShare = ratio({
  id: 'active_customer_share',
  title: 'Active customer share',
  unit: 'percent',
  direction: 'up',
  definition: 'Of 100 customers, how many did something themselves at least once. It never exceeds 100.',
  numerator: distinct(interactions, 'customer', acted, 'population'),
  denominator: population(customers),
  per: 100,
  by: ['channel', 'engagement'],
})

export const engagementPoints = total({
  id: 'engagement_points',
  title: 'Engagement points',
  unit: 'points',
  direction: 'up',
  definition:
    'Interactions weighted by what they are worth to you; the weights stand in the config, what is not listed has none.',
  measure: points(interactions),
  by: ['channel', 'engagement', 'pillar'],
})

export const engagementPointsPerCustomer = ratio({
  id: 'engagement_points_per_customer',
  title: 'Engagement points per customer',
  unit: 'ratio',
  direction: 'up',
  definition:
    'Engagement points divided by the number of customers, so that growth of the customer base alone changes nothing.',
  numerator: points(interactions),
  denominator: population(customers),
  by: ['channel', 'engagement', 'pillar'],
})
