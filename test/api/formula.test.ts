import { expect, test } from 'vitest'
import { customers, interactions, orders } from '../../functions/facts.ts'
import {
  count,
  distinct,
  distinctCount,
  level,
  type Metric,
  points,
  population,
  ratio,
  repeated,
  sum,
  total,
} from '../../functions/kit/metric.ts'
import { formula } from '../../functions/metrics/formula.ts'
import { metrics } from '../../functions/metrics/index.ts'

const shown = { id: 'a', title: 'A', unit: 'count', direction: 'up', definition: 'a' } as const

test.each<[string, Metric]>([
  ['Σ interactions.count', total({ ...shown, measure: sum(interactions, 'count') })],
  [
    'Σ orders.amount where kind in (order, refund) and currency = EUR',
    total({ ...shown, measure: sum(orders, 'amount', { kind: ['order', 'refund'], currency: 'EUR' }) }),
  ],
  ['number of orders.id where kind = order', total({ ...shown, measure: count(orders, 'id', { kind: 'order' }) })],
  ['Σ weight × interactions.count', total({ ...shown, measure: points(interactions) })],
  ['customers at the end', level({ ...shown, measure: population(customers) })],
  [
    'distinct interactions.customer where actor = customer',
    distinctCount({ ...shown, measure: distinct(interactions, 'customer', { actor: 'customer' }) }),
  ],
  [
    '(distinct interactions.customer where actor = customer among the customers at the end) ÷ customers at the end × 100',
    ratio({
      ...shown,
      numerator: distinct(interactions, 'customer', { actor: 'customer' }, { among: 'population' }),
      denominator: population(customers),
      per: 100,
    }),
  ],
  [
    '(Σ weight × interactions.count) ÷ customers at the end',
    ratio({ ...shown, numerator: points(interactions), denominator: population(customers) }),
  ],
  [
    '(distinct orders.customer with ≥ 2 distinct days where kind = order) ÷ (distinct orders.customer where kind = order) × 100',
    ratio({
      ...shown,
      numerator: repeated(orders, 'customer', { times: 2, of: 'day', where: { kind: 'order' } }),
      denominator: distinct(orders, 'customer', { kind: 'order' }),
      per: 100,
    }),
  ],
  [
    'distinct orders.customer with ≥ 2 distinct orders.id',
    distinctCount({ ...shown, measure: repeated(orders, 'customer', { times: 2, of: 'id' }) }),
  ],
])('%s', (text, metric) => {
  expect(formula(metric)).toBe(text)
})

test('every metric of the catalogue has a formula, and no two the same', () => {
  const formulas = metrics.map(formula)
  expect(new Set(formulas).size).toBe(metrics.length)
  for (const text of formulas) expect(text).not.toMatch(/undefined|\[object/)
})
