import { expect, test, vi } from 'vitest'
import type { FactRow } from '../../functions/kit/fact.ts'
import { deploy, type TestConfig } from './deployment.ts'
import { byGroup, order, somebody, valueIn, visit, warningsOf } from './facts-of.ts'
import { record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

/** The snapshot of a day, computed from these rows alone. */
async function computed(rows: readonly FactRow[], date: string, settings: Partial<TestConfig> = {}) {
  const shop = vendor('shop', { orders: { kind: 'events', facts: ['orders', 'interactions'] } })
  shop.put(
    'orders',
    rows.map((row) => record(row)),
  )
  await using home = await deploy({ vendors: [shop], windows: [1, 7, 'all'], ...settings }, '2026-11-13T06:00:00Z')
  await home.collect({ from: '2026-11-05' })
  await home.compute({ from: date, to: date })
  return await home.snapshot(date)
}

test('amounts add up exactly, whatever their size', async () => {
  const tenths = Array.from({ length: 10 }, (_, i) => order(`o${i}`, '2026-11-12', 0.1))
  const snapshot = await computed(tenths, '2026-11-12')
  expect(valueIn(snapshot, 'revenue').value).toBe(1)
  expect(valueIn(snapshot, 'average_order_value').value).toBe(0.1)
  // Ten million euros and one cent; nearly a hundred billion; cents of cents.
  const large = [10_000_000_001, 9_999_999_999_999, 70_926_149.01, -0.01].map((amount, i) =>
    order(`o${i}`, '2026-11-12', amount),
  )
  expect(valueIn(await computed(large, '2026-11-12'), 'revenue').value).toBe(10_010_070_926_149)
  for (const amount of [9_223_394_990, 1e15]) {
    expect(valueIn(await computed([order('a', '2026-11-12', amount)], '2026-11-12'), 'revenue').value).toBe(amount)
  }
})

test('weights and counts with fractions add up exactly, the largest count too', async () => {
  const weights = { visit: 0.1, like: 0.333333, open: 1 }
  const visits = Array.from({ length: 10 }, () => visit('2026-11-12'))
  const others = [visit('2026-11-12', { kind: 'like', count: 3 }), visit('2026-11-12', { kind: 'reply', count: 0.1 })]
  const snapshot = await computed([...visits, ...others], '2026-11-12', { weights })
  expect(valueIn(snapshot, 'engagement_points').value).toBe(1.999999)
  expect(valueIn(snapshot, 'interactions').value).toBe(13.1)
  const most = await computed([visit('2026-11-12', { kind: 'open', count: 1e15 })], '2026-11-12', { weights })
  expect(valueIn(most, 'engagement_points').value).toBe(1e15)
})

test('lines of one order are one order, its amounts add up, each on its own day', async () => {
  const ann = { customer: somebody('ann') }
  const snapshot = await computed(
    [
      order('o1', '2026-11-06', 100, ann),
      order('o1', '2026-11-06', 50),
      order('o1', '2026-11-12', 25, ann),
      order('o2', '2026-11-12', 0, ann),
      order('o3', '2026-11-12', 30, { kind: 'renewal', customer: somebody('ben') }),
      order('r1', '2026-11-12', -40, { kind: 'refund', order: 'o1', ...ann }),
    ],
    '2026-11-12',
  )
  expect(valueIn(snapshot, 'orders')).toMatchObject({ value: 1 })
  expect(valueIn(snapshot, 'orders', '7d')).toMatchObject({ value: 2 })
  expect(valueIn(snapshot, 'revenue').value).toBe(15)
  expect(valueIn(snapshot, 'revenue', '7d').value).toBe(165)
  expect(valueIn(snapshot, 'average_order_value', '7d')).toMatchObject({ value: 87.5, numerator: 175, denominator: 2 })
  // Ann bought on two days; Ben renewed, which is no order.
  expect(valueIn(snapshot, 'repeat_purchase_rate', '7d')).toMatchObject({ value: 100, numerator: 1, denominator: 1 })
  expect(valueIn(snapshot, 'repeat_purchase_rate')).toMatchObject({ value: 0, numerator: 0, denominator: 1 })
  expect(byGroup(snapshot, 'interactions', 'kind', '7d')).toEqual({ purchase: 2 })
})

test('money is converted by the rate of the order day, a refund by that of its order', async () => {
  const rates = [
    { currency: 'USD', from: '2026-11-08', rate: 0.5 },
    { currency: 'USD', from: '2026-01-01', rate: 0.9 },
    { currency: 'JPY', from: '2026-01-01', rate: 0.006 },
    { currency: 'KWD', from: '2026-01-01', rate: 3 },
  ]
  const usd = { currency: 'USD' }
  const rows = [
    order('o1', '2026-11-07', 1000, usd),
    order('o2', '2026-11-08', 1000, usd),
    order('r1', '2026-11-09', -1000, { ...usd, kind: 'refund', order: 'o1' }),
    order('r2', '2026-11-09', -10, { ...usd, kind: 'refund', order: 'unknown' }),
    order('o3', '2026-11-10', 5000, { currency: 'JPY' }),
    order('o4', '2026-11-11', 1500, { currency: 'KWD' }),
  ]
  const on = async (date: string) => valueIn(await computed(rows, date, { rates }), 'revenue').value
  expect([await on('2026-11-07'), await on('2026-11-08'), await on('2026-11-09')]).toEqual([900, 500, -905])
  // 5,000 yen have no smaller unit; 1.5 dinars have a thousand fils each.
  expect([await on('2026-11-10'), await on('2026-11-11')]).toEqual([3000, 450])
})

test('without a rate an order is left out of money, counted, and named', async () => {
  const rates = [{ currency: 'USD', from: '2026-11-10', rate: 0.9 }]
  const ann = { customer: somebody('ann') }
  const rows = [
    order('o1', '2026-11-08', 1000, { currency: 'USD', ...ann }),
    order('o2', '2026-11-10', 1000, { currency: 'USD', ...ann }),
    order('o3', '2026-11-09', 700, { currency: 'GBP', ...ann }),
  ]
  const snapshot = await computed(rows, '2026-11-12', { rates })
  expect(valueIn(snapshot, 'orders', '7d').value).toBe(3)
  expect(valueIn(snapshot, 'revenue', '7d').value).toBe(900)
  expect(valueIn(snapshot, 'average_order_value', '7d')).toMatchObject({ value: 900, numerator: 900, denominator: 1 })
  expect(valueIn(snapshot, 'repeat_purchase_rate', '7d')).toMatchObject({ value: 100 })
  expect(warningsOf(snapshot, 'currency_missing').map(({ message }) => message)).toEqual([
    '1 orders in GBP are left out of money metrics: no rate to EUR for their day',
    '1 orders in USD are left out of money metrics: no rate to EUR for their day',
  ])
  expect(warningsOf(await computed(rows, '2026-11-08', { rates }), 'currency_missing')).toHaveLength(1)
})

test('an average counts the orders of each source by themselves', async () => {
  const [a, b] = ['a', 'b'].map((id) => vendor(id, { orders: { kind: 'events', facts: ['orders'] } }))
  a!.put('orders', [record(order('1', '2026-11-12', 100)), record(order('2', '2026-11-12', 300))])
  b!.put('orders', [record(order('1', '2026-11-12', 50))])
  await using home = await deploy({ vendors: [a!, b!], windows: [1], owners: { orders: 'a' } }, '2026-11-13T06:00:00Z')
  await home.collect({ from: '2026-11-12' })
  await home.compute({ from: '2026-11-12' })
  const snapshot = await home.snapshot('2026-11-12')
  expect(valueIn(snapshot, 'average_order_value')).toMatchObject({
    value: 200,
    by: { source: { a: { value: 200, numerator: 400, denominator: 2 } } },
  })
})
