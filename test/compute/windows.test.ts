import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Duck, openDuck } from '../../functions/compute/duck.ts'
import {
  type Evaluated,
  evaluate,
  measuresOf,
  type Prepared,
  prepareMeasures,
} from '../../functions/compute/evaluate.ts'
import { addDays, type Day, day, eachDay } from '../../functions/kit/day.ts'
import type { Metric } from '../../functions/kit/metric.ts'
import { metrics } from '../../functions/metrics/index.ts'
import { checkProperty } from './check-property.ts'

/**
 * The engine alone, on facts that are there already: cheap enough for many cases. One of a case's deployments elsewhere
 * counts as 250 of these, so that CI tries ten thousand.
 */
const CASES = 200
const WORTH = 0.004

const FIRST = day('2026-10-01')
const DAYS = 40
const [FROM, TO] = [addDays(FIRST, 20), addDays(FIRST, DAYS - 1)]
const WINDOWS = [1, 7, 28, 'all'] as const
const CHANNELS = ['web', 'chat', 'email'] as const

interface Action {
  readonly on: number
  readonly channel: (typeof CHANNELS)[number]
  readonly count: number
  readonly person: number | null
  readonly actor: 'customer' | 'company' | null
}

const action: fc.Arbitrary<Action> = fc.record({
  on: fc.integer({ min: 0, max: DAYS - 1 }),
  channel: fc.constantFrom(...CHANNELS),
  count: fc.constantFrom(1, 1, 2, 0, 0.5),
  person: fc.option(fc.integer({ min: 0, max: 4 })),
  actor: fc.constantFrom('customer', 'customer', 'company', null),
})
const some = fc.array(action, { minLength: 1, maxLength: 30 })

const IDS = ['interactions', 'active_customers', 'engagement_points']
const chosen: readonly Metric[] = IDS.map((id) => metrics.find((metric) => metric.id === id)!)
const config = { windows: [...WINDOWS], score: [], churn: 'contractual' as const, pointsCap: null }

let duck: Duck
beforeAll(async () => {
  duck = await openDuck('UTC')
  await duck.run(
    `CREATE TABLE f_interactions (source VARCHAR, day DATE, channel VARCHAR, kind VARCHAR, initiator VARCHAR, actor VARCHAR, person VARCHAR, account VARCHAR, engagement VARCHAR, pillar VARCHAR, weight DECIMAL(38, 9), "count" DECIMAL(38, 9))`,
  )
  await duck.run(
    `CREATE TABLE f_customers (source VARCHAR, record VARCHAR, day DATE, left_day DATE, role VARCHAR, person VARCHAR, segment VARCHAR, origin VARCHAR)`,
  )
})
afterAll(() => duck.close())

/** What the engine makes of some interactions. */
async function evaluated(actions: readonly Action[], of: readonly Metric[] = chosen): Promise<Evaluated> {
  const text = (value: string | null) => (value === null ? 'NULL' : `'${value}'`)
  const rows = actions.map(
    ({ on, channel, count, person, actor }) =>
      `('app', DATE '${addDays(FIRST, on)}', '${channel}', 'visit', NULL, ${text(actor)}, ${text(person === null ? null : `p${person}`)}, 'app', 'contextual', 'brand', 2.5, ${count})`,
  )
  await duck.run('DELETE FROM f_interactions')
  await duck.run(`INSERT INTO f_interactions VALUES ${rows.join(', ')}`)
  const prepared: ReadonlyMap<string, Prepared> = await prepareMeasures(duck, of, config)
  return evaluate(duck, prepared, {}, FROM, TO)
}

const measureOf = (id: string) => measuresOf(chosen.find((metric) => metric.id === id)!)[0]!

const amountOf = (found: Evaluated, id: string, window: number | 'all', on: Day, channel?: string) =>
  found(measureOf(id), window, channel === undefined ? null : 'channel')
    .get(on)
    ?.get(channel ?? '') ?? 0

const inWindow = (actions: readonly Action[], window: number | 'all', on: Day) =>
  actions.filter(({ on: at }) => {
    const date = addDays(FIRST, at)
    return date <= on && (window === 'all' || date > addDays(on, -window))
  })

test('windows, breakdowns and distinct people are what counting finds', { timeout: 900_000 }, async () => {
  const property = fc.asyncProperty(some, async (actions) => {
    const found = await evaluated(actions)
    for (const on of eachDay(FROM, TO)) {
      for (const window of WINDOWS) {
        const here = inWindow(actions, window, on)
        for (const channel of [undefined, ...CHANNELS]) {
          const those = here.filter((one) => channel === undefined || one.channel === channel)
          const count = those.reduce((sum, one) => sum + one.count, 0)
          const active = those.filter(({ actor, person }) => actor === 'customer' && person !== null)
          expect(amountOf(found, 'interactions', window, on, channel)).toBe(count)
          expect(amountOf(found, 'engagement_points', window, on, channel)).toBe(count * 2.5)
          expect(amountOf(found, 'active_customers', window, on, channel)).toBe(
            new Set(active.map((one) => one.person)).size,
          )
        }
      }
    }
  })
  await checkProperty(property, CASES, WORTH)
})

const shuffledMetrics = chosen.filter(({ id }) => id === 'interactions' || id === 'active_customers')

test('days add up to weeks and months, and the order of rows is irrelevant', { timeout: 900_000 }, async () => {
  const property = fc.asyncProperty(some, fc.integer(), async (actions, seed) => {
    const place = ({ on, count }: Action) => (on * 31 + count * 17 + seed) % 7
    const one = await evaluated(actions, shuffledMetrics)
    const other = await evaluated(
      [...actions].sort((a, b) => place(a) - place(b)),
      shuffledMetrics,
    )
    const week = eachDay(addDays(TO, -6), TO).reduce((sum, on) => sum + amountOf(one, 'interactions', 1, on), 0)
    expect(amountOf(one, 'interactions', 7, TO)).toBe(week)
    for (const { id } of shuffledMetrics) {
      for (const window of WINDOWS) {
        for (const dimension of [null, 'channel']) {
          const text = (found: Evaluated) =>
            JSON.stringify(
              [...found(measureOf(id), window, dimension)].map(([on, groups]) => [on, [...groups].sort()]).sort(),
            )
          expect(text(other)).toBe(text(one))
        }
      }
    }
  })
  await checkProperty(property, CASES / 8, 10 * WORTH)
})
