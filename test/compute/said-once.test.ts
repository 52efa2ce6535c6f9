import { beforeAll, expect, test, vi } from 'vitest'
import { query } from '../../functions/compute/query.ts'
import { carts, deals, referrals, responses, tickets } from '../../functions/facts.ts'
import { configData } from '../../functions/kit/config.ts'
import { day } from '../../functions/kit/day.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import { metrics } from '../../functions/metrics/index.ts'
import { deploy } from './deployment.ts'
import { byGroup, somebody, valueIn, warningsOf } from './facts-of.ts'
import { record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const customer = somebody('ann')
const five = responses({ id: 'a1', at: '2026-11-09', survey: 'csat', value: 5, scale: [1, 5], customer })
const answered = tickets({
  id: 't1',
  opened: '2026-11-09T08:00:00Z',
  channel: 'chat',
  first_reply: '2026-11-09T09:00:00Z',
})
/** What two exports that overlap say twice, and what a status log says more and more of. */
const rows: readonly FactRow[] = [
  five,
  five,
  responses({ id: 'a2', at: '2026-11-09', survey: 'csat', value: 1, scale: [1, 5], customer }),
  // One sheet, two questions, and one of them about two things.
  responses({ id: 'a2', at: '2026-11-09', survey: 'nps', value: 10, scale: [0, 10], subject: 'app', customer }),
  responses({ id: 'a2', at: '2026-11-09', survey: 'nps', value: 0, scale: [0, 10], subject: 'shop', customer }),
  // An edit changes the value, not the day.
  responses({ id: 'a1', at: '2026-11-12', survey: 'csat', value: 4, scale: [1, 5], customer }),
  tickets({ id: 't1', opened: '2026-11-09T08:00:00Z', channel: 'chat' }),
  answered,
  answered,
  carts({ id: 'k1', opened: '2026-11-09T08:00:00Z' }),
  carts({ id: 'k1', opened: '2026-11-09T08:00:00Z', completed: '2026-11-09T08:30:00Z' }),
  deals({ id: 'd1', opened: '2026-11-01', closed: '2026-11-09', won: true }),
  deals({ id: 'd1', opened: '2026-11-01', closed: '2026-11-09', won: true }),
  referrals({ id: 'r1', at: '2026-11-09', customer }),
  referrals({ id: 'r1', at: '2026-11-09', customer, converted: '2026-11-09' }),
]

/** Snapshots of 9 and 12 November, computed one after the other and with nothing but single days in view. */
async function computed(said: readonly FactRow[]) {
  const tool = vendor('tool', {
    all: { kind: 'events', facts: ['responses', 'tickets', 'carts', 'deals', 'referrals'] },
  })
  tool.put(
    'all',
    said.map((row) => record(row)),
  )
  await using home = await deploy({ vendors: [tool], windows: [1] }, '2026-11-13T06:00:00Z')
  await home.collect({ from: '2026-11-01' })
  await home.compute({ from: '2026-11-09', to: '2026-11-09' })
  await home.compute({ from: '2026-11-12', to: '2026-11-12' })
  const bucket = { from: day('2026-11-12'), to: day('2026-11-12') }
  const metric = metrics.find(({ id }) => id === 'survey_responses')!
  const [asked] = await query(home.store.lake, configData(home.config), { metric, buckets: [bucket] })
  return { ninth: await home.snapshot('2026-11-09'), twelfth: await home.snapshot('2026-11-12'), asked: asked!.value }
}

let found: Awaited<ReturnType<typeof computed>>
beforeAll(async () => {
  found = await computed(rows)
}, 60_000)

test('what is said twice counts once, in both parts of a ratio and among interactions', () => {
  const { ninth, twelfth, asked } = found
  const parts = (id: string) => {
    const { value, numerator, denominator } = ninth.metrics[id]!.windows['1d']!
    return [value, numerator, denominator]
  }
  expect(parts('csat')).toEqual([50, 1, 2])
  expect(parts('nps')).toEqual([0, 0, 2])
  expect(valueIn(ninth, 'survey_responses').value).toBe(4)
  expect(byGroup(ninth, 'survey_responses', 'survey')).toEqual({ csat: 2, nps: 2 })
  expect(parts('first_response_time_mean')).toEqual([3600, 3600, 1])
  expect(parts('cart_abandonment_rate')).toEqual([0, 0, 1])
  expect(parts('sales_cycle_length')).toEqual([8, 8, 1])
  expect(parts('referral_conversion_rate')).toEqual([100, 1, 1])
  expect(byGroup(ninth, 'interactions', 'kind')).toEqual({ referral: 1, response: 4, ticket: 1 })
  expect([valueIn(twelfth, 'survey_responses').value, asked]).toEqual([0, 0])
})

test('what was said again is told', () => {
  const told = (of: typeof found.ninth) => warningsOf(of, 'said_again').map(({ message }) => message)
  const again = (n: number, fact: string) => `${n} ${fact} were said again, and count once`
  expect(told(found.ninth)).toEqual([
    again(1, 'carts'),
    again(1, 'responses'),
    again(2, 'tickets'),
    again(1, 'referrals'),
  ])
  expect(told(found.twelfth)).toEqual([again(1, 'responses')])
})

test('in which order it is said does not matter', async () => {
  const values = ({ ninth, twelfth, asked }: typeof found) => [ninth.metrics, twelfth.metrics, asked]
  expect(values(await computed(rows.toReversed()))).toEqual(values(found))
})
