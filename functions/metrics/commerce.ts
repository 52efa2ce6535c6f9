import { orders } from '../facts.ts'
import { withColumns } from '../kit/calculated.ts'
import { count, distinct, known, ratio, repeated, sum, total } from '../kit/metric.ts'

const money = withColumns(orders, {
  returned: { description: 'what went back to the customer', sql: '-amount' },
})

const bought = { kind: 'order' } as const

export const orderCount = total({
  id: 'orders',
  title: 'Orders',
  unit: 'count',
  direction: 'up',
  definition: 'How many orders were placed. Renewals and refunds are no orders; an order of several lines counts once.',
  measure: count(orders, 'id', bought),
  by: ['source'],
})

export const revenue = total({
  id: 'revenue',
  title: 'Revenue',
  unit: 'money',
  direction: 'up',
  definition: 'What customers paid for orders and renewals, less refunds, each on its own day.',
  measure: sum(orders, 'amount'),
  by: ['source'],
})

export const averageOrderValue = ratio({
  id: 'average_order_value',
  title: 'Average order value',
  unit: 'money',
  direction: 'up',
  definition: 'What customers paid for orders, before refunds, divided by the number of orders.',
  numerator: sum(orders, 'amount', bought),
  denominator: count(orders, 'id', bought),
  by: ['source'],
})

export const repeatPurchaseRate = ratio({
  id: 'repeat_purchase_rate',
  title: 'Repeat purchase rate',
  unit: 'percent',
  direction: 'up',
  definition: 'Of 100 people who ordered, how many ordered on at least two different days of the window.',
  numerator: repeated(orders, 'customer', { times: 2, of: 'day', where: bought }),
  denominator: distinct(orders, 'customer', bought),
  per: 100,
})

export const repeatPurchaseRateByOrders = ratio({
  id: 'repeat_purchase_rate_by_orders',
  title: 'Repeat purchase rate, by orders',
  unit: 'percent',
  direction: 'up',
  definition: 'Of 100 people who ordered, how many placed at least two orders in the window, be it on the same day.',
  numerator: repeated(orders, 'customer', { times: 2, of: 'id', where: bought }),
  denominator: distinct(orders, 'customer', bought),
  per: 100,
})

export const purchaseFrequency = ratio({
  id: 'purchase_frequency',
  title: 'Purchase frequency',
  unit: 'ratio',
  direction: 'up',
  definition: 'Orders whose buyer is known, divided by the number of those buyers.',
  numerator: count(orders, 'id', { ...bought, customer: known }),
  denominator: distinct(orders, 'customer', bought),
})

export const refundRate = ratio({
  id: 'refund_rate',
  title: 'Refund rate',
  unit: 'percent',
  direction: 'down',
  definition:
    'Money that went back in the window per 100 paid for orders in it, each on its own day: a refund may be of an earlier order.',
  numerator: sum(money, 'returned', { kind: 'refund' }),
  denominator: sum(money, 'amount', bought),
  per: 100,
  by: ['source'],
})

const paid = { kind: ['order', 'renewal'], customer: known } as const

export const customerLifetimeValue = ratio({
  id: 'customer_lifetime_value',
  title: 'Customer lifetime value',
  unit: 'money',
  direction: 'up',
  definition:
    'What known buyers have paid for orders and renewals so far, before refunds, divided by their number. It looks back and predicts nothing.',
  numerator: sum(orders, 'amount', paid),
  denominator: distinct(orders, 'customer', paid),
  windows: ['all'],
})
