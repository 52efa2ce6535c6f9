import { expect, test, vi } from 'vitest'
import { audience, customers, deals, interactions, orders, posts, tickets } from '../../functions/facts.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import type { Snapshot, WindowValue } from '../../functions/store/rows.ts'
import { deploy, type TestConfig } from './deployment.ts'
import { customer, order, somebody, valueIn, visit } from './facts-of.ts'
import { record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const FACTS = [interactions, customers, orders, deals, audience, posts, tickets].map(({ name }) => name)

/** Snapshots of November 2026, by day of the month, when one vendor said all this. */
async function november(
  rows: readonly FactRow[],
  days: readonly number[],
  settings: Omit<TestConfig, 'vendors'> = {},
): Promise<(date: number, metric: string, window?: string) => WindowValue> {
  const app = vendor('app', { all: { kind: 'whole', facts: FACTS } })
  app.put(
    'all',
    rows.map((row) => record(row)),
  )
  const on = (date: number) => `2026-11-${String(date).padStart(2, '0')}`
  await using home = await deploy({ vendors: [app], windows: [1, 7], ...settings }, '2026-11-21T06:00:00Z')
  await home.collect({ from: on(1) })
  await home.compute({ from: on(Math.min(...days)) })
  const found = new Map<number, Snapshot>()
  for (const date of days) found.set(date, await home.snapshot(on(date)))
  return (date, metric, window = '1d') => valueIn(found.get(date)!, metric, window)
}

test('what comes after a deal closed is not part of its cycle, though it be the same day', async () => {
  const about = (at: string) => interactions({ at, channel: 'phone', kind: 'call', deals: ['d1'] })
  const said = await november(
    [
      deals({ id: 'd1', opened: '2026-11-01T09:00:00Z', closed: '2026-11-10T12:00:00Z', won: true }),
      ...['2026-11-09T12:00:00Z', '2026-11-10T11:59:59Z', '2026-11-10T12:00:01Z', '2026-11-10'].map(about),
    ],
    [10],
  )
  expect(said(10, 'interactions_per_sales_cycle')).toMatchObject({ value: 3, numerator: 3, denominator: 1 })
})

test('a reading of followers counts until it is more than 7 days old, for the rate too', async () => {
  const post = (id: string, published: string) =>
    posts({ id, at: '2026-11-18', channel: 'social', published, likes: 5 })
  const said = await november(
    [
      audience({ at: '2026-11-08', channel: 'social', kind: 'followers', value: 70 }),
      audience({ at: '2026-11-09', channel: 'social', kind: 'subscribers', value: 30 }),
      post('p1', '2026-11-15'),
      post('p2', '2026-11-17'),
    ],
    [15, 16, 17, 18],
  )
  expect([15, 16, 17].map((date) => said(date, 'followers').value)).toEqual([100, 30, null])
  expect(said(18, 'engagement_rate_by_followers', '7d')).toMatchObject({ numerator: 5, denominator: 100 })
})

test('of readings of one day, the newest that says both counts', async () => {
  const reading = (at: string, given: { likes?: number; reach?: number }) =>
    posts({ id: 'p1', at, channel: 'social', published: '2026-11-09', ...given })
  const said = await november(
    [
      reading('2026-11-10T08:00:00Z', { likes: 3, reach: 100 }),
      reading('2026-11-10T09:00:00Z', { likes: 4, reach: 100 }),
      reading('2026-11-10T10:00:00Z', { likes: 5 }),
    ],
    [10],
  )
  expect(said(10, 'engagement_rate_by_reach', '7d')).toMatchObject({ numerator: 4, denominator: 100 })
  expect(said(10, 'engagement_rate_by_followers', '7d')).toMatchObject({ null_reason: 'zero_denominator' })
})

test('a segment that somebody gets later changes no earlier day', async () => {
  const said = await november(
    [
      customer('ann', { since: '2026-11-01', segment: 'small' }),
      customer('ann', { since: '2026-11-12', segment: 'large' }),
      customer('bob', { since: '2026-11-01', left: '2026-11-05', segment: 'small' }),
      customer('bob', { since: '2026-11-15', segment: 'large' }),
    ],
    [5, 10, 14],
  )
  expect(said(5, 'churn_rate').by).toMatchObject({ segment: { small: { value: 50, numerator: 1, denominator: 2 } } })
  expect(said(5, 'churned_customers').by).toMatchObject({ segment: { small: { value: 1 } } })
  expect(said(10, 'retention_rate').by).toEqual({ segment: { small: { value: 100, numerator: 1, denominator: 1 } } })
  expect(said(14, 'retention_rate').by).toEqual({ segment: { large: { value: 100, numerator: 1, denominator: 1 } } })
})

test('nobody has no tenure; a stated number of customers is no part of its mean', async () => {
  const customers = [{ from: '2026-11-01', count: 1_000 }]
  const said = await november([customer('ann', { since: '2026-11-06' })], [5, 10], { customers })
  expect(said(5, 'tenure')).toMatchObject({ value: null, null_reason: 'no_data' })
  expect(said(5, 'tenure_mean')).toMatchObject({ value: null, null_reason: 'zero_denominator' })
  expect(said(10, 'tenure')).toMatchObject({ value: 4 })
  expect(said(10, 'tenure_mean')).toMatchObject({ value: 4, numerator: 4, denominator: 1 })
  expect(said(10, 'customers')).toMatchObject({ value: 1_000 })
})

test('whose money has no rate is no buyer in what a buyer is worth', async () => {
  const said = await november(
    [
      order('o1', '2026-11-10', 5_000, { customer: somebody('ann') }),
      order('o2', '2026-11-10', 9_000, { customer: somebody('bob'), currency: 'GBP' }),
      order('o3', '2026-11-09', 100),
      order('o3', '2026-11-10', 100, { customer: somebody('cat') }),
    ],
    [10],
  )
  expect(said(10, 'customer_lifetime_value', 'all')).toMatchObject({ numerator: 5_100, denominator: 2 })
  // A line that is added later changes neither the day nor the buyer of an order.
  expect(said(10, 'purchase_frequency')).toMatchObject({ value: 1, numerator: 2, denominator: 2 })
})

test('what one person earned adds up to the cap, to the last digit', async () => {
  const customer = somebody('ann')
  const visits = (['web', 'email', 'chat'] as const).map((channel) => visit('2026-11-10', { channel, customer }))
  const said = await november([...visits, visit('2026-11-10', { count: 2 })], [10], {
    weights: { visit: 9 },
    pointsCap: 10,
  })
  const { value, by } = said(10, 'engagement_points')
  expect(value).toBe(28)
  const channels = Object.values(by!.channel!).map((one) => one.value!)
  expect(channels.reduce((sum, one) => sum + one, 0)).toBeCloseTo(28, 12)
})
