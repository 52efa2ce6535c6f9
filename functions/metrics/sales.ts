import { carts, deals } from '../facts.ts'
import { withColumns } from '../kit/calculated.ts'
import { count, known, ratio, sum } from '../kit/metric.ts'

const baskets = withColumns(carts, {
  abandoned: {
    description: 'not completed within 24 hours of being opened (by the next day, where only days are known)',
    sql: `completed IS NULL OR CASE WHEN length(opened) = 10 OR length(completed) = 10 THEN day_of(completed) > day_of(opened) + 1 ELSE seconds_between(opened, completed) > 86400 END`,
  },
})

const sales = withColumns(deals, {
  cycle_days: {
    description: 'days from opening to closing',
    sql: 'CASE WHEN length(opened) = 10 OR length(closed) = 10 THEN day_of(closed) - day_of(opened) ELSE seconds_between(opened, closed) / 86400 END',
  },
  touches: {
    description: 'interactions that name the deal and came before it closed',
    sql: 'interactions_before',
  },
})

export const cartAbandonmentRate = ratio({
  id: 'cart_abandonment_rate',
  title: 'Cart abandonment rate',
  unit: 'percent',
  direction: 'down',
  definition:
    'Of 100 carts opened in the window, how many were not completed within 24 hours. Provisional until those have passed.',
  numerator: count(baskets, 'id', { abandoned: true }),
  denominator: count(baskets, 'id'),
  per: 100,
  by: ['source'],
  waits: 1,
})

const closing = { on: 'closed' } as const

export const winRate = ratio({
  id: 'win_rate',
  title: 'Win rate',
  unit: 'percent',
  direction: 'up',
  definition: 'Of 100 deals closed in the window, how many were won.',
  numerator: count(sales, 'id', { won: true }, closing),
  denominator: count(sales, 'id', { won: known }, closing),
  per: 100,
})

export const salesCycleLength = ratio({
  id: 'sales_cycle_length',
  title: 'Sales cycle length',
  unit: 'days',
  direction: 'down',
  definition: 'Days from opening to closing of the deals won in the window, divided by their number.',
  numerator: sum(sales, 'cycle_days', { won: true }, closing),
  denominator: count(sales, 'id', { won: true }, closing),
})

export const interactionsPerSalesCycle = ratio({
  id: 'interactions_per_sales_cycle',
  title: 'Interactions per sales cycle',
  unit: 'ratio',
  direction: null,
  definition:
    'Interactions on the deals closed in the window, won or lost, from before they closed, divided by the number of those deals. One that concerns two deals counts for both.',
  numerator: sum(sales, 'touches', { won: known }, closing),
  denominator: count(sales, 'id', { won: known }, closing),
})
