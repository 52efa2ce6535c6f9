import { expect, test, vi } from 'vitest'
import {
  audience,
  carts,
  customers,
  deals,
  facts,
  interactions,
  orders,
  posts,
  referrals,
  responses,
  sends,
  tickets,
  traffic,
} from '../../functions/facts.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import { deploy } from './deployment.ts'
import { somebody } from './facts-of.ts'
import { record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const customer = somebody('ann')
const on = '2026-11-09'

/** One row of each fact on one day, and the same row with something else to say. */
const rows: Readonly<Record<string, (other: boolean) => FactRow>> = {
  interactions: (other) =>
    interactions({ at: on, channel: 'web', kind: other ? 'action' : 'visit', deals: ['d1', 'd2'] }),
  customers: (other) => customers({ customer, since: on, ...(other && { segment: 'gold' }) }),
  orders: (other) => orders({ id: 'o1', at: on, amount: other ? 2 : 1, currency: 'EUR', kind: 'order', order: 'x' }),
  carts: (other) => carts({ id: 'c1', opened: on, ...(other && { completed: on }) }),
  responses: (other) => responses({ id: 'a1', at: on, survey: 'nps', value: other ? 9 : 1, scale: [0, 10] }),
  tickets: (other) => tickets({ id: 't1', opened: on, channel: 'chat', bot: other }),
  deals: (other) => deals({ id: 'd1', opened: on, won: other }),
  traffic: (other) => traffic({ day: on, sessions: other ? 2 : 1 }),
  posts: (other) => posts({ id: 'p1', at: on, channel: 'social', likes: other ? 2 : 1 }),
  audience: (other) => audience({ at: on, channel: 'social', kind: 'followers', value: other ? 2 : 1 }),
  sends: (other) => sends({ id: 's1', at: on, channel: 'email', sent: other ? 2 : 1 }),
  referrals: (other) => referrals({ id: 'r1', at: on, ...(other && { order: 'o9' }) }),
}

test.each(['events', 'whole', 'entity'] as const)(
  'rows of all twelve facts are compacted from a stream of kind %s',
  async (kind) => {
    const names = Object.keys(facts)
    expect(Object.keys(rows).sort()).toEqual([...names].sort())
    const shop = vendor('shop', { all: { kind, facts: names } })
    const say = (other: boolean, version: string) =>
      shop.put(
        'all',
        names.map((name) => ({ ...record(rows[name]!(other), name), ...(kind === 'entity' && { changed: version }) })),
      )
    say(false, '2026-11-09T10:00:00Z')
    await using home = await deploy({ vendors: [shop], windows: [1] }, '2026-11-10T06:00:00Z')
    await home.collect({ from: on })
    await home.compute({ from: on })
    const [before] = (await home.snapshot(on)).sources
    expect(before).toMatchObject({ status: 'ok', rows: 12 })

    say(true, '2026-11-10T01:00:00Z')
    await home.collect({ from: on, to: on, force: true })
    const { computed } = await home.compute({ from: on })
    expect(computed).toBe(1)
    const [after] = (await home.snapshot(on)).sources
    expect(after).toMatchObject({ rows: 12 })
    expect(after!.digest).not.toBe(before!.digest)
  },
)
