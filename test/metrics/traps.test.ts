import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { judge } from '../../functions/analysis/anomaly.ts'
import { compare } from '../../functions/analysis/compare.ts'
import { type DayPoint, rollUp, rollUpOf } from '../../functions/analysis/roll-up.ts'
import { createApp } from '../../functions/api/app.ts'
import { createKey } from '../../functions/api/keys.ts'
import { carts, interactions, posts, referrals, responses, tickets, traffic } from '../../functions/facts.ts'
import { configData } from '../../functions/kit/config.ts'
import { addDays, day } from '../../functions/kit/day.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import { person } from '../../functions/kit/person.ts'
import { metrics } from '../../functions/metrics/index.ts'
import { collectRows } from '../../functions/store/collect-rows.ts'
import { readSnapshot } from '../../functions/store/read-snapshot.ts'
import { keys, type RunRow } from '../../functions/store/rows.ts'
import { type Deployment, deploy } from '../compute/deployment.ts'
import { byGroup, customer, order, somebody, valueIn, visit, warningsOf } from '../compute/facts-of.ts'
import { record, type StreamOptions, vendor } from '../compute/vendor.ts'

vi.setConfig({ testTimeout: 120_000 })

/** A source that says so much, in a stream of its own. */
function source(id: string, rows: readonly FactRow[], options: Partial<StreamOptions> = {}) {
  const made = vendor(id, { all: { kind: 'events', ...options } })
  made.put(
    'all',
    rows.map((row) => record(row)),
  )
  return made
}

const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i))

/** Reads and computes days of two weeks in November; the clock stands at the day after. */
async function computed(config: Parameters<typeof deploy>[0], from: string, to: string): Promise<Deployment> {
  const home = await deploy({ timezone: 'UTC', windows: [1], ...config }, `${addDays(day(to), 1)}T06:00:00Z`)
  await home.collect({ from, to })
  await home.compute({ from, to })
  return home
}

/** What is looked at of an explanation, or of a refusal. */
interface Said {
  readonly detail: string
  readonly change: number
  readonly change_pct: number | null
  readonly parts: readonly { readonly kind: string; readonly contribution: number }[]
  readonly cautions: readonly string[]
  readonly sentence: string
}

/** Asks the API of a deployment. */
async function ask(home: Deployment, path: string) {
  const now = new Date('2026-11-30T12:00:00Z')
  const api = createApp({
    store: home.store,
    config: configData(home.config),
    metrics,
    now: () => now,
    version: '0.0.0',
  })
  const { key } = await createKey(home.store.table, { name: 'test', scopes: ['metrics:read'], until: undefined, now })
  const answer = await api.request(path, { headers: { Authorization: `Bearer ${key}` } })
  return { status: answer.status, body: (await answer.json()) as Said }
}

const metricOf = (id: string) => metrics.find((one) => one.id === id)!

describe('average of ratios', () => {
  test('numerators and denominators are stored, and longer periods are the quotient of their sums', () => {
    const parts = fc.record({ numerator: fc.nat(10_000), denominator: fc.nat(10_000) })
    fc.assert(
      fc.property(fc.array(parts, { minLength: 7, maxLength: 7 }), (days) => {
        const points = days.map(({ numerator, denominator }, i): DayPoint => {
          const value = denominator === 0 ? null : (numerator * 100) / denominator
          const null_reason = value === null ? ('zero_denominator' as const) : null
          const date = addDays(day('2026-11-02'), i)
          return { day: date, value, null_reason, numerator, denominator, finality: 'final', coverage: 1 }
        })
        const [week] = rollUp(points, rollUpOf(metricOf('click_rate'))!, 100, 'week')
        const sum = (of: 'numerator' | 'denominator') => days.reduce((total, one) => total + one[of], 0)
        const [above, below] = [sum('numerator'), sum('denominator')]
        expect(week).toMatchObject({
          value: below === 0 ? null : (above * 100) / below,
          numerator: above,
          denominator: below,
        })
      }),
      { numRuns: 1_000 },
    )
  })

  test('and so is the window of a metric: posts are pooled, not averaged', async () => {
    const post = (at: string, reach: number, likes: number) =>
      posts({ id: at, at, published: at, channel: 'social', reach, likes })
    const app = source('app', [post('2026-11-02', 100, 50), post('2026-11-03', 900, 9)])
    await using home = await computed({ vendors: [app], windows: [1, 2] }, '2026-11-02', '2026-11-03')
    const snapshot = await home.snapshot('2026-11-03')
    expect(valueIn(snapshot, 'engagement_rate_by_reach', '2d')).toMatchObject({
      value: 5.9,
      numerator: 59,
      denominator: 1000,
    })
  })
})

describe('non-additive counts', () => {
  const adds = (id: string) => rollUpOf(metricOf(id)) !== null

  test('people, medians and shares of people do not add up over days; events do', () => {
    for (const id of ['active_customers', 'community_active_members', 'churned_customers', 'stickiness'])
      expect(adds(id)).toBe(false)
    for (const id of ['first_response_time', 'resolution_time', 'tenure', 'repeat_purchase_rate', 'new_user_share'])
      expect(adds(id)).toBe(false)
    for (const id of ['interactions', 'orders', 'revenue', 'tickets_opened', 'nps', 'csat', 'bounce_rate'])
      expect(adds(id)).toBe(true)
  })

  test('a week of them is refused, with what to ask instead; unique visitors of a week are the vendor’s own', async () => {
    const [monday, sunday] = ['2026-11-02', '2026-11-08']
    const users = (date: string, span: number, users: number, new_users: number) =>
      traffic({ day: date, span, users, new_users })
    const app = source('app', [
      visit(monday, { customer: somebody('ann') }),
      visit(sunday, { customer: somebody('ann') }),
    ])
    const web = source('web', [
      ...many(7, (i) => users(addDays(day(monday), i), 1, 100, 50)),
      users(sunday, 7, 400, 100),
    ])
    await using home = await computed({ vendors: [app, web], windows: [1, 3, 7] }, monday, sunday)
    const refused = await ask(home, `/v1/metrics/active_customers/series?from=${monday}&to=${sunday}&granularity=week`)
    expect(refused.status).toBe(422)
    expect(refused.body.detail).toMatch(
      /window=3d or 7d.*tidemark query active_customers --from <day> --granularity week/,
    )
    const snapshot = await home.snapshot(sunday)
    expect(valueIn(snapshot, 'active_customers', '7d').value).toBe(1)
    expect(valueIn(snapshot, 'new_user_share', '7d')).toMatchObject({ value: 25, numerator: 100, denominator: 400 })
    expect(valueIn(snapshot, 'new_user_share', '3d')).toMatchObject({ value: null, null_reason: 'not_additive' })
  })
})

describe('day boundaries', () => {
  test.each([
    ['2026-03-29', 23],
    ['2026-10-25', 25],
  ])('%s has %d hours in the reporting zone', async (date, hours) => {
    const start = Date.parse(`${addDays(day(date), -1)}T00:30:00Z`)
    const app = source(
      'app',
      many(72, (i) => visit(new Date(start + i * 3_600_000).toISOString())),
    )
    await using home = await computed({ vendors: [app], timezone: 'Europe/Berlin' }, date, date)
    expect(valueIn(await home.snapshot(date), 'interactions').value).toBe(hours)
  })

  test('a vendor that gives its own days only keeps them', async () => {
    const web = source('web', [traffic({ day: '2026-11-03', sessions: 10 })], {
      kind: 'report',
      facts: ['traffic'],
      zone: 'Pacific/Auckland',
    })
    await using home = await computed({ vendors: [web], timezone: 'Europe/Berlin' }, '2026-11-03', '2026-11-03')
    const snapshot = await home.snapshot('2026-11-03')
    expect(valueIn(snapshot, 'sessions').value).toBe(10)
    expect(warningsOf(snapshot, 'own_days')).toEqual([expect.objectContaining({ source: 'web', stream: 'all' })])
  })
})

test('late settling: provisional until the source has settled and was read again after that', async () => {
  const app = source('app', [visit('2026-11-03')], { settles: 3 })
  await using home = await computed({ vendors: [app] }, '2026-11-03', '2026-11-03')
  const finality = async () => valueIn(await home.snapshot('2026-11-03'), 'interactions').finality
  expect(await finality()).toBe('provisional')
  expect((await home.snapshot('2026-11-03')).final_on).toBe('2026-11-07')
  home.at('2026-11-09T06:00:00Z')
  await home.compute()
  expect(await finality()).toBe('provisional')
  await home.collect({ from: '2026-11-03', to: '2026-11-03', force: true })
  await home.compute()
  expect(await finality()).toBe('final')
})

test('sampling, thresholds, "(other)": what the vendor says about its answer stands beside every value that rests on it', async () => {
  const app = source('app', [visit('2026-11-03'), visit('2026-11-05')])
  const sampled = { code: 'sampled', message: 'estimated from a tenth' }
  const other = { code: 'other_row', message: 'small rows were folded' }
  Object.assign(app.source.streams.all!, { notes: () => [{ ...sampled, day: day('2026-11-03') }, other] })
  await using home = await computed({ vendors: [app], windows: [2] }, '2026-11-02', '2026-11-05')
  const said = async (date: string) =>
    (await home.snapshot(date)).warnings.map(({ code, source, stream, message }) => [code, source, stream, message])
  expect(await said('2026-11-02')).toEqual([['other_row', 'app', 'all', other.message]])
  expect(await said('2026-11-03')).toEqual([
    ['other_row', 'app', 'all', `${other.message} (2 days, the last 2026-11-03)`],
    ['sampled', 'app', 'all', sampled.message],
  ])
  expect((await said('2026-11-04'))[1]).toEqual(['sampled', 'app', 'all', `${sampled.message} (2026-11-03)`])
  expect(await said('2026-11-05')).toEqual([
    ['other_row', 'app', 'all', `${other.message} (2 days, the last 2026-11-05)`],
  ])
  const runs = (await collectRows(home.store.table, keys.run('app', '').pk, {})) as RunRow[]
  expect(runs.at(-1)!.warnings).toEqual([sampled, other])

  // Read again without a remark, the day is as good as any.
  Object.assign(app.source.streams.all!, { notes: () => [] })
  home.at('2026-11-09T06:00:00Z')
  app.put(
    'all',
    [visit('2026-11-03'), visit('2026-11-04'), visit('2026-11-05')].map((row) => record(row)),
  )
  await home.collect({ from: '2026-11-02', to: '2026-11-05', force: true })
  await home.compute()
  expect(await said('2026-11-04')).toEqual([])
})

test('records that could not be read stand beside the values that lack them, until they can be', async () => {
  const odd = interactions({ at: '2026-11-03', channel: 'web', kind: 'teleport' as 'visit' })
  const app = source('app', [visit('2026-11-03'), odd])
  const file = source('file', [visit('2026-11-02'), odd], { kind: 'whole' })
  await using home = await computed({ vendors: [app, file] }, '2026-11-02', '2026-11-03')
  const said = async (date: string) =>
    (await home.snapshot(date)).warnings.map(({ code, source, message }) => [code, source, message])
  const lacking = '1 of 2 records could not be read, and are left out'
  expect(await said('2026-11-03')).toEqual([
    ['quarantined', 'app', lacking],
    ['quarantined', 'file', lacking],
  ])
  file.put('all', [record(visit('2026-11-02')), record(visit('2026-11-03'))])
  await home.collect({ source: 'file', force: true })
  await home.compute()
  expect(await said('2026-11-03')).toEqual([['quarantined', 'app', lacking]])
})

test('currency: converted at the rate of the day, never guessed, and new rates are a revision', async () => {
  const shop = source('shop', [
    order('a', '2026-11-02', 1000, { currency: 'USD' }),
    order('b', '2026-11-03', 1000, { currency: 'USD' }),
    order('c', '2026-11-03', 1000, { currency: 'JPY' }),
  ])
  const dollars = (from: string, rate: number) => ({ currency: 'USD', from, rate })
  const config = {
    vendors: [shop],
    timezone: 'UTC',
    windows: [1],
    rates: [dollars('2026-11-01', 0.9), dollars('2026-11-03', 0.8)],
  }
  await using home = await computed(config, '2026-11-02', '2026-11-03')
  const revenue = async (date: string) => valueIn(await home.snapshot(date), 'revenue').value
  expect([await revenue('2026-11-02'), await revenue('2026-11-03')]).toEqual([900, 800])
  const { warnings, metrics: found } = await home.snapshot('2026-11-03')
  expect(warnings).toContainEqual(
    expect.objectContaining({ code: 'currency_missing', message: expect.stringContaining('1 orders in JPY') }),
  )
  expect(found.orders!.windows['1d']!.value).toBe(2)
  home.reconfigure({ ...config, rates: [dollars('2026-11-01', 0.9), dollars('2026-11-03', 0.7)] })
  await home.compute()
  expect([await revenue('2026-11-02'), await revenue('2026-11-03')]).toEqual([900, 700])
  expect((await home.revisions('2026-11-03')).map(({ cause }) => cause)).toEqual([null, 'definition'])
  expect(await home.revisions('2026-11-02')).toHaveLength(1)
})

test('double counting: the owner’s rows count, those of the others are kept, counted and named', async () => {
  const mail = (id: string) =>
    interactions({ id, at: '2026-11-03', channel: 'email', kind: 'reply', initiator: 'customer' })
  const crm = source('crm', [mail('1'), mail('2'), visit('2026-11-03')])
  const tool = source('tool', [mail('1'), mail('2'), mail('3')])
  await using home = await computed(
    { vendors: [crm, tool], owners: { 'interactions.email': 'tool' } },
    '2026-11-03',
    '2026-11-03',
  )
  const snapshot = await home.snapshot('2026-11-03')
  expect(valueIn(snapshot, 'interactions').value).toBe(4)
  expect(byGroup(snapshot, 'interactions', 'source')).toEqual({ crm: 1, tool: 3 })
  expect(warningsOf(snapshot, 'not_counted')).toEqual([
    expect.objectContaining({
      source: 'crm',
      message: expect.stringMatching(/^2 interactions are kept and not counted/),
    }),
  ])
  expect(snapshot.sources.map(({ id, rows }) => [id, rows])).toEqual([
    ['crm', 3],
    ['tool', 3],
  ])
})

test('identity: one person by any spelling and any key, nobody by none', async () => {
  const seen = [
    person({ email: ' Ann@X.example', id: '7' }),
    person({ email: 'ann@x.example' }),
    person({ id: '7' }),
    person({ email: 'bob@x.example', phone: '+49 30 1' }),
    person({ email: 'cid@x.example', phone: '+49 30 1' }),
    person({ id: '' }),
  ]
  const app = source(
    'app',
    seen.map((who) => visit('2026-11-03', { customer: who })),
  )
  await using home = await computed({ vendors: [app] }, '2026-11-03', '2026-11-03')
  const snapshot = await home.snapshot('2026-11-03')
  expect(valueIn(snapshot, 'interactions').value).toBe(6)
  expect(valueIn(snapshot, 'active_customers').value).toBe(3)
  expect(valueIn(snapshot, 'interactions_per_active_customer')).toMatchObject({ numerator: 5, denominator: 3 })
})

test('survivorship: what waits is provisional until the wait is over, and what is open is shown beside', async () => {
  const desk = source('desk', [
    carts({ id: 'a', opened: '2026-11-03T10:00:00Z' }),
    tickets({ id: '1', opened: '2026-11-03T08:00:00Z', solved: '2026-11-03T09:00:00Z', channel: 'chat' }),
    tickets({ id: '2', opened: '2026-11-03T08:00:00Z', channel: 'chat' }),
    referrals({ id: 'r', at: '2026-11-03' }),
  ])
  await using home = await computed({ vendors: [desk] }, '2026-11-03', '2026-11-03')
  const finality = async () => {
    const snapshot = await home.snapshot('2026-11-03')
    return ['tickets_solved', 'cart_abandonment_rate', 'reopen_rate', 'referral_conversion_rate'].map(
      (id) => valueIn(snapshot, id).finality,
    )
  }
  expect(await finality()).toEqual(['final', 'provisional', 'provisional', 'provisional'])
  const snapshot = await home.snapshot('2026-11-03')
  expect(valueIn(snapshot, 'resolution_time').value).toBe(3600)
  expect(valueIn(snapshot, 'open_tickets').value).toBe(1)
  for (const [now, expected] of [
    ['2026-11-12', ['final', 'final', 'final', 'provisional']],
    ['2027-01-04', ['final', 'final', 'final', 'final']],
  ] as const) {
    home.at(`${now}T06:00:00Z`)
    await home.collect({ from: '2026-11-03', to: '2026-11-03', force: true })
    await home.compute()
    expect(await finality()).toEqual(expected)
  }
})

describe('mix, points and small samples, where a change is explained', () => {
  const answers = (id: string, date: string, satisfied: number, n: number) =>
    many(n, (i) =>
      responses({ id: `${id}${date}${i}`, at: date, survey: 'csat', value: i < satisfied ? 5 : 1, scale: [1, 5] }),
    )
  const [before, after] = ['2026-11-03', '2026-11-04']
  const shop = source('shop', [
    ...answers('s', before, 80, 100),
    ...answers('s', after, 9, 10),
    ...many(4, (i) => order(`o${i}`, i < 1 ? before : after, 100)),
  ])
  const desk = source('desk', [...answers('d', before, 10, 50), ...answers('d', after, 42, 200)])
  let home: Deployment
  beforeAll(async () => {
    home = await computed({ vendors: [shop, desk] }, before, after)
  })
  afterAll(() => home[Symbol.asyncDispose]())
  const explained = async (path: string) => (await ask(home, `/v1/metrics/${path}`)).body

  test('Simpson: every source rises, the total falls, and the mix says why', async () => {
    const { change, parts, sentence } = await explained(`csat/explain?date=${after}&against=${before}&by=source`)
    expect(change).toBeCloseTo((51 * 100) / 210 - 60, 9)
    const of = (kind: string) => parts.filter((part) => part.kind === kind).map(({ contribution }) => contribution)
    const sum = (of: readonly number[]) => of.reduce((all, one) => all + one, 0)
    for (const one of of('segment_rate')) expect(one).toBeGreaterThan(0)
    const mix = sum(of('segment_mix'))
    expect(mix).toBeLessThan(change)
    expect(mix + sum(of('segment_rate'))).toBeCloseTo(change, 9)
    expect(sentence).toContain('a different share of source')
  })

  test('percent and points: a rate changes in points, a count in percent', async () => {
    const rate = await explained(`csat/explain?date=${after}&against=${before}`)
    expect(rate.change_pct).toBeNull()
    expect(rate.sentence).toContain(' points)')
    expect(await explained(`orders/explain?date=${after}&against=${before}`)).toMatchObject({
      change: 2,
      change_pct: 200,
    })
  })

  test('small samples: the value is shown, and nothing is concluded from it', async () => {
    const few = source('few', answers('f', after, 3, 5))
    const none = source('many', answers('m', before, 40, 50))
    await using home = await computed({ vendors: [few, none] }, before, after)
    const value = valueIn(await home.snapshot(after), 'csat')
    expect(value).toMatchObject({ value: 60, low_sample: true })
    expect(valueIn(await home.snapshot(before), 'csat')).not.toHaveProperty('low_sample')
    const { cautions } = (await ask(home, `/v1/metrics/csat/explain?date=${after}&against=${before}`)).body
    expect(cautions).toContain(`${after} has too few cases to act on`)
    const point = {
      day: day(after),
      value: 60,
      finality: 'final',
      coverage: 1,
      low_sample: true,
      definition_version: 1,
    } as const
    expect(judge(point, [], [])).toMatchObject({ status: 'not_judged', reason: 'low_sample' })
    const part: DayPoint = {
      day: day(after),
      value: 60,
      null_reason: null,
      numerator: 3,
      denominator: 5,
      finality: 'final',
      coverage: 1,
    }
    const { minSample } = metricOf('csat')
    expect(
      compare([part], [part], { rule: rollUpOf(metricOf('csat')), per: 100, inPoints: true, minSample }),
    ).toMatchObject({
      current: 60,
      change_points: null,
      null_reason: 'below_min_sample',
    })
  })
})

test('Goodhart: what can be gamed has its counterpart in the catalogue', () => {
  for (const [one, other] of [
    ['first_contact_resolution_rate', 'reopen_rate'],
    ['first_response_time', 'csat'],
    ['customer_interaction_rate', 'unsubscribe_rate'],
  ] as const) {
    // Winning by one shows as losing by the other.
    expect([metricOf(one).direction, metricOf(other).direction]).toEqual(
      one === 'first_response_time' ? ['down', 'up'] : ['up', 'down'],
    )
  }
})

test('definition drift: another weight is another version, beside the old one, and the old value stays readable', async () => {
  const app = source('app', [visit('2026-11-03'), customer('ann')])
  const config = { vendors: [app], timezone: 'UTC', windows: [1] }
  await using home = await computed({ ...config, weights: { visit: 2 } }, '2026-11-03', '2026-11-03')
  const points = async () => (await home.snapshot('2026-11-03')).metrics.engagement_points!
  expect(await points()).toMatchObject({ definition_version: 1, windows: { '1d': { value: 2, finality: 'final' } } })
  home.reconfigure({ ...config, weights: { visit: 5 } })
  home.at('2026-11-04T09:00:00Z')
  await home.compute()
  expect(await points()).toMatchObject({
    definition_version: 2,
    windows: { '1d': { value: 5 } },
    previous: { definition_version: 1, windows: { '1d': { value: 2 } } },
  })
  expect((await home.revisions('2026-11-03')).map(({ cause }) => cause)).toEqual([null, 'definition'])
  const asOf = await readSnapshot(home.store, day('2026-11-03'), '2026-11-04T07:00:00Z')
  expect(asOf!.metrics.engagement_points).toMatchObject({ definition_version: 1, windows: { '1d': { value: 2 } } })
})
