import { expect, test, vi } from 'vitest'
import { addDays, day, eachDay } from '../../functions/kit/day.ts'
import { person } from '../../functions/kit/person.ts'
import { type Deployment, deploy } from './deployment.ts'
import { customer, order, valueIn, visit } from './facts-of.ts'
import { entity, record, type VendorRecord, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const NOW = '2026-11-21T06:00:00Z'
const DAYS = eachDay(day('2026-11-10'), day('2026-11-20'))

const who = (n: number) => person({ email: `p${n % 7}@x.example`, phone: `030${n % 3}`, id: n % 11 })
const visits = Array.from({ length: 60 }, (_, n) =>
  record(
    visit(`${addDays(DAYS[0]!, n % 11)}T0${n % 10}:30:00Z`, {
      customer: who(n),
      count: 0.1,
      channel: n % 2 ? 'web' : 'email',
    }),
    `v${n}`,
  ),
)
const orders = Array.from({ length: 20 }, (_, n) =>
  record(
    order(`o${n % 15}`, addDays(DAYS[0]!, n % 11), 0.1 + n, { customer: who(n), currency: n % 4 ? 'EUR' : 'USD' }),
    `o${n}`,
  ),
)
const people = Array.from({ length: 9 }, (_, n) =>
  entity(`${n}`, `2026-11-1${n}T08:00:00Z`, customer(who(n), { since: `2026-11-0${n + 1}` })),
)

const vendors = (order: (records: VendorRecord[]) => VendorRecord[], pageSize: number) => {
  const shop = vendor('shop', {
    orders: { kind: 'events', facts: ['orders'] },
    visits: { kind: 'events', facts: ['interactions'] },
  })
  const crm = vendor('crm', { people: { kind: 'entity', facts: ['customers'] } })
  shop.put('visits', order(visits))
  shop.put('orders', order(orders))
  crm.put('people', order(people))
  shop.pageSize = pageSize
  crm.pageSize = pageSize
  return [shop, crm]
}

/** All days as text, without when and in which revision they were written. */
async function bytes(home: Deployment): Promise<string[]> {
  const found = await Promise.all(DAYS.map((date) => home.snapshot(date)))
  return found.map((snapshot) => JSON.stringify({ ...snapshot, revision: 0, computed_at: '' }))
}

const settings = { windows: [1, 7, 'all' as const], weights: { visit: 0.1, purchase: 3 } }

test('the same facts give the same bytes, whatever the order of pages and however ranges are split', async () => {
  await using once = await deploy({ vendors: vendors((records) => records, 1000), ...settings }, NOW)
  await once.collect({ from: DAYS[0]! })
  await once.compute({ from: DAYS[0]! })

  await using split = await deploy({ vendors: vendors((records) => records.toReversed(), 4), ...settings }, NOW)
  await split.collect({ from: '2026-11-17' })
  await split.collect({ from: '2026-11-13', to: '2026-11-16' })
  await split.collect({ from: DAYS[0]!, to: '2026-11-12' })
  await split.collect({ from: '2026-11-12', to: '2026-11-14', force: true })
  await split.compute({ from: DAYS[0]! })
  expect(await bytes(split)).toEqual(await bytes(once))
})

test('a record that comes twice counts once', async () => {
  const twice = (records: VendorRecord[]) => [...records, ...records]
  await using once = await deploy({ vendors: vendors((records) => records, 1000), ...settings }, NOW)
  await using again = await deploy({ vendors: vendors(twice, 5), ...settings }, NOW)
  for (const home of [once, again]) {
    await home.collect({ from: DAYS[0]! })
    await home.compute({ from: DAYS[0]! })
  }
  expect(await bytes(again)).toEqual(await bytes(once))
})

test.each([
  // The clocks go forward on 29 March, back on 25 October.
  ['2026-03-29', '2026-03-28T23:00:00Z', '2026-03-29T21:59:59Z', '2026-03-29T22:00:00Z'],
  ['2026-10-25', '2026-10-24T22:00:00Z', '2026-10-25T22:59:59Z', '2026-10-25T23:00:00Z'],
])('%s has 23 or 25 hours in Berlin', async (date, first, last, after) => {
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } })
  const before = new Date(Date.parse(first) - 1).toISOString()
  app.put(
    'visits',
    [before, first, last, after].map((at) => record(visit(at))),
  )
  await using home = await deploy({ vendors: [app], windows: [1] }, `${addDays(day(date), 2)}T06:00:00Z`)
  const from = addDays(day(date), -1)
  await home.collect({ from })
  await home.compute({ from })
  const counts = await Promise.all([from, day(date), addDays(day(date), 1)].map((one) => home.snapshot(one)))
  expect(counts.map((snapshot) => valueIn(snapshot, 'interactions').value)).toEqual([1, 2, 1])
})

test("a vendor's own day may differ from the reporting day", async () => {
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'], zone: 'America/New_York' } })
  app.put(
    'visits',
    ['2026-11-10T23:30:00Z', '2026-11-11T02:00:00Z', '2026-11-11T23:30:00Z', '2026-11-12'].map((at) =>
      record(visit(at)),
    ),
  )
  await using home = await deploy({ vendors: [app], windows: [1] }, '2026-11-13T12:00:00Z')
  await home.collect({ from: '2026-11-10' })
  await home.compute({ from: '2026-11-10' })
  const counts = await Promise.all(['2026-11-10', '2026-11-11', '2026-11-12'].map((one) => home.snapshot(one)))
  expect(counts.map((snapshot) => valueIn(snapshot, 'interactions').value)).toEqual([0, 2, 2])
})
