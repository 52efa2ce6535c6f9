import { expect, test, vi } from 'vitest'
import { deploy } from './deployment.ts'
import { byGroup, customer, order, somebody, valueIn, visit, warningsOf } from './facts-of.ts'
import { entity, record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const app = () => {
  const made = vendor('app', { visits: { kind: 'events', facts: ['interactions'] } })
  made.put(
    'visits',
    ['2026-11-10', '2026-11-11', '2026-11-12', '2026-11-14'].map((at) =>
      record(visit(at, { customer: somebody('ann') })),
    ),
  )
  return made
}

test('a list that was never read whole is missing, not small', async () => {
  const visits = app()
  const crm = vendor('crm', { people: { kind: 'entity', facts: ['customers'] } })
  crm.put('people', [entity('1', '2026-11-01T00:00:00Z', customer('ann'))])
  await using home = await deploy({ vendors: [visits, crm], windows: [1] }, '2026-11-13T06:00:00Z')
  await home.collect({ source: 'app', from: '2026-11-10' })
  await home.compute({ from: '2026-11-10' })
  const before = await home.snapshot('2026-11-12')
  expect(valueIn(before, 'customers')).toMatchObject({
    value: null,
    null_reason: 'source_missing',
    finality: 'provisional',
    coverage: 0,
  })
  expect(valueIn(before, 'customer_interaction_rate')).toMatchObject({
    value: null,
    null_reason: 'source_missing',
    numerator: null,
    denominator: null,
  })
  expect(valueIn(before, 'interactions')).toMatchObject({ value: 1, coverage: 1, finality: 'final' })
  expect(before.sources).toMatchObject([
    { id: 'app', status: 'ok', data_through: '2026-11-12', rows: 1 },
    { id: 'crm', status: 'missing', data_through: null, rows: 0 },
  ])
  expect(warningsOf(before, 'source_missing')).toEqual([
    { code: 'source_missing', source: 'crm', stream: 'people', effect: 'may rise' },
  ])

  await home.collect({ source: 'crm' })
  const { changed } = await home.compute()
  expect(changed).toEqual(['2026-11-10', '2026-11-11', '2026-11-12'])
  expect(valueIn(await home.snapshot('2026-11-10'), 'customer_interaction_rate')).toMatchObject({
    value: 100,
    coverage: 1,
    finality: 'final',
  })
})

test('a day that was not read lowers coverage and keeps the value provisional; read and empty it is zero', async () => {
  const visits = app()
  await using home = await deploy({ vendors: [visits], windows: [1, 4] }, '2026-11-15T06:00:00Z')
  await home.collect({ from: '2026-11-11', to: '2026-11-12' })
  await home.collect({ from: '2026-11-14' })
  await home.compute({ from: '2026-11-10' })
  const before = await home.snapshot('2026-11-14')
  expect(valueIn(before, 'interactions', '4d')).toMatchObject({ value: 3, coverage: 0.75, finality: 'provisional' })
  expect(valueIn(await home.snapshot('2026-11-13'), 'interactions')).toMatchObject({
    value: null,
    null_reason: 'source_missing',
    coverage: 0,
  })
  // Before the first day collected: coverage is lower, the value stands, and nothing is waited for.
  expect(valueIn(await home.snapshot('2026-11-12'), 'interactions', '4d')).toMatchObject({
    value: 2,
    coverage: 0.5,
    finality: 'final',
  })
  expect(before).toMatchObject({ finality: 'provisional', final_on: '2026-11-15' })

  await home.collect({ from: '2026-11-13', to: '2026-11-13' })
  await home.compute()
  expect(valueIn(await home.snapshot('2026-11-13'), 'interactions')).toMatchObject({
    value: 0,
    coverage: 1,
    finality: 'final',
  })
  expect(valueIn(await home.snapshot('2026-11-14'), 'interactions', '4d')).toMatchObject({
    value: 3,
    coverage: 1,
    finality: 'final',
  })
  expect((await home.revisions('2026-11-14')).map(({ cause }) => cause)).toEqual([null, 'backfill'])
})

test('what nobody yields is no data; a rate over nobody has a zero denominator', async () => {
  const crm = vendor('crm', { people: { kind: 'whole', facts: ['customers'] } })
  crm.put('people', [record(customer('ann', { since: '2026-11-12' }))])
  await using home = await deploy({ vendors: [app(), crm], windows: [1] }, '2026-11-13T06:00:00Z')
  await home.collect({ from: '2026-11-10' })
  await home.compute({ from: '2026-11-10' })
  const snapshot = await home.snapshot('2026-11-11')
  expect(valueIn(snapshot, 'customer_interaction_rate')).toMatchObject({
    value: null,
    null_reason: 'zero_denominator',
    numerator: 1,
    denominator: 0,
  })
  expect(valueIn(snapshot, 'customers')).toMatchObject({ value: 0 })
  for (const metric of ['orders', 'revenue', 'average_order_value']) {
    expect(valueIn(snapshot, metric)).toMatchObject({ value: null, null_reason: 'no_data' })
  }
})

test('a value is final once its sources have settled and been read again', async () => {
  const visits = vendor('app', { visits: { kind: 'events', facts: ['interactions'], settles: 2, repull: 2 } })
  visits.put('visits', [record(visit('2026-11-10'))])
  await using home = await deploy({ vendors: [visits], windows: [1] }, '2026-11-11T06:00:00Z')
  await home.collect({ from: '2026-11-10' })
  await home.compute({ from: '2026-11-10' })
  expect(await home.snapshot('2026-11-10')).toMatchObject({ finality: 'provisional', final_on: '2026-11-13' })
  home.at('2026-11-13T06:00:00Z')
  expect((await home.compute({ to: '2026-11-10' })).changed).toEqual([])
  await home.collect()
  expect((await home.compute()).changed).toContain('2026-11-10')
  const snapshot = await home.snapshot('2026-11-10')
  expect(snapshot).toMatchObject({ finality: 'final', final_on: null, revision: 2 })
  const [, settled] = await home.revisions('2026-11-10')
  expect(settled).toMatchObject({ cause: 'settled', finality: 'final' })
  expect(settled!.changed_metrics).not.toContain('orders')
})

test('a source that leaves the config stops counting, and counts again when it is back', async () => {
  const visits = app()
  const web = vendor('web', { visits: { kind: 'events', facts: ['interactions'] } })
  web.put(
    'visits',
    ['2026-11-10', '2026-11-12'].map((at) => record(visit(at, { count: 5 }))),
  )
  const both = { vendors: [visits, web], windows: [1, 3] }
  await using home = await deploy(both, '2026-11-13T06:00:00Z')
  await home.collect({ from: '2026-11-10' })
  await home.compute({ from: '2026-11-10' })
  const before = await home.snapshot('2026-11-12')
  expect(byGroup(before, 'interactions', 'source', '3d')).toEqual({ app: 3, web: 10 })

  home.reconfigure({ vendors: [visits], windows: [1, 3] })
  await home.compute()
  const without = await home.snapshot('2026-11-12')
  expect(byGroup(without, 'interactions', 'source', '3d')).toEqual({ app: 3 })
  expect(valueIn(without, 'interactions', '3d')).toMatchObject({ value: 3, coverage: 1 })
  expect(without.sources.map(({ id }) => id)).toEqual(['app'])
  expect((await home.revisions('2026-11-12')).at(-1)!.cause).toBe('definition')

  home.reconfigure(both)
  await home.compute()
  expect({ ...(await home.snapshot('2026-11-12')), revision: 1 }).toEqual(before)
})

test('a source that joins the config lowers coverage until it is read', async () => {
  const visits = app()
  const web = vendor('web', { visits: { kind: 'events', facts: ['interactions'] } })
  web.put('visits', [record(visit('2026-11-11', { count: 5 }))])
  await using home = await deploy({ vendors: [visits], windows: [2] }, '2026-11-13T06:00:00Z')
  await home.collect({ from: '2026-11-10' })
  await home.compute({ from: '2026-11-10' })
  home.reconfigure({ vendors: [visits, web], windows: [2] })
  await home.compute()
  expect(valueIn(await home.snapshot('2026-11-12'), 'interactions', '2d')).toMatchObject({
    value: 2,
    coverage: 0.5,
    finality: 'provisional',
  })
  await home.collect({ source: 'web', from: '2026-11-11' })
  await home.compute()
  expect(valueIn(await home.snapshot('2026-11-12'), 'interactions', '2d')).toMatchObject({
    value: 7,
    coverage: 1,
    finality: 'final',
  })
  expect(valueIn(await home.snapshot('2026-11-11'), 'interactions', '2d')).toMatchObject({
    value: 7,
    coverage: 0.75,
    finality: 'final',
  })
})

test('a file that nobody knew to hold orders gives every day a number of orders once it does', async () => {
  const file = vendor('file', { rows: { kind: 'whole' } })
  file.put('rows', [record(customer('ann'), '1')])
  await using home = await deploy({ vendors: [file], windows: [1] }, '2026-11-13T06:00:00Z')
  await home.collect({ from: '2026-11-10' })
  await home.compute({ from: '2026-11-10' })
  expect(valueIn(await home.snapshot('2026-11-10'), 'orders').null_reason).toBe('no_data')
  file.put('rows', [record(customer('ann'), '1'), record(order('o1', '2026-11-12', 100), '2')])
  await home.collect({ from: '2026-11-10', force: true })
  await home.compute()
  expect(valueIn(await home.snapshot('2026-11-10'), 'orders').value).toBe(0)
  expect(valueIn(await home.snapshot('2026-11-12'), 'orders').value).toBe(1)
})

test('all begins at the first fact or the first day collected, whatever sweep asks', async () => {
  const crm = vendor('crm', { people: { kind: 'whole', facts: ['customers'] } })
  crm.put('people', [record(customer('ann', { since: '2026-11-09' }))])
  await using home = await deploy({ vendors: [app(), crm], windows: ['all'] }, '2026-11-13T06:00:00Z')
  await home.collect({ from: '2026-11-11' })
  await home.compute({ from: '2026-11-01' })
  // Since the 9th: two of four days of visits were read.
  expect(valueIn(await home.snapshot('2026-11-12'), 'interactions', 'all')).toMatchObject({ value: 2, coverage: 0.5 })
  home.at('2026-11-14T06:00:00Z')
  await home.collect()
  await home.compute()
  expect(valueIn(await home.snapshot('2026-11-13'), 'interactions', 'all')).toMatchObject({ value: 2, coverage: 0.6 })
  await home.store.lake.delete(await home.objects('derived/'))
  expect((await home.compute()).revisions).toBe(0)
})

test('an earlier first day of a whole reading moves the beginning of all', async () => {
  const crm = vendor('crm', { people: { kind: 'whole', facts: ['customers'] } })
  crm.put('people', [record(customer('ann', { since: '2026-11-10' }))])
  await using home = await deploy({ vendors: [app(), crm], windows: ['all'] }, '2026-11-13T06:00:00Z')
  await home.collect({ from: '2026-11-10' })
  await home.compute({ from: '2026-11-08' })
  expect(valueIn(await home.snapshot('2026-11-12'), 'interactions', 'all').coverage).toBe(1)
  await home.collect({ source: 'crm', from: '2026-11-07', force: true })
  await home.compute()
  expect(valueIn(await home.snapshot('2026-11-12'), 'interactions', 'all').coverage).toBe(0.5)
})
