import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays, type Day, eachDay } from '../../functions/kit/day.ts'
import { additiveKinds, type Measure, type Metric } from '../../functions/kit/metric.ts'
import { metrics } from '../../functions/metrics/index.ts'
import type { Snapshot, WindowValue } from '../../functions/store/rows.ts'
import { checkProperty, differences } from './check-property.ts'
import { type Deployment, deploy } from './deployment.ts'
import { exact, inexact } from './exact.ts'
import { customer, somebody, valueIn, visit } from './facts-of.ts'
import { type Draw, drawDeployment, FIRST, type Holding, lastOf, nowOf, vendorsOf } from './random-deployment.ts'
import { record, type VendorRecord, vendor } from './vendor.ts'

/** Without when and in which revision they were written. */
async function snapshotsOf(home: Deployment, days: readonly Day[]): Promise<Snapshot[]> {
  const found = await Promise.all(days.map((date) => home.snapshot(date)))
  return found.map((snapshot) => ({ ...snapshot, revision: 0, computed_at: '' }))
}

/** The same records in another order; of streams without versions, some of them twice. */
function stirred(draw: Draw, holdings: readonly Holding[]): Holding[] {
  return holdings.map((holding) => {
    const { records, options } = holding
    const twice: VendorRecord[] = options.kind === 'events' ? draw(fc.subarray([...records])) : []
    const all = [...records, ...twice]
    return { ...holding, records: draw(fc.shuffledSubarray(all, { minLength: all.length })) }
  })
}

test('the order of pages, records that come twice and how a range is split change no byte', {
  timeout: 900_000,
}, async () => {
  const property = fc.asyncProperty(fc.gen(), async (gen) => {
    const draw: Draw = (arbitrary) => gen(() => arbitrary)
    const given = drawDeployment(draw)
    const last = lastOf(given)
    const days = eachDay(addDays(last, -9), last)
    await using once = await deploy({ vendors: vendorsOf(given.holdings), ...given.settings }, nowOf(given))
    await once.collect({ from: FIRST, to: last })
    await once.compute({ from: days[0]!, to: last })

    const vendors = vendorsOf(stirred(draw, given.holdings))
    for (const one of vendors) one.pageSize = draw(fc.integer({ min: 3, max: 12 }))
    await using split = await deploy({ vendors, ...given.settings }, nowOf(given))
    const cut = addDays(FIRST, draw(fc.integer({ min: 1, max: given.days - 2 })))
    const parts = [
      { from: FIRST, to: cut },
      { from: addDays(cut, 1), to: last },
    ]
    for (const part of draw(fc.boolean()) ? parts : parts.toReversed()) await split.collect(part)
    await split.collect({ from: addDays(cut, -1), to: cut, force: true })
    await split.compute({ from: days[0]!, to: last })

    const [expected, found] = [await snapshotsOf(once, days), await snapshotsOf(split, days)]
    expect(differences(expected, found).slice(0, 9)).toEqual([])
    expect(JSON.stringify(found)).toBe(JSON.stringify(expected))
  })
  await checkProperty(property, 1)
})

const isAdditive = ({ kind }: Measure) => additiveKinds.includes(kind)

/** Which figures of a metric add up over days. */
function additiveParts(metric: Metric): ('value' | 'numerator' | 'denominator')[] {
  if (metric.kind === 'total') return ['value']
  if (metric.kind !== 'ratio') return []
  return [
    ...(isAdditive(metric.numerator) ? ['numerator' as const] : []),
    ...(isAdditive(metric.denominator) ? ['denominator' as const] : []),
  ]
}

/** What of a metric adds up: the whole (`null`), or, where sources do not go together, each of them. */
const adding = (metric: Metric, week: Snapshot): (string | null)[] =>
  metric.kind === 'ratio' && metric.oneSource ? Object.keys(valueIn(week, metric.id, '7d').by?.source ?? {}) : [null]

/** Shares of a whole; what is divided by a number of customers that is only stated may be more than that. */
const SHARES = [
  ...['customer_initiated_share', 'proactive_contact_share', 'stickiness', 'engaged_session_rate', 'bounce_rate'],
  ...['csat', 'ces_easy_share', 'repeat_purchase_rate', 'repeat_purchase_rate_by_orders', 'churn_rate'],
  ...['retention_rate', 'referral_conversion_rate', 'first_contact_resolution_rate', 'reopen_rate', 'win_rate'],
  ...['cart_abandonment_rate', 'new_user_share', 'engagement_score'],
]

/** Without rows that give an id a second time: what counts once on its first day need not be decided then. */
function unrepeated(holdings: readonly Holding[]): Holding[] {
  const seen = new Set<string>()
  return holdings.map((holding) => ({
    ...holding,
    records: holding.records.map((one) => ({
      ...one,
      rows: one.rows.filter(({ fact, columns: { id } }) => {
        const key = `${holding.source} ${fact} ${id}`
        return id === undefined || fact === 'posts' || fact === 'orders' || (!seen.has(key) && seen.add(key))
      }),
    })),
  }))
}

test('days add up to their window where they should, shares are shares, and the score is one', {
  timeout: 900_000,
}, async () => {
  const property = fc.asyncProperty(fc.gen(), async (gen) => {
    const draw: Draw = (arbitrary) => gen(() => arbitrary)
    const given = drawDeployment(draw)
    const holdings = unrepeated(given.holdings)
    const settings = { ...given.settings, windows: [1, 7, 'all' as const] }
    await using home = await deploy({ vendors: vendorsOf(holdings), ...settings }, nowOf(given))
    await home.collect({ from: FIRST, to: lastOf(given) })
    const days = eachDay(addDays(lastOf(given), -6), lastOf(given))
    await home.compute({ from: days[0]!, to: days.at(-1)! })
    const snapshots = await snapshotsOf(home, days)
    const week = snapshots.at(-1)!
    for (const metric of metrics.filter(({ windows }) => windows === undefined)) {
      for (const part of additiveParts(metric)) {
        for (const source of adding(metric, week)) {
          const of = (snapshot: Snapshot, window?: string) => {
            const whole = valueIn(snapshot, metric.id, window)
            return (source === null ? whole : whole.by?.source?.[source])?.[part] ?? 0
          }
          const sum = inexact(snapshots.reduce((all, day) => all + exact(of(day)), 0n))
          expect([metric.id, source, part, sum]).toEqual([metric.id, source, part, of(week, '7d')])
        }
      }
    }
    const shares = [...SHARES, ...(settings.customers ? [] : ['active_customer_share'])]
    const low = snapshots.flatMap(({ date, metrics }) =>
      [...shares, 'nps'].flatMap((id) =>
        Object.entries(metrics[id]!.windows).flatMap(([window, whole]) =>
          everyValue(whole)
            .filter((value) => value < (id === 'nps' ? -100 : 0) || value > 100)
            .map((value) => `${date} ${id} ${window}: ${value}`),
        ),
      ),
    )
    expect(low).toEqual([])
  })
  await checkProperty(property, 1)
})

function everyValue({ value, by = {} }: WindowValue): number[] {
  const all = [value, ...Object.values(by).flatMap((groups) => Object.values(groups).map(({ value }) => value))]
  return all.filter((one) => one !== null && one !== undefined)
}

test('the customer interaction rate may exceed 100; the share of customers who acted may not', async () => {
  const app = vendor('app', { all: { kind: 'events', facts: ['interactions', 'customers'] } })
  app.put('all', [
    record([customer('ann', { since: '2026-11-09' }), customer('bob', { since: '2026-11-09' })]),
    ...Array.from({ length: 10 }, () => record(visit('2026-11-09'))),
    record(visit('2026-11-09', { customer: somebody('ann') })),
  ])
  await using home = await deploy({ vendors: [app], windows: [1] }, '2026-11-10T06:00:00Z')
  await home.collect({ from: '2026-11-09' })
  await home.compute({ from: '2026-11-09' })
  const snapshot = await home.snapshot('2026-11-09')
  expect(valueIn(snapshot, 'customer_interaction_rate')).toMatchObject({ value: 550, numerator: 11, denominator: 2 })
  expect(valueIn(snapshot, 'active_customer_share')).toMatchObject({ value: 50, numerator: 1, denominator: 2 })
})
