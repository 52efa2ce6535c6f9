import { expect, test } from 'vitest'
import { compute } from '../../functions/compute/compute.ts'
import { interactions, orders } from '../../functions/facts.ts'
import { configData } from '../../functions/kit/config.ts'
import { day } from '../../functions/kit/day.ts'
import { formula } from '../../functions/metrics/formula.ts'
import { deploy } from '../compute/deployment.ts'
import { record, vendor } from '../compute/vendor.ts'
import { reviewRate } from './review-rate.ts'

const NOW = new Date('2026-11-20T06:00:00Z')

test('the formula follows from the declaration', () => {
  expect(formula(reviewRate)).toBe(
    '(Σ interactions.count where kind = review) ÷ (number of orders.id where kind = order) × 100',
  )
})

test('30 orders and 12 reviews are 40; of a day without orders it says nothing', async () => {
  const shop = vendor('shop', { sales: { kind: 'whole', facts: ['orders'] } })
  const forum = vendor('forum', { posts: { kind: 'whole', facts: ['interactions'] } })
  const order = (n: number) => orders({ id: `o${n}`, at: '2026-11-18', amount: 100, currency: 'EUR', kind: 'order' })
  const said = (n: number) =>
    interactions({
      at: n < 10 ? '2026-11-19' : '2026-11-18',
      channel: n < 3 ? 'social' : 'review',
      kind: n < 12 ? 'review' : 'comment',
    })
  const thirty = Array.from({ length: 30 }, (_, n) => n)
  // The last line belongs to the first order.
  shop.put(
    'sales',
    [...thirty, 0].map((n, line) => record(order(n), `line ${line}`)),
  )
  forum.put(
    'posts',
    thirty.map((n) => record(said(n), `post ${n}`)),
  )

  await using home = await deploy({ vendors: [shop, forum], windows: [1, 7] }, NOW.toISOString())
  await home.collect({ from: '2026-11-18', to: '2026-11-19' })
  const { store, config } = home
  await compute(
    { store, config: configData(config), metrics: [reviewRate], now: () => NOW, holder: 'test' },
    { task: 'compute', from: day('2026-11-18'), to: day('2026-11-19') },
    { awsRequestId: 'test', getRemainingTimeInMillis: () => 900_000 },
  )
  const { windows } = (await home.snapshot('2026-11-19')).metrics.review_rate!
  expect(windows['7d']).toMatchObject({ value: 40, numerator: 12, denominator: 30 })
  expect(windows['7d']!.by).toMatchObject({ channel: { social: { value: 10 }, review: { value: 30 } } })
  expect(windows['1d']).toMatchObject({ value: null, null_reason: 'zero_denominator', numerator: 10, denominator: 0 })
})
