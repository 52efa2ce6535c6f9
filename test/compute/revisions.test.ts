import { expect, test, vi } from 'vitest'
import { person } from '../../functions/kit/person.ts'
import { type Deployment, deploy } from './deployment.ts'
import { customer, order, somebody, valueIn, visit } from './facts-of.ts'
import { entity, record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const NOW = '2026-11-13T06:00:00Z'

const causes = async (home: Deployment, date: string) => (await home.revisions(date)).map(({ cause }) => cause)

test('a row that comes late, before the value was final', async () => {
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'], settles: 5 } })
  app.put('visits', [record(visit('2026-11-12'))])
  await using home = await deploy({ vendors: [app], windows: [1] }, NOW)
  await home.collect({ from: '2026-11-12' })
  await home.compute({ from: '2026-11-12' })
  app.put('visits', [record(visit('2026-11-12')), record(visit('2026-11-12'))])
  await home.collect({ from: '2026-11-12', force: true })
  await home.compute()
  const [first, second] = await home.revisions('2026-11-12')
  expect(first).toMatchObject({ revision: 1, cause: null })
  expect(second).toMatchObject({
    revision: 2,
    cause: 'late_data',
    changed_metrics: ['interactions', 'customer_initiated_share'],
  })
})

test('a final value that changes is a correction', async () => {
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } })
  app.put('visits', [record(visit('2026-11-11')), record(visit('2026-11-12'))])
  await using home = await deploy({ vendors: [app], windows: [1] }, NOW)
  await home.collect({ from: '2026-11-11' })
  await home.compute({ from: '2026-11-11' })
  app.put('visits', [record(visit('2026-11-11')), record(visit('2026-11-12', { count: 3 }))])
  await home.collect({ from: '2026-11-11', force: true })
  expect((await home.compute()).changed).toEqual(['2026-11-12'])
  expect(await causes(home, '2026-11-12')).toEqual([null, 'correction'])
  expect(await causes(home, '2026-11-11')).toEqual([null])
})

test('a final value whose parts alone change is a correction too', async () => {
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } })
  const crm = vendor('crm', { people: { kind: 'whole', facts: ['customers'] } })
  app.put('visits', [record(visit('2026-11-12', { channel: 'web' }))])
  await using home = await deploy({ vendors: [app, crm], windows: [1] }, NOW)
  await home.collect({ from: '2026-11-12' })
  await home.compute({ from: '2026-11-12' })
  app.put('visits', [record(visit('2026-11-12', { channel: 'email' }))])
  await home.collect({ from: '2026-11-12', force: true })
  await home.compute()
  expect(await causes(home, '2026-11-12')).toEqual([null, 'correction'])
})

test('a day collected after a later one is a backfill', async () => {
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } })
  app.put('visits', [record(visit('2026-11-11')), record(visit('2026-11-12'))])
  await using home = await deploy({ vendors: [app], windows: [1, 2] }, NOW)
  await home.collect({ from: '2026-11-10', to: '2026-11-10' })
  await home.collect({ from: '2026-11-12' })
  await home.compute({ from: '2026-11-11' })
  await home.collect({ from: '2026-11-11', to: '2026-11-11' })
  await home.compute()
  expect(await causes(home, '2026-11-11')).toEqual([null, 'backfill'])
  expect(await causes(home, '2026-11-12')).toEqual([null, 'backfill'])
})

test('two people who turn out to be one restate with cause identity', async () => {
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'], settles: 9 } })
  const crm = vendor('crm', { people: { kind: 'entity', facts: ['customers'] } })
  app.put('visits', [
    record(visit('2026-11-10', { customer: somebody('ann') })),
    record(visit('2026-11-12', { customer: person({ id: 7 }) })),
  ])
  const ann = (changed: string, id?: number) =>
    entity('ann', changed, customer(person({ email: 'ann@x.example', ...(id && { id, of: 'app' }) })))
  crm.put('people', [ann('2026-11-01T00:00:00Z')])
  await using home = await deploy({ vendors: [app, crm], windows: [1, 7] }, NOW)
  await home.collect({ from: '2026-11-10' })
  await home.compute({ from: '2026-11-10' })
  expect(valueIn(await home.snapshot('2026-11-12'), 'active_customers', '7d').value).toBe(2)
  crm.put('people', [ann('2026-11-13T05:00:00Z', 7)])
  home.at('2026-11-13T08:00:00Z')
  await home.collect({ source: 'crm' })
  await home.compute()
  expect(valueIn(await home.snapshot('2026-11-12'), 'active_customers', '7d').value).toBe(1)
  expect(valueIn(await home.snapshot('2026-11-12'), 'active_customer_share').value).toBe(100)
  expect(await causes(home, '2026-11-12')).toEqual([null, 'identity'])
})

test('new weights restate with cause definition, also where the value stays the same', async () => {
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } })
  app.put('visits', [record(visit('2026-11-12'))])
  const config = { vendors: [app], windows: [1] }
  await using home = await deploy(config, NOW)
  await home.collect({ from: '2026-11-11' })
  await home.compute({ from: '2026-11-11' })
  home.reconfigure({ ...config, weights: { visit: 2.5 } })
  const { changed } = await home.compute()
  expect(changed).toEqual(['2026-11-11', '2026-11-12'])
  const [, second] = await home.revisions('2026-11-12')
  expect(second).toMatchObject({
    cause: 'definition',
    changed_metrics: ['engagement_points', 'engagement_points_per_customer'],
  })
  expect(valueIn(await home.snapshot('2026-11-12'), 'engagement_points').value).toBe(2.5)
})

test('another time zone rebuilds all days with cause definition', async () => {
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } })
  app.put('visits', [record(visit('2026-11-11T23:30:00Z'))])
  const config = { vendors: [app], windows: [1] }
  await using home = await deploy(config, NOW)
  await home.collect({ from: '2026-11-10' })
  await home.compute({ from: '2026-11-10' })
  expect(valueIn(await home.snapshot('2026-11-12'), 'interactions').value).toBe(1)
  home.reconfigure({ ...config, timezone: 'UTC' })
  await home.compute()
  const moved = await home.snapshot('2026-11-11')
  expect(moved.timezone).toBe('UTC')
  expect(valueIn(moved, 'interactions').value).toBe(1)
  expect(valueIn(await home.snapshot('2026-11-12'), 'interactions').value).toBe(0)
  expect(await causes(home, '2026-11-11')).toEqual([null, 'definition'])
})

test('a line that an order gets later changes no day before it, and is not a second purchase', async () => {
  const shop = vendor('shop', { orders: { kind: 'events', facts: ['orders'] } })
  const first = record(order('o1', '2026-11-02', 100, { customer: somebody('ann') }))
  shop.put('orders', [first])
  await using home = await deploy({ vendors: [shop], windows: [1, 7] }, NOW)
  await home.collect({ from: '2026-11-01' })
  await home.compute({ from: '2026-11-01' })
  shop.put('orders', [first, record(order('o1', '2026-11-12', 50, { customer: somebody('ben') }))])
  await home.collect({ from: '2026-11-12', force: true })
  expect((await home.compute()).changed).toEqual(['2026-11-12'])
  const snapshot = await home.snapshot('2026-11-12')
  expect(valueIn(snapshot, 'revenue').value).toBe(50)
  expect(valueIn(snapshot, 'orders', '7d').value).toBe(0)
  expect(valueIn(snapshot, 'interactions', '7d').value).toBe(0)
  expect(valueIn(snapshot, 'repeat_purchase_rate', '7d')).toMatchObject({
    value: null,
    null_reason: 'zero_denominator',
  })
})

test('a refund weeks after its order takes the rate of the order day, whichever windows are looked at', async () => {
  const shop = vendor('shop', { orders: { kind: 'events', facts: ['orders'] } })
  const usd = { currency: 'USD', customer: somebody('ann') }
  const rates = [
    { currency: 'USD', from: '2026-01-01', rate: 0.9 },
    { currency: 'USD', from: '2026-11-05', rate: 0.5 },
  ]
  shop.put('orders', [
    record(order('o1', '2026-11-02', 100, usd)),
    record(order('r1', '2026-11-12', -100, { ...usd, kind: 'refund', order: 'o1' })),
  ])
  await using home = await deploy({ vendors: [shop], windows: [1], rates }, '2026-11-12T06:00:00Z')
  await home.collect({ from: '2026-11-01' })
  await home.compute({ from: '2026-11-01' })
  home.at(NOW)
  await home.collect()
  await home.compute()
  expect(valueIn(await home.snapshot('2026-11-02'), 'revenue').value).toBe(90)
  expect(valueIn(await home.snapshot('2026-11-12'), 'revenue').value).toBe(-90)
})
