import { customers, interactions, referrals } from '../facts.ts'
import {
  cohort,
  count,
  distinct,
  distinctCount,
  joined,
  kept,
  known,
  left,
  lost,
  median,
  population,
  ratio,
  sum,
  tenure,
  total,
} from '../kit/metric.ts'

export const newCustomers = total({
  id: 'new_customers',
  title: 'New customers',
  unit: 'count',
  direction: 'up',
  definition: 'People whose first time as a customer began. Somebody who comes back is not new.',
  measure: joined(customers),
  by: ['origin', 'segment'],
})

export const churnedCustomers = distinctCount({
  id: 'churned_customers',
  title: 'Churned customers',
  unit: 'count',
  direction: 'down',
  definition:
    'People who stopped being customers in the window and are not back by its end: their contract ended or, where the config counts by inactivity, they had done nothing for that many days.',
  measure: left(customers),
  by: ['origin', 'segment'],
})

export const churnRate = ratio({
  id: 'churn_rate',
  title: 'Churn rate',
  unit: 'percent',
  direction: 'down',
  definition:
    'Of 100 customers there were just before the window, how many are gone at its end. Customers won in between do not count; who left and came back is not lost.',
  numerator: lost(customers),
  denominator: cohort(customers),
  per: 100,
  by: ['segment'],
  all: false,
})

export const retentionRate = ratio({
  id: 'retention_rate',
  title: 'Retention rate',
  unit: 'percent',
  direction: 'up',
  definition:
    'Of 100 customers there were just before the window, how many are customers at its end. Customers won in between do not count.',
  numerator: kept(customers),
  denominator: cohort(customers),
  per: 100,
  by: ['segment'],
  all: false,
})

export const tenureMedian = median({
  id: 'tenure',
  title: 'Tenure',
  unit: 'days',
  direction: 'up',
  definition:
    'Half of the customers present have been so for less, half for longer, since their present time as a customer began. It is no lifetime: those who left are not in it.',
  measure: tenure(customers, 0.5),
  by: ['segment'],
})

export const tenureMean = ratio({
  id: 'tenure_mean',
  title: 'Tenure, mean',
  unit: 'days',
  direction: 'up',
  definition:
    'Days for which the customers present have been so, divided by their number. It rises when nobody new comes.',
  numerator: tenure(customers),
  denominator: population(customers),
  by: ['segment'],
})

export const referralCount = total({
  id: 'referrals',
  title: 'Referrals',
  unit: 'count',
  direction: 'up',
  definition: 'How often a customer brought somebody.',
  measure: count(referrals, 'id'),
  by: ['source'],
})

/** Days in which a referral may still convert. */
const CONVERSION_DAYS = 60

export const referralConversionRate = ratio({
  id: 'referral_conversion_rate',
  title: 'Referral conversion rate',
  unit: 'percent',
  direction: 'up',
  definition:
    'Of 100 referrals made in the window, how many have become customers so far. Provisional for 60 days, while more may.',
  numerator: count(referrals, 'id', { converted: known }),
  denominator: count(referrals, 'id'),
  per: 100,
  by: ['source'],
  waits: CONVERSION_DAYS,
})

const inCommunity = { channel: 'community', kind: ['topic', 'post', 'reply'] } as const

export const communityPosts = total({
  id: 'community_posts',
  title: 'Community posts',
  unit: 'count',
  direction: 'up',
  definition: 'Topics, posts and replies in the community.',
  measure: sum(interactions, 'count', inCommunity),
  by: ['kind'],
})

export const communityActiveMembers = distinctCount({
  id: 'community_active_members',
  title: 'Active community members',
  unit: 'count',
  direction: 'up',
  definition: 'How many different people did something in the community, whatever it was.',
  measure: distinct(interactions, 'customer', { channel: 'community', actor: 'customer' }),
  by: ['kind'],
})
