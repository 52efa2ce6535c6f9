import { expect, test, vi } from 'vitest'
import { posts, referrals, responses, tickets } from '../../functions/facts.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import type { Snapshot } from '../../functions/store/rows.ts'
import { deploy, type TestConfig } from './deployment.ts'
import { byGroup, order, somebody, valueIn, visit, warningsOf } from './facts-of.ts'
import { record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const customer = somebody('ann')
const ALL = ['interactions', 'orders', 'responses', 'tickets', 'referrals', 'posts']

/** Snapshots of 9 to 12 November, computed from these rows alone. */
async function computed(rows: readonly FactRow[], emits: readonly string[] = [], settings: Partial<TestConfig> = {}) {
  const shop = vendor('shop', { all: { kind: 'events', facts: ALL, emits } })
  shop.put(
    'all',
    rows.map((row) => record(row)),
  )
  await using home = await deploy({ vendors: [shop], windows: [1, 'all'], ...settings }, '2026-11-13T06:00:00Z')
  await home.collect({ from: '2026-11-09' })
  await home.compute({ from: '2026-11-09' })
  const days = ['2026-11-09', '2026-11-10', '2026-11-11', '2026-11-12']
  const found = await Promise.all(days.map((date) => home.snapshot(date)))
  return found as [Snapshot, ...Snapshot[]]
}

const one = [
  order('o1', '2026-11-09', 100, { customer }),
  responses({ id: 'a1', at: '2026-11-09', survey: 'nps', value: 9, scale: [0, 10], customer }),
  responses({ id: 'a2', at: '2026-11-09', survey: 'rating', value: 5, scale: [1, 5], customer: somebody('ben') }),
  tickets({ id: 't1', opened: '2026-11-09', channel: 'chat', customer: somebody('cem') }),
  tickets({ id: 't2', opened: '2026-11-09', channel: 'email', initiator: 'company', customer: somebody('dan') }),
  referrals({ id: 'r1', at: '2026-11-09', customer: somebody('eve') }),
  posts({
    id: 'p1',
    at: '2026-11-09T10:00:00Z',
    published: '2026-11-09',
    channel: 'social',
    likes: 4,
    comments: 3,
    shares: 2,
    saves: 1,
    clicks: 5,
  }),
  visit('2026-11-09', { customer: somebody('fay') }),
]

test('orders, answers, reviews, tickets, referrals and reactions are interactions', async () => {
  const [ninth] = await computed(one)
  expect(byGroup(ninth, 'interactions', 'kind')).toEqual({
    click: 5,
    comment: 3,
    like: 4,
    purchase: 1,
    referral: 1,
    response: 1,
    review: 1,
    save: 1,
    share: 2,
    ticket: 2,
    visit: 1,
  })
  expect(byGroup(ninth, 'interactions', 'channel')).toEqual({
    chat: 1,
    commerce: 1,
    email: 1,
    referral: 1,
    review: 1,
    social: 15,
    survey: 1,
    web: 1,
  })
  // Whoever acted: not Dan, to whom the company wrote.
  expect(valueIn(ninth, 'active_customers').value).toBe(5)
})

test('what a source says itself is not derived for it', async () => {
  const emits = [
    'commerce.purchase',
    'survey.response',
    'review.review',
    'chat.ticket',
    'referral.referral',
    'social.like',
  ]
  const [ninth] = await computed(one, emits)
  expect(byGroup(ninth, 'interactions', 'kind')).toEqual({
    click: 5,
    comment: 3,
    save: 1,
    share: 2,
    ticket: 1,
    visit: 1,
  })
})

test('refunds and renewals are no purchases, views and reach no interactions', async () => {
  const [ninth] = await computed([
    order('r', '2026-11-09', -10, { kind: 'refund' }),
    order('n', '2026-11-09', 10, { kind: 'renewal' }),
    posts({ id: 'p', at: '2026-11-09', published: '2026-11-09', channel: 'social', impressions: 900, reach: 400 }),
  ])
  expect(valueIn(ninth, 'interactions').value).toBe(0)
})

const reading = (
  id: string,
  at: string,
  likes: number | null,
  published: string | null = null,
  account: string | null = null,
) => posts({ id, at, channel: 'social', likes, published, account })

test('a counter counts by its change, booked on the later day', async () => {
  const snapshots = await computed([
    // Published the day it is first read, before the account was ever read: in full.
    reading('new', '2026-11-09T08:00:00Z', 5, '2026-11-09'),
    // Published long before: where counting starts.
    reading('old', '2026-11-09T08:00:00Z', 1000, '2026-10-01'),
    reading('unknown', '2026-11-09T08:00:00Z', 70),
    // Two readings of a day: the later one stands. Then it is absent, then back.
    reading('new', '2026-11-10T08:00:00Z', 7),
    reading('new', '2026-11-10T20:00:00Z', 9),
    reading('old', '2026-11-10T20:00:00Z', 990),
    reading('new', '2026-11-12T08:00:00Z', 12),
    // First seen now, published since the account was read on the 10th, and before that.
    reading('late', '2026-11-12T08:00:00Z', 30, '2026-11-11'),
    reading('missed', '2026-11-12T08:00:00Z', 40, '2026-11-09'),
    // Another account, which is read for the first time.
    reading('other', '2026-11-12T08:00:00Z', 50, '2026-11-11', 'second'),
  ])
  expect(snapshots.map((snapshot) => valueIn(snapshot, 'interactions').value)).toEqual([5, -6, 0, 33])
  expect(valueIn(snapshots[3]!, 'interactions', 'all').value).toBe(32)
  const baselines = snapshots.map((snapshot) =>
    warningsOf(snapshot, 'counter_baseline').map(({ message }) => message?.slice(0, 1)),
  )
  expect(baselines).toEqual([['2'], ['2'], ['2'], ['4']])
})

test('a counter whose changes the source says itself starts nowhere', async () => {
  const old = [reading('old', '2026-11-09T08:00:00Z', 1000, '2026-10-01')]
  const [counted, said] = [await computed(old), await computed(old, ['social.like'])]
  expect(warningsOf(counted[0]!, 'counter_baseline')).toHaveLength(1)
  expect(warningsOf(said[0]!, 'counter_baseline')).toEqual([])
})

test('a counter that was absent before starts where it is first read', async () => {
  const snapshots = await computed([
    posts({ id: 'p', at: '2026-11-09', channel: 'social', published: '2026-11-09', likes: 2 }),
    posts({ id: 'p', at: '2026-11-10', channel: 'social', published: '2026-11-09', likes: 3, comments: 8 }),
    posts({ id: 'p', at: '2026-11-11', channel: 'social', published: '2026-11-09', likes: null, comments: 9 }),
    posts({ id: 'p', at: '2026-11-12', channel: 'social', published: '2026-11-09', likes: 7, comments: 9 }),
  ])
  // Comments are seen since the reading of the 9th, the day of publication.
  expect(snapshots.map((snapshot) => valueIn(snapshot, 'interactions').value)).toEqual([2, 9, 1, 4])
})

test('counters of a day are its own', async () => {
  const snapshots = await computed(
    [4, 6].map((likes, i) =>
      posts({ id: 'p', at: `2026-11-${10 + i}`, channel: 'social', basis: 'day', published: '2026-01-01', likes }),
    ),
  )
  expect(snapshots.map((snapshot) => valueIn(snapshot, 'interactions').value)).toEqual([0, 4, 6, 0])
})

test('kinds of the config count, with the engagement, pillar and weight it says', async () => {
  const rows = [
    visit('2026-11-09', { kind: 'demo', channel: 'in_person' }),
    visit('2026-11-09', { kind: 'demo', channel: 'web' }),
    visit('2026-11-09', { kind: 'visit', channel: 'web' }),
    order('o1', '2026-11-09', 100),
  ]
  const [ninth] = await computed(rows, [], {
    kinds: ['demo'],
    weights: { demo: 4, 'web.demo': 5, 'commerce.purchase': 10 },
    engagement: {
      demo: { engagement: 'social', pillar: 'agent' },
      'web.demo': { pillar: 'product' },
      visit: { engagement: 'emotional' },
    },
  })
  expect(byGroup(ninth, 'interactions', 'kind')).toEqual({ demo: 2, purchase: 1, visit: 1 })
  expect(byGroup(ninth, 'interactions', 'engagement')).toEqual({ convenience: 1, emotional: 1, social: 2 })
  expect(byGroup(ninth, 'interactions', 'pillar')).toEqual({ agent: 1, product: 2, touchpoint: 1 })
  expect(byGroup(ninth, 'engagement_points', 'channel')).toEqual({ commerce: 10, in_person: 4, web: 5 })
  expect(valueIn(ninth, 'engagement_points').value).toBe(19)
})
