import { expect, test, vi } from 'vitest'
import { person } from '../../functions/kit/person.ts'
import { type Deployment, deploy } from './deployment.ts'
import { customer, somebody, valueIn, visit } from './facts-of.ts'
import { entity, record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const FROM = '2026-11-10'

/** A shop's visits, a list of contacts, and the day after tomorrow. */
async function opened(
  crm: ReturnType<typeof contacts>,
  app = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } }),
) {
  const home = await deploy({ vendors: [app, crm], windows: [1, 7] }, '2026-11-12T06:00:00Z')
  await home.collect({ from: FROM })
  await home.compute({ from: FROM })
  return home
}

const contacts = () => vendor('crm', { people: { kind: 'entity', facts: ['customers'] } })

async function later(home: Deployment, now: string): Promise<void> {
  home.at(now)
  await home.collect()
  await home.compute()
}

const count = async (home: Deployment, date: string) => valueIn(await home.snapshot(date), 'customers').value

test('a contact that is deleted was a customer yesterday and is not today', async () => {
  const crm = contacts()
  const ben = entity('ben', '2026-10-01T00:00:00Z', customer('ben'))
  crm.put('people', [entity('ann', '2026-10-01T00:00:00Z', customer('ann')), ben])
  await using home = await opened(crm)
  expect(await count(home, '2026-11-11')).toBe(2)
  crm.put('people', [entity('ann', '2026-11-12T10:00:00Z', [], ['ann']), ben])
  await later(home, '2026-11-13T06:00:00Z')
  expect(await count(home, '2026-11-11')).toBe(2)
  expect(await count(home, '2026-11-12')).toBe(1)
  await home.store.lake.delete(await home.objects('derived/'))
  expect((await home.compute()).revisions).toBe(0)
})

test('a contact that comes and goes between two computes was a customer in between', async () => {
  const crm = contacts()
  const ben = entity('ben', '2026-10-01T00:00:00Z', customer('ben'))
  crm.put('people', [ben])
  await using home = await opened(crm)
  crm.put('people', [ben, entity('ann', '2026-11-12T03:00:00Z', customer('ann', { since: '2026-11-11' }))])
  home.at('2026-11-12T07:00:00Z')
  await home.collect()
  crm.put('people', [ben, entity('ann', '2026-11-12T10:00:00Z', [], ['ann'])])
  await later(home, '2026-11-13T06:00:00Z')
  expect([await count(home, '2026-11-10'), await count(home, '2026-11-11'), await count(home, '2026-11-12')]).toEqual([
    1, 2, 1,
  ])
})

test('a contact that is missed in a full list is gone from then on, is remembered, and comes back when listed again', async () => {
  const crm = contacts()
  const [ann, ben] = ['ann', 'ben'].map((name) => entity(name, '2026-10-01T00:00:00Z', customer(name)))
  crm.put('people', [ann!, ben!])
  await using home = await opened(crm)
  crm.put('people', [ben!])
  await later(home, '2026-11-20T06:00:00Z')
  expect(await count(home, '2026-11-19')).toBe(2)
  // Thirty days after the first full list comes the next.
  await later(home, '2026-12-13T06:00:00Z')
  expect(crm.readings.at(-1)).toMatchObject({ baseline: true })
  home.at('2026-12-15T06:00:00Z')
  await home.collect()
  await home.compute()
  expect([await count(home, '2026-12-12'), await count(home, '2026-12-13'), await count(home, '2026-12-14')]).toEqual([
    2, 1, 1,
  ])
  // What was derived can be derived again, although older lists are no longer pointed to.
  await home.store.lake.delete(await home.objects('derived/'))
  expect((await home.compute()).revisions).toBe(0)

  crm.put('people', [ann!, ben!])
  await later(home, '2027-01-15T06:00:00Z')
  expect([await count(home, '2026-12-14'), await count(home, '2027-01-14')]).toEqual([2, 2])
  await home.store.lake.delete(await home.objects('derived/'))
  expect((await home.compute()).revisions).toBe(0)
})

test('an address that is corrected keeps what was done under the old one, and merges nobody', async () => {
  const crm = contacts()
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } })
  const ann = (email: string, changed: string) => entity('1', changed, customer(person({ email, id: 1 })))
  const ben = entity('2', '2026-10-01T00:00:00Z', customer(person({ email: 'ben@x.example', id: 2 })))
  crm.put('people', [ann('old@x.example', '2026-10-01T00:00:00Z'), ben])
  app.put('visits', [
    record(visit('2026-11-10', { customer: somebody('old') })),
    record(visit('2026-11-12', { customer: somebody('new') })),
    record(visit('2026-11-12', { customer: somebody('ben') })),
  ])
  await using home = await opened(crm, app)
  crm.put('people', [ann('new@x.example', '2026-11-12T10:00:00Z'), ben])
  await later(home, '2026-11-13T06:00:00Z')
  expect(valueIn(await home.snapshot('2026-11-12'), 'active_customers', '7d').value).toBe(2)
  expect(valueIn(await home.snapshot('2026-11-12'), 'customers').value).toBe(2)

  // Ann's record held Ben's address by mistake: correcting it parts them again.
  crm.put('people', [ann('ben@x.example', '2026-11-13T10:00:00Z'), ben])
  await later(home, '2026-11-14T06:00:00Z')
  expect(valueIn(await home.snapshot('2026-11-13'), 'customers').value).toBe(1)
  crm.put('people', [ann('new@x.example', '2026-11-14T10:00:00Z'), ben])
  await later(home, '2026-11-15T06:00:00Z')
  expect(valueIn(await home.snapshot('2026-11-14'), 'customers').value).toBe(2)
  await home.store.lake.delete(await home.objects('derived/'))
  expect((await home.compute()).revisions).toBe(0)
})

test('two contacts that are merged are one customer, on earlier days too', async () => {
  const crm = contacts()
  const [ann, anne] = [1, 2].map((id) =>
    entity(String(id), '2026-10-01T00:00:00Z', customer(person({ email: `a${id}@x.example`, id }))),
  )
  crm.put('people', [ann!, anne!])
  await using home = await opened(crm)
  expect(await count(home, '2026-11-11')).toBe(2)
  const both = customer(person({ email: ['a1@x.example', 'a2@x.example'], id: [1, 2] }))
  crm.put('people', [{ ...entity('1', '2026-11-12T10:00:00Z', both), gone: ['2'] }])
  await later(home, '2026-11-13T06:00:00Z')
  expect([await count(home, '2026-11-11'), await count(home, '2026-11-12')]).toEqual([1, 1])
})

test('somebody seen by id only is the customer whom the list knows by that id', async () => {
  const crm = contacts()
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } })
  crm.put('people', [entity('1', '2026-10-01T00:00:00Z', customer(person({ email: 'ann@x.example', id: 41 })))])
  app.put('visits', [
    record(visit('2026-11-11', { customer: person({ id: 41, of: 'crm' }) })),
    record(visit('2026-11-11', { customer: person({ id: 41 }) })),
  ])
  await using home = await opened(crm, app)
  // The app's own 41 is somebody else.
  expect(valueIn(await home.snapshot('2026-11-11'), 'active_customers').value).toBe(2)
  expect(valueIn(await home.snapshot('2026-11-11'), 'active_customer_share')).toMatchObject({
    numerator: 1,
    denominator: 1,
  })
})

test('a shared phone never joins two addresses', async () => {
  const crm = contacts()
  const people = ['ann', 'ben'].map((name, i) =>
    entity(
      name,
      '2026-10-01T00:00:00Z',
      customer(person({ email: `${name}@x.example`, phone: '030 1234', id: i + 1 })),
    ),
  )
  crm.put('people', people)
  await using home = await opened(crm)
  expect(await count(home, '2026-11-11')).toBe(2)
})

test('a pair that an event no longer states is forgotten with it', async () => {
  const crm = contacts()
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } })
  const seen = (id: number) => [
    record(visit('2026-11-11', { customer: person({ email: 'ann@x.example', id }) }), 'v'),
    record(visit('2026-11-10', { customer: person({ id: 7 }) }), 'w'),
  ]
  app.put('visits', seen(7))
  await using home = await opened(crm, app)
  expect(valueIn(await home.snapshot('2026-11-11'), 'active_customers', '7d').value).toBe(1)
  app.put('visits', seen(8))
  await home.collect({ source: 'app', from: '2026-11-11', force: true })
  await home.compute()
  expect(valueIn(await home.snapshot('2026-11-11'), 'active_customers', '7d').value).toBe(2)
})

test('a source says how many of the people it tells of another one knows, day by day', async () => {
  const crm = contacts()
  crm.put('people', [
    entity('ann', '2026-10-01T00:00:00Z', customer('ann')),
    entity('ben', '2026-10-01T00:00:00Z', customer('ben', { since: '2026-11-11' })),
  ])
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } })
  const byId = person({ id: '7', email: 'ann@x.example' })
  app.put('visits', [
    record(visit('2026-11-10', { customer: somebody('cleo') })),
    record(visit('2026-11-10', { customer: byId })),
    record(visit('2026-11-11', { customer: person({ id: '7' }) })),
    record(visit('2026-11-11', { customer: somebody('ben') })),
    record(visit('2026-11-11')),
  ])
  const mute = vendor('mute', { visits: { kind: 'events', facts: ['interactions'] } })
  await using home = await deploy({ vendors: [app, crm, mute], windows: [1] }, '2026-11-12T06:00:00Z')
  await home.collect({ from: '2026-11-09' })
  await home.compute({ from: '2026-11-09' })
  const people = async (date: string) => (await home.snapshot(date)).sources.map(({ people }) => people ?? null)
  // On the 9th the CRM alone knows anybody.
  expect(await people('2026-11-09')).toEqual([null, null, null])
  expect(await people('2026-11-10')).toEqual([{ named: 2, matched: 1 }, { named: 1, matched: 1 }, null])
  expect(await people('2026-11-11')).toEqual([{ named: 3, matched: 2 }, { named: 2, matched: 2 }, null])
})
