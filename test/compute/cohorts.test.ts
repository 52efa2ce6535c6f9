import { describe, expect, test, vi } from 'vitest'
import { person } from '../../functions/kit/person.ts'
import { cohortRows, triangle } from './cohorts-of.ts'
import { deploy } from './deployment.ts'
import { customer, somebody, visit } from './facts-of.ts'
import { entity, record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const list = (id = 'crm') => vendor(id, { people: { kind: 'whole', facts: ['customers'] } })
const doings = (settles = 0) =>
  vendor('app', { visits: { kind: 'events', facts: ['interactions'], settles, span: 60 } })

// Monday 2 November to Sunday 29 November 2026 are four weeks.
describe('by contract', () => {
  test('who joined in a week is counted at the end of it and of every week after that has ended', async () => {
    const crm = list()
    crm.put('people', [
      record(customer('ann', { since: '2026-11-02' })),
      // Back after a week away: still of the first cohort, and present again.
      record([customer('ben', { since: '2026-11-08', left: '2026-11-12' }), customer('ben', { since: '2026-11-20' })]),
      // Left on the last day of the week: not there at its end. A day later: there.
      record(customer('cem', { since: '2026-11-03', left: '2026-11-15' })),
      record(customer('dan', { since: '2026-11-03', left: '2026-11-16' })),
      // Never for a day.
      record(customer('eva', { since: '2026-11-04', left: '2026-11-04' })),
      // A contact is no customer.
      record(customer('fay', { since: '2026-11-04', role: 'contact' })),
      record(customer('gus', { since: '2026-11-23' })),
      // The week of this one has not ended.
      record(customer('hal', { since: '2026-12-01' })),
    ])
    await using home = await deploy({ vendors: [crm], windows: [1] }, '2026-12-02T06:00:00Z')
    await home.collect({ from: '2026-11-30' })
    await home.compute({ from: '2026-11-30' })
    expect(await triangle(home.store.table, 'week')).toEqual({
      '2026-11-02': [4, 4, 2, 2, 2],
      '2026-11-23': [1, 1],
    })
    // Ann, Ben, Cem and Dan joined in November, and so did Gus; of December not one month has ended.
    expect(await triangle(home.store.table, 'month')).toEqual({ '2026-11-01': [5, 3] })
    const rows = await cohortRows(home.store.table, 'week')
    expect(rows.map(({ sk }) => sk)).toEqual(['2026-11-02', '2026-11-09', '2026-11-16', '2026-11-23'])
    expect(rows[1]).toMatchObject({
      revision: 1,
      computed_at: '2026-12-02T06:00:00Z',
      corrected_at: null,
      cohort: {
        size: 0,
        size_null_reason: null,
        size_final: true,
        size_coverage: 1,
        retained: [0, 0, 0],
        null_reason: [null, null, null],
        final: [true, true, true],
        coverage: [1, 1, 1],
      },
    })
  })

  test.each([
    // The clocks go back on Sunday 25 October: it has 25 hours in Berlin, and ends at 23:00 in UTC.
    ['2026-10-25T22:59:59Z', '2026-10-25T23:00:00Z', '2026-11-02T06:00:00Z', ['2026-10-19', '2026-10-26']],
    // They go forward on Sunday 29 March: it has 23 hours, and ends at 22:00 in UTC.
    ['2026-03-29T21:59:59Z', '2026-03-29T22:00:00Z', '2026-04-06T06:00:00Z', ['2026-03-23', '2026-03-30']],
  ])('the week ends after %s and before %s in Berlin', async (last, next, now, [first, second]) => {
    const crm = list()
    crm.put('people', [
      record(customer('ann', { since: last })),
      record(customer('ben', { since: next })),
      // Who leaves in the last second of the week is not there at its end; a second later, but not at that of the next.
      record(customer('cem', { since: first!, left: last })),
      record(customer('dan', { since: first!, left: next })),
      // Who leaves within the same day was never there, whatever the hour in UTC.
      record(customer('eva', { since: last, left: last })),
    ])
    await using home = await deploy({ vendors: [crm], windows: [1] }, now)
    await home.collect()
    await home.compute()
    expect(await triangle(home.store.table, 'week')).toEqual({ [first!]: [3, 2, 1], [second!]: [1, 1] })
  })

  test('two keys that turn out to be one person are one of the earlier cohort, and a final number says that it changed', async () => {
    const [crm, shop] = [list('crm'), list('shop')]
    crm.put('people', [record(customer(person({ email: 'ann@x.example' }), { since: '2026-11-03' }), 'a')])
    shop.put('people', [
      record(customer(person({ id: 7 }), { since: '2026-11-10', left: '2026-11-20' })),
      record(customer('ben', { since: '2026-11-10' })),
    ])
    await using home = await deploy({ vendors: [crm, shop], windows: [1] }, '2026-11-23T06:00:00Z')
    await home.collect()
    await home.compute()
    expect(await triangle(home.store.table, 'week')).toEqual({
      '2026-11-02': [1, 1, 1, 1],
      '2026-11-09': [2, 2, 1],
    })
    const both = person({ email: 'ann@x.example', id: 7 })
    shop.put('people', [
      record(customer(both, { since: '2026-11-10', left: '2026-11-20' })),
      record(customer('ben', { since: '2026-11-10' })),
    ])
    home.at('2026-11-23T09:00:00Z')
    await home.collect({ source: 'shop', force: true })
    await home.compute()
    expect(await triangle(home.store.table, 'week')).toEqual({ '2026-11-02': [1, 1, 1, 1], '2026-11-09': [1, 1, 1] })
    expect(await cohortRows(home.store.table, 'week')).toMatchObject([
      { sk: '2026-11-02', revision: 1, corrected_at: null },
      { sk: '2026-11-09', revision: 2, computed_at: '2026-11-23T09:00:00Z', corrected_at: '2026-11-23T09:00:00Z' },
      { sk: '2026-11-16', revision: 1, corrected_at: null },
    ])
  })

  test('only the owner of customers says who joined', async () => {
    const [crm, shop] = [list('crm'), list('shop')]
    crm.put('people', [record(customer('ann', { since: '2026-11-03' }))])
    shop.put('people', [
      record(customer('ann', { since: '2026-10-01' })),
      record(customer('ben', { since: '2026-11-03' })),
    ])
    const vendors = [crm, shop]
    await using home = await deploy({ vendors, windows: [1], owners: { customers: 'crm' } }, '2026-11-09T06:00:00Z')
    await home.collect()
    await home.compute()
    expect(await triangle(home.store.table, 'week')).toEqual({ '2026-11-02': [1, 1] })
    home.reconfigure({ vendors, windows: [1], owners: { customers: 'shop' } })
    await home.compute()
    const weeks = await triangle(home.store.table, 'week')
    expect(weeks).toEqual({ '2026-09-28': [1, 1, 1, 1, 1, 1, 1], '2026-11-02': [1, 1] })
  })

  test('a list that was not read whole is missing, not small; once it is, numbers are there', async () => {
    const crm = vendor('crm', { people: { kind: 'entity', facts: ['customers'] } })
    const app = doings()
    crm.put('people', [entity('1', '2026-11-03T00:00:00Z', customer('ann', { since: '2026-11-03' }))])
    await using home = await deploy({ vendors: [crm, app], windows: [1] }, '2026-11-16T06:00:00Z')
    await home.collect({ source: 'app', from: '2026-11-02' })
    await home.compute({ from: '2026-11-02' })
    const [missing] = await cohortRows(home.store.table, 'week')
    expect(missing!.cohort).toMatchObject({
      size: null,
      size_null_reason: 'source_missing',
      size_final: false,
      retained: [null, null],
      null_reason: ['source_missing', 'source_missing'],
      final: [false, false],
    })
    await home.collect({ source: 'crm' })
    await home.compute()
    expect(await triangle(home.store.table, 'week')).toEqual({ '2026-11-02': [1, 1, 1] })
  })
})

describe('by inactivity', () => {
  const churn = { inactiveDays: 30 }

  test('who did something themselves within the week is retained, whatever their spells', async () => {
    const crm = list()
    const app = doings()
    crm.put('people', [
      record(customer('ann', { since: '2026-11-04', left: '2026-11-05' })),
      record(customer('ben', { since: '2026-11-08' })),
      record(customer('cem', { since: '2026-11-10' })),
    ])
    app.put('visits', [
      // Before she became a customer, in the same week; then twice in the second week after.
      record(visit('2026-11-02', { customer: somebody('ann') })),
      record(visit('2026-11-16', { customer: somebody('ann') })),
      record(visit('2026-11-22T22:59:59Z', { customer: somebody('ann') })),
      // The company wrote: he did nothing.
      record(visit('2026-11-10', { customer: somebody('ben'), initiator: 'company' })),
      // 24:00 in Berlin is Monday.
      record(visit('2026-11-15T23:00:00Z', { customer: somebody('ben') })),
      // In the week before his own: of no age.
      record(visit('2026-11-03', { customer: somebody('cem') })),
      record(visit('2026-11-15T22:59:59Z', { customer: somebody('cem') })),
      // No customer at all, and nobody at all.
      record(visit('2026-11-10', { customer: somebody('dan') })),
      record(visit('2026-11-10')),
    ])
    await using home = await deploy({ vendors: [crm, app], windows: [1], churn }, '2026-11-24T06:00:00Z')
    await home.collect({ from: '2026-11-02' })
    await home.compute({ from: '2026-11-20' })
    expect(await triangle(home.store.table, 'week')).toEqual({
      '2026-11-02': [2, 1, 0, 2],
      '2026-11-09': [1, 1, 0],
    })
  })

  test('days before the first that was collected are missing, and those that were missed lower coverage', async () => {
    const crm = list()
    const app = doings()
    crm.put('people', [record(customer('ann', { since: '2026-10-20' }))])
    app.put('visits', [record(visit('2026-11-06', { customer: somebody('ann') }))])
    await using home = await deploy({ vendors: [crm, app], windows: [1], churn }, '2026-11-09T06:00:00Z')
    await home.collect({ from: '2026-11-05' })
    await home.compute({ from: '2026-11-05' })
    const [row] = await cohortRows(home.store.table, 'week')
    expect(row).toMatchObject({
      sk: '2026-10-19',
      cohort: {
        size: 1,
        size_final: true,
        retained: [null, null, 1],
        null_reason: ['source_missing', 'source_missing', null],
        coverage: [0, 0, 4 / 7],
        final: [true, true, true],
      },
    })
  })

  test('a number is provisional until the days it looks at have settled and were read again', async () => {
    const crm = list()
    const app = doings(3)
    crm.put('people', [record(customer('ann', { since: '2026-11-03' }))])
    app.put('visits', [record(visit('2026-11-04', { customer: somebody('ann') }))])
    await using home = await deploy({ vendors: [crm, app], windows: [1], churn }, '2026-11-09T06:00:00Z')
    await home.collect({ from: '2026-11-02' })
    await home.compute({ from: '2026-11-02' })
    expect((await cohortRows(home.store.table, 'week'))[0]).toMatchObject({
      revision: 1,
      cohort: { size_final: true, retained: [1], final: [false] },
    })
    home.at('2026-11-12T06:00:00Z')
    await home.collect({ from: '2026-11-02', force: true })
    await home.compute()
    expect((await cohortRows(home.store.table, 'week'))[0]).toMatchObject({
      revision: 2,
      corrected_at: null,
      cohort: { retained: [1], final: [true] },
    })
  })
})
