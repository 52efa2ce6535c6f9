import { customers, interactions } from '../facts.ts'
import { distinct, distinctCount, known, points, population, ratio, score, sum, total } from '../kit/metric.ts'

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
  numerator: distinct(interactions, 'customer', acted, { among: 'population' }),
  denominator: population(customers),
  per: 100,
  by: ['channel', 'engagement'],
})

export const interactionsPerActiveCustomer = ratio({
  id: 'interactions_per_active_customer',
  title: 'Interactions per active customer',
  unit: 'ratio',
  direction: 'up',
  definition: 'Interactions whose person is known, divided by the number of people who did something themselves.',
  numerator: sum(interactions, 'count', { customer: known }),
  denominator: distinct(interactions, 'customer', acted),
  by: ['channel'],
})

/** Twenty-eight days hold every day of the week four times. */
const STICKY_DAYS = 28

export const stickiness = ratio({
  id: 'stickiness',
  title: 'Stickiness',
  unit: 'percent',
  direction: 'up',
  definition:
    'Of 100 people who did something in 28 days, how many do so on an average day. It says little about what people need once a month.',
  numerator: distinct(interactions, 'customer', acted, { mean: 'day' }),
  denominator: distinct(interactions, 'customer', acted),
  per: 100,
  windows: [STICKY_DAYS],
})

export const customerInitiatedShare = ratio({
  id: 'customer_initiated_share',
  title: 'Customer-initiated share',
  unit: 'percent',
  direction: 'up',
  definition: 'Of 100 interactions of which it is known who began them, how many the customer began.',
  numerator: sum(interactions, 'count', { initiator: 'customer' }),
  denominator: sum(interactions, 'count', { initiator: known }),
  per: 100,
  by: ['channel'],
})

const contacts = ['ticket', 'chat', 'call', 'message', 'meeting'] as const

export const proactiveContactShare = ratio({
  id: 'proactive_contact_share',
  title: 'Proactive contact share',
  unit: 'percent',
  direction: 'up',
  definition:
    'Of 100 tickets, chats, calls, messages and meetings of which it is known who began them, how many the company began. It is a share of all, not a ratio of yours to theirs.',
  numerator: sum(interactions, 'count', { kind: contacts, initiator: 'company' }),
  denominator: sum(interactions, 'count', { kind: contacts, initiator: known }),
  per: 100,
  by: ['channel'],
})

const contacted = { kind: ['ticket', 'chat', 'call', 'message'], actor: 'customer', customer: known } as const

export const contactFrequency = ratio({
  id: 'contact_frequency',
  title: 'Contact frequency',
  unit: 'ratio',
  direction: 'down',
  definition:
    'Tickets, chats, calls and messages by known people, divided by the number of those people. People who never asked are not in it.',
  numerator: sum(interactions, 'count', contacted),
  denominator: distinct(interactions, 'customer', contacted),
  by: ['channel'],
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

export const engagementScore = score({
  id: 'engagement_score',
  title: 'Engagement score',
  unit: 'score',
  direction: 'up',
  definition:
    'The indicators that you chose, each from 0 at its floor to 100 at its target, weighted. The weight of an indicator without a value is shared among the others, and the coverage says so.',
  by: ['indicator', 'engagement', 'pillar'],
  windows: [1],
})
