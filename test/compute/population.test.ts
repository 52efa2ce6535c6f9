import { expect, test, vi } from 'vitest'
import { person } from '../../functions/kit/person.ts'
import { deploy } from './deployment.ts'
import { byGroup, customer, order, somebody, valueIn, visit, warningsOf } from './facts-of.ts'
import { record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const NOW = '2026-11-13T06:00:00Z'
const FROM = { from: '2026-11-11' }

const list = (id: string) => vendor(id, { people: { kind: 'whole', facts: ['customers'] } })
const visitsOf = (...names: string[]) => {
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } })
  app.put(
    'visits',
    names.map((name) => record(visit('2026-11-12', { customer: somebody(name) }))),
  )
  return app
}

test('where nobody is known to be a customer, contacts count, with a warning, until somebody is', async () => {
  const crm = list('crm')
  const contacts = ['ann', 'ben', 'cem'].map((name) => record(customer(name, { role: 'contact' }), name))
  crm.put('people', contacts)
  await using home = await deploy({ vendors: [crm], windows: [1] }, NOW)
  await home.collect(FROM)
  await home.compute(FROM)
  const before = await home.snapshot('2026-11-11')
  expect(valueIn(before, 'customers').value).toBe(3)
  expect(warningsOf(before, 'contacts_only')).toHaveLength(1)

  crm.put('people', [...contacts, record(customer('dan', { since: '2026-11-12' }), 'dan')])
  await home.collect({ ...FROM, force: true })
  await home.compute()
  const [eleventh, twelfth] = [await home.snapshot('2026-11-11'), await home.snapshot('2026-11-12')]
  expect([valueIn(eleventh, 'customers').value, valueIn(twelfth, 'customers').value]).toEqual([0, 1])
  expect(warningsOf(twelfth, 'contacts_only')).toEqual([])
})

test('a return is not new, overlapping spells count once, and who left during the day is not there at its end', async () => {
  const crm = list('crm')
  crm.put('people', [
    record([customer('ann', { left: '2026-11-12T10:00:00Z', segment: 'a' }), customer('ann', { since: '2026-11-14' })]),
    record([customer('ben', { left: '2026-11-13' }), customer('ben', { since: '2026-11-11', segment: 'b' })]),
    record(customer('cem', { since: '2026-11-12T22:59:59Z', left: '2026-11-13T23:00:00Z' })),
    record(customer('dan', { since: '2026-11-12', left: '2026-11-12' })),
  ])
  await using home = await deploy({ vendors: [crm], windows: [1] }, '2026-11-15T06:00:00Z')
  await home.collect(FROM)
  await home.compute(FROM)
  const days = ['2026-11-11', '2026-11-12', '2026-11-13', '2026-11-14']
  const counts = await Promise.all(days.map(async (date) => valueIn(await home.snapshot(date), 'customers').value))
  // Ann, Ben · Ben, Cem (till 24:00 Berlin) · Ben, Cem · Ben, Ann again.
  expect(counts).toEqual([2, 2, 2, 2])
  expect(byGroup(await home.snapshot('2026-11-12'), 'customers', 'segment')).toEqual({ b: 1, unknown: 2 })
})

test('a number that the config states counts from its day on, and is no data before', async () => {
  const app = visitsOf('ann', 'ann', 'ben')
  const customers = [
    { from: '2026-11-12', count: 40 },
    { from: '2026-11-13', count: 80 },
  ]
  await using home = await deploy({ vendors: [app], windows: [1, 7], customers }, '2026-11-14T06:00:00Z')
  await home.collect(FROM)
  await home.compute(FROM)
  expect(valueIn(await home.snapshot('2026-11-11'), 'customers')).toMatchObject({ value: null, null_reason: 'no_data' })
  expect(valueIn(await home.snapshot('2026-11-11'), 'customer_interaction_rate')).toMatchObject({
    value: null,
    null_reason: 'no_data',
  })
  expect(valueIn(await home.snapshot('2026-11-12'), 'customers')).toMatchObject({
    value: 40,
    finality: 'final',
    coverage: 1,
  })
  expect(valueIn(await home.snapshot('2026-11-13'), 'customer_interaction_rate', '7d')).toMatchObject({
    value: 3.75,
    numerator: 3,
    denominator: 80,
  })
  // A number does not say who they are.
  expect(valueIn(await home.snapshot('2026-11-13'), 'active_customer_share', '7d')).toMatchObject({
    value: null,
    null_reason: 'no_data',
  })
})

test('only the owner counts, and what is left out is named', async () => {
  const [shop, pay] = ['shop', 'pay'].map((id) => {
    const made = vendor(id, { orders: { kind: 'events', facts: ['orders', 'interactions'] } })
    made.put('orders', [
      record(order('o1', '2026-11-12', id === 'shop' ? 100 : 120, { customer: somebody('ann') })),
      record(visit('2026-11-12', { channel: 'email', kind: 'reply' })),
      record(visit('2026-11-12', { channel: 'web' })),
    ])
    return made
  })
  const owners = { orders: 'shop', interactions: 'pay', 'interactions.email': 'shop' }
  await using home = await deploy({ vendors: [shop!, pay!], windows: [1], owners }, NOW)
  await home.collect(FROM)
  await home.compute(FROM)
  const snapshot = await home.snapshot('2026-11-12')
  expect(valueIn(snapshot, 'revenue').value).toBe(100)
  expect(byGroup(snapshot, 'interactions', 'channel')).toEqual({ commerce: 1, email: 1, web: 1 })
  expect(byGroup(snapshot, 'interactions', 'source')).toEqual({ pay: 1, shop: 2 })
  expect(warningsOf(snapshot, 'not_counted').map(({ source, message }) => `${source}: ${message}`)).toEqual([
    'pay: 1 interactions are kept and not counted: another source owns them',
    'shop: 1 interactions are kept and not counted: another source owns them',
    'pay: 1 orders are kept and not counted: another source owns them',
  ])
  expect(warningsOf(await home.snapshot('2026-11-11'), 'not_counted')).toEqual([])
})

test('the owner of customers is the population', async () => {
  const [crm, shop] = [list('crm'), list('shop')]
  crm.put('people', [record(customer('ann'))])
  shop.put('people', [record(customer('ben')), record(customer('cem'))])
  await using home = await deploy({ vendors: [crm, shop], windows: [1], owners: { customers: 'crm' } }, NOW)
  await home.collect(FROM)
  await home.compute(FROM)
  expect(valueIn(await home.snapshot('2026-11-12'), 'customers').value).toBe(1)
  home.reconfigure({ vendors: [crm, shop], windows: [1] })
  await home.compute()
  expect(valueIn(await home.snapshot('2026-11-12'), 'customers').value).toBe(3)
})

test('two files that turn out to hold orders are refused, naming both, until one owns them', async () => {
  const [a, b] = ['north', 'south'].map((id) => {
    const made = vendor(id, { rows: { kind: 'whole' } })
    made.put('rows', [record(order('o1', '2026-11-12', 100))])
    return made
  })
  await using home = await deploy({ vendors: [a!, b!], windows: [1] }, NOW)
  await home.collect(FROM)
  await expect(home.compute(FROM)).rejects.toThrow(/'north' and 'south'.*owners: \{ orders: 'north' \}/)
  await expect(home.compute(FROM)).rejects.toMatchObject({ code: 'invalid' })
  home.reconfigure({ vendors: [a!, b!], windows: [1], owners: { orders: 'south' } })
  await home.compute(FROM)
  expect(byGroup(await home.snapshot('2026-11-12'), 'orders', 'source')).toEqual({ south: 1 })
})

test('one person known to two lists by different keys is one customer', async () => {
  const [crm, shop] = [list('crm'), list('shop')]
  crm.put('people', [record(customer(person({ email: 'Ann@X.example', id: 1 })))])
  shop.put('people', [record(customer(person({ id: 1, of: 'crm' }))), record(customer(person({ id: 1 })))])
  await using home = await deploy({ vendors: [crm, shop], windows: [1] }, NOW)
  await home.collect(FROM)
  await home.compute(FROM)
  expect(valueIn(await home.snapshot('2026-11-12'), 'customers').value).toBe(2)
})
