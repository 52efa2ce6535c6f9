import { orders } from '../facts.ts'
import { count, distinct, ratio, repeated, sum, total } from '../kit/metric.ts'

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
