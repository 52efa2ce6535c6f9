import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { rebuild } from '../../functions/ingest/rebuild.ts'
import { cohortRows, triangle } from './cohorts-of.ts'
import { type Deployment, deploy } from './deployment.ts'
import { customer, somebody, visit } from './facts-of.ts'
import { record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const list = (id = 'crm') => vendor(id, { people: { kind: 'whole', facts: ['customers'] } })
const doings = (settles = 0) =>
  vendor('app', { visits: { kind: 'events', facts: ['interactions'], settles, span: 60 } })

/** Writes to cohort rows from now on, by key. */
function watchWrites({ store }: Deployment): string[] {
  const written: string[] = []
  const put = store.table.put.bind(store.table)
  vi.spyOn(store.table, 'put').mockImplementation((item, condition) => {
    if (item.pk.startsWith('cohort#') || item.sk === 'cohorts') written.push(`${item.pk} ${item.sk}`)
    return put(item, condition)
  })
  return written
}

describe('what did not change is neither computed nor written', () => {
  async function live() {
    const crm = list()
    const app = doings()
    const visits = [record(visit('2026-11-04', { customer: somebody('ann') }))]
    crm.put('people', [record(customer('ann', { since: '2026-11-03' }), 'ann')])
    app.put('visits', visits)
    const churn = { inactiveDays: 30 }
    const home = await deploy({ vendors: [crm, app], windows: [1, 'all'], churn }, '2026-11-16T06:00:00Z')
    await home.collect({ from: '2026-11-02' })
    await home.compute({ from: '2026-11-02' })
    return { home, crm, app, visits }
  }

  test('until a week ends, facts of one that has ended move, or a definition does', async () => {
    const { home, crm, app, visits } = await live()
    await using _ = home
    expect(await triangle(home.store.table, 'week')).toEqual({ '2026-11-02': [1, 1, 0] })
    const written = watchWrites(home)
    await home.compute()
    expect(written).toEqual([])

    // Days of the running week: a new customer, and something done.
    home.at('2026-11-18T06:00:00Z')
    crm.put('people', [
      record(customer('ann', { since: '2026-11-03' }), 'ann'),
      record(customer('ben', { since: '2026-11-17' }), 'ben'),
    ])
    app.put('visits', [...visits, record(visit('2026-11-16', { customer: somebody('ann') }))])
    await home.collect()
    expect((await home.compute()).computed).toBeGreaterThan(0)
    expect(written).toEqual([])

    // One of them came late.
    app.put('visits', [...visits, record(visit('2026-11-12', { customer: somebody('ann') }))])
    await home.collect({ from: '2026-11-12', to: '2026-11-12', force: true })
    await home.compute()
    expect(written).toEqual(['cohort#week 2026-11-02', 'meta cohorts'])
    expect(await triangle(home.store.table, 'week')).toEqual({ '2026-11-02': [1, 1, 1] })

    written.length = 0
    home.at('2026-11-23T06:00:00Z')
    await home.collect()
    await home.compute()
    expect(written.sort()).toEqual([
      'cohort#week 2026-11-02',
      'cohort#week 2026-11-09',
      'cohort#week 2026-11-16',
      'meta cohorts',
    ])
    expect(await triangle(home.store.table, 'week')).toEqual({ '2026-11-02': [1, 1, 1, 1], '2026-11-16': [1, 0] })

    written.length = 0
    home.reconfigure({ vendors: [crm, app], windows: [1, 'all'] })
    await home.compute()
    expect(await triangle(home.store.table, 'week')).toEqual({ '2026-11-02': [1, 1, 1, 1], '2026-11-16': [1, 1] })
  })

  test('an earlier spell begins an earlier cohort, and one that vanishes leaves an empty one', async () => {
    const { home, crm } = await live()
    await using _ = home
    crm.put('people', [record(customer('ann', { since: '2026-10-20' }), 'ann')])
    home.at('2026-11-16T07:00:00Z')
    await home.collect({ source: 'crm', force: true })
    await home.compute()
    // Nothing was collected before 2 November.
    expect(await triangle(home.store.table, 'week')).toEqual({ '2026-10-19': [1, null, null, 1, 0] })
    crm.put('people', [])
    home.at('2026-11-16T08:00:00Z')
    await home.collect({ source: 'crm', force: true })
    await home.compute()
    expect(await triangle(home.store.table, 'week')).toEqual({})
    const rows = await cohortRows(home.store.table, 'week')
    expect(rows.map(({ sk, cohort }) => [sk, cohort.size])).toEqual([
      ['2026-10-19', 0],
      ['2026-10-26', 0],
      ['2026-11-02', 0],
      ['2026-11-09', 0],
    ])
  })

  test('after a rebuild, the next compute puts the same cohorts back, as their first revisions', async () => {
    const { home } = await live()
    await using _ = home
    const before = await cohortRows(home.store.table, 'week')
    const months = await cohortRows(home.store.table, 'month')
    for await (const { pk, sk } of home.store.table.query('cohort#week')) await home.store.table.delete(pk, sk)
    for await (const { pk, sk } of home.store.table.query('cohort#month')) await home.store.table.delete(pk, sk)
    await home.store.table.delete('meta', 'cohorts')
    await rebuild(home.store, async () => {})
    expect(await cohortRows(home.store.table, 'week')).toEqual([])
    expect(await home.compute()).toMatchObject({ revisions: 0 })
    expect(await cohortRows(home.store.table, 'week')).toEqual(before)
    expect(await cohortRows(home.store.table, 'month')).toEqual(months)

    // The same from facts alone.
    await rm(join(home.home, 'lake', 'derived'), { recursive: true })
    const written = watchWrites(home)
    await home.compute()
    expect(written).toEqual(['meta cohorts'])
    expect(await cohortRows(home.store.table, 'week')).toEqual(before)
  })
})

test('where nothing says who is a customer, there are no cohorts', async () => {
  const app = doings()
  app.put('visits', [record(visit('2026-11-04', { customer: somebody('ann') }))])
  await using home = await deploy({ vendors: [app], windows: [1] }, '2026-11-16T06:00:00Z')
  const written = watchWrites(home)
  await home.collect({ from: '2026-11-02' })
  await home.compute({ from: '2026-11-02' })
  expect(written).toEqual([])
})
