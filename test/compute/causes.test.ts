import { expect, test, vi } from 'vitest'
import { person } from '../../functions/kit/person.ts'
import { type Deployment, deploy } from './deployment.ts'
import { customer, somebody, visit } from './facts-of.ts'
import { entity, record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const causes = async (home: Deployment, date: string) => (await home.revisions(date)).map(({ cause }) => cause)

const visits = (settles: number) => vendor('app', { visits: { kind: 'events', facts: ['interactions'], settles } })

test('a late row before a gap that is filled is no backfill', async () => {
  const app = visits(9)
  app.put('visits', [record(visit('2026-11-09'))])
  await using home = await deploy({ vendors: [app], windows: [1] }, '2026-11-13T06:00:00Z')
  await home.collect({ from: '2026-11-08', to: '2026-11-10' })
  await home.collect({ from: '2026-11-12' })
  await home.compute({ from: '2026-11-08' })
  app.put('visits', [record(visit('2026-11-09', { count: 2 })), record(visit('2026-11-11'))])
  await home.collect({ from: '2026-11-08', to: '2026-11-11', force: true })
  await home.compute()
  expect(await causes(home, '2026-11-09')).toEqual([null, 'late_data'])
  expect(await causes(home, '2026-11-11')).toEqual([null, 'backfill'])
})

/** Ann is known by her address, and by her id once `changed`. */
const ann = (changed: string, id?: number) =>
  entity(
    'ann',
    changed,
    customer(person({ email: 'ann@x.example', ...(id && { id, of: 'app' }) }), { since: '2026-11-10' }),
  )

/** Ann and somebody with the id 7 did something; two weeks are read every day, as nothing has settled yet. */
async function opened() {
  const app = visits(9)
  const crm = vendor('crm', { people: { kind: 'entity', facts: ['customers'], settles: 9 } })
  const rows = (count: number) => [
    record(visit('2026-11-09', { count }), 'early'),
    record(visit('2026-11-10', { customer: somebody('ann') }), 'ann'),
    record(visit('2026-11-12', { customer: person({ id: 7 }), count }), 'seven'),
  ]
  app.put('visits', rows(1))
  crm.put('people', [ann('2026-11-01T00:00:00Z')])
  const home = await deploy({ vendors: [app, crm], windows: [1, 7] }, '2026-11-13T04:00:00Z')
  await home.collect({ from: '2026-11-09' })
  await home.compute({ from: '2026-11-09' })
  home.at('2026-11-13T08:00:00Z')
  app.put('visits', rows(2))
  return { home, crm }
}

test('a late row before anything that two who are now one did is no question of who is who', async () => {
  const { home, crm } = await opened()
  await using _ = home
  crm.put('people', [ann('2026-11-13T05:00:00Z', 7)])
  await home.collect({ from: '2026-11-09', force: true })
  await home.compute()
  expect(await causes(home, '2026-11-09')).toEqual([null, 'late_data'])
  expect(await causes(home, '2026-11-12')).toEqual([null, 'identity'])
})

test('somebody new who comes with an address and a number restates nobody', async () => {
  const { home, crm } = await opened()
  await using _ = home
  const both = (n: number) => person({ email: `new${n}@x.example`, phone: `030 ${n}`, id: 10 + n })
  const others = [1, 2, 3, 4].map((n) =>
    entity(`new${n}`, '2026-11-13T05:00:00Z', customer(both(n), { since: '2026-11-12' })),
  )
  crm.put('people', [ann('2026-11-01T00:00:00Z'), ...others])
  await home.collect({ from: '2026-11-09', force: true })
  await home.compute()
  expect(await causes(home, '2026-11-12')).toEqual([null, 'late_data'])
})

test('late rows that come after derived data was lost are late', async () => {
  const { home, crm } = await opened()
  await using _ = home
  crm.put('people', [ann('2026-11-12T05:00:00Z', 7)])
  await home.collect({ source: 'crm' })
  await home.compute()
  await home.store.lake.delete(await home.objects('derived/'))
  await home.collect({ source: 'app', from: '2026-11-09', force: true })
  await home.compute()
  expect((await causes(home, '2026-11-12')).at(-1)).toBe('late_data')
})
