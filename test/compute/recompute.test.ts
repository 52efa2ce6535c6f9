import { expect, test, vi } from 'vitest'
import { addDays, day, eachDay } from '../../functions/kit/day.ts'
import { type Deployment, deploy } from './deployment.ts'
import { customer, somebody, valueIn, visit } from './facts-of.ts'
import { record, type Vendor, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const FIRST = day('2026-11-01')

/** One visit a day, of three customers. */
async function opened(
  windows: readonly (number | 'all')[] = [1, 7],
): Promise<{ home: Deployment; app: Vendor; crm: Vendor }> {
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } })
  const crm = vendor('crm', { people: { kind: 'whole', facts: ['customers'] } })
  crm.put(
    'people',
    ['ann', 'ben', 'cem'].map((name) => record(customer(name), name)),
  )
  app.put('visits', visits())
  const home = await deploy({ vendors: [app, crm], windows: [...windows] }, '2026-11-20T06:00:00Z')
  await home.collect({ from: FIRST })
  await home.compute({ from: FIRST })
  return { home, app, crm }
}

const visits = () =>
  eachDay(FIRST, day('2026-11-30')).map((date) =>
    record(visit(`${date}T09:00:00Z`, { customer: somebody('ann') }), date),
  )

test('a second compute writes nothing', async () => {
  const { home } = await opened([1, 28, 'all'])
  await using _ = home
  const before = await home.objects('')
  const answer = await home.compute()
  expect(answer).toMatchObject({ status: 'done', revisions: 0, changed: [] })
  expect(answer.reads).toMatchObject({ facts: 0, manifests: 0, factsFrom: null })
  expect(await home.objects('')).toEqual(before)
})

test('a late row three days back makes four revisions and is all that is read', async () => {
  const { home, app } = await opened()
  await using _ = home
  app.put('visits', [...visits(), record(visit('2026-11-16T20:00:00Z'))])
  await home.collect({ source: 'app', from: '2026-11-16', to: '2026-11-16', force: true })
  const answer = await home.compute()
  expect(answer).toMatchObject({
    computed: 4,
    changed: ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19'],
    reads: { facts: 1, factsFrom: '2026-11-16', factsTo: '2026-11-16', manifests: 1 },
  })
  expect(valueIn(await home.snapshot('2026-11-16'), 'interactions').value).toBe(2)
  expect(valueIn(await home.snapshot('2026-11-19'), 'interactions', '7d').value).toBe(8)
  expect(valueIn(await home.snapshot('2026-11-15'), 'interactions', '7d').value).toBe(7)
})

test('a later clock adds a day and changes no other', async () => {
  const { home } = await opened([1, 7, 'all'])
  await using _ = home
  home.at('2026-11-21T06:00:00Z')
  await home.collect()
  const answer = await home.compute()
  expect(answer).toMatchObject({ from: FIRST, to: '2026-11-20', computed: 1, revisions: 1, changed: ['2026-11-20'] })
  expect(answer.reads).toMatchObject({ factsFrom: '2026-11-20', factsTo: '2026-11-20' })
  const { finality, revision } = await home.snapshot('2026-11-19')
  expect({ finality, revision }).toEqual({ finality: 'final', revision: 1 })
})

test('a reading of a post published long ago computes its own day only', async () => {
  const { posts } = await import('../../functions/facts.ts')
  const social = vendor('social', { posts: { kind: 'report', facts: ['posts'] } })
  const reading = (at: string, likes: number) =>
    record(posts({ id: 'p', at, channel: 'social', published: '2026-11-02', likes }), at)
  social.put('posts', [reading('2026-11-18', 5)])
  await using home = await deploy({ vendors: [social], windows: [1] }, '2026-11-19T06:00:00Z')
  await home.collect({ from: FIRST })
  await home.compute({ from: FIRST })
  social.put('posts', [reading('2026-11-18', 5), reading('2026-11-19', 9)])
  home.at('2026-11-20T06:00:00Z')
  await home.collect()
  expect(await home.compute()).toMatchObject({ computed: 1, changed: ['2026-11-19'] })
  expect(valueIn(await home.snapshot('2026-11-19'), 'interactions').value).toBe(4)
})

test('a sweep that runs out of time goes on where it stopped, although its days stay provisional', async () => {
  const app = vendor('app', { visits: { kind: 'events', facts: ['interactions'], settles: 300 } })
  app.put('visits', visits())
  await using home = await deploy({ vendors: [app], windows: [1, 'all'] }, '2026-11-20T06:00:00Z')
  await home.collect({ from: '2026-08-01' })
  home.remaining = () => 1_000
  const first = await home.computeOnce({ from: '2026-08-01' })
  expect(first).toMatchObject({ status: 'more', computed: 92 })
  expect(await home.computeOnce()).toMatchObject({ status: 'done', computed: 19 })
  expect(valueIn(await home.snapshot('2026-11-19'), 'interactions', 'all').value).toBe(19)
})

test('days are asked for from the earliest to the latest, and an earlier one opens what is before', async () => {
  const { home } = await opened()
  await using _ = home
  await home.collect({ from: '2026-10-25', source: 'app' })
  const answer = await home.compute({ from: '2026-10-28', to: '2026-10-28' })
  expect(answer).toMatchObject({ from: '2026-10-28', to: '2026-11-19' })
  expect(valueIn(await home.snapshot('2026-10-28'), 'interactions').value).toBe(0)
  await expect(home.snapshot('2026-10-27')).rejects.toThrow('no snapshot')
  // Of later days, only a window of 28 days reaches what was read now.
  const [, second] = await home.revisions(addDays(FIRST, 10))
  expect(second!.changed_metrics).toEqual(['stickiness'])
})
