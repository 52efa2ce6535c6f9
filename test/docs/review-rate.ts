import { interactions, orders } from '../../functions/facts.ts'
import { count, ratio, sum } from '../../functions/kit/metric.ts'

export const reviewRate = ratio({
  id: 'review_rate',
  title: 'Review rate',
  unit: 'percent',
  direction: 'up',
  definition: 'Reviews per 100 orders, each on its own day. It can exceed 100: an order may have several reviews.',
  numerator: sum(interactions, 'count', { kind: 'review' }),
  denominator: count(orders, 'id', { kind: 'order' }),
  per: 100,
  by: ['channel'],
})
