import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { customers, interactions } from '../../functions/facts.ts'
import { addDays, type Day, day, isDay } from '../../functions/kit/day.ts'
import { periods } from '../../functions/kit/period.ts'
import { type Person, person } from '../../functions/kit/person.ts'
import { checkProperty } from './check-property.ts'
import { triangle } from './cohorts-of.ts'
import { cohortsByLoops } from './cohorts-oracle.ts'
import { deploy } from './deployment.ts'
import { record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 600_000 })

/** Clocks go forward on 29 March in Berlin, on 8 March in New York, and back on 5 April in Auckland. */
const FIRST = day('2026-02-02')
const DAYS = 75

/** An instant near or far from midnight, or only its day. */
const time = (from: Day, days: number): fc.Arbitrary<string> =>
  fc
    .record({
      on: fc.integer({ min: 0, max: days - 1 }).map((n) => addDays(from, n)),
      minute: fc.oneof(
        fc.integer({ min: 0, max: 1439 }),
        fc.constantFrom(0, 59, 60, 659, 660, 779, 780, 1319, 1320, 1439),
      ),
      plain: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ on, minute, plain }) => (plain === 0 ? on : new Date(Date.parse(on) + minute * 60_000).toISOString()))

/** Somebody known by an address, by a number, or by both: then those of one `n` are one person. */
const who = fc.record({ n: fc.integer({ min: 0, max: 9 }), known: fc.constantFrom('email', 'id', 'id', 'both') })
const spell = fc.record({
  who,
  since: time(addDays(FIRST, -40), DAYS + 40),
  left: fc.option(time(FIRST, DAYS), { nil: undefined }),
})
const action = fc.record({ who, at: time(FIRST, DAYS), actor: fc.constantFrom('customer', 'customer', 'company') })

const drawn = fc.record({
  timezone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Pacific/Auckland', 'UTC'),
  contractual: fc.boolean(),
  spells: fc.array(spell, { maxLength: 25 }),
  actions: fc.array(action, { maxLength: 60 }),
  /** The last day that is computed. */
  ends: fc.integer({ min: DAYS - 20, max: DAYS - 1 }),
})

function personOf({ n, known }: { n: number; known: string }): Person {
  const by = { ...(known !== 'id' && { email: `p${n}@x.example` }), ...(known !== 'email' && { id: n }) }
  return person({ ...by, of: 'crm' })
}

test('cohorts are those that loops over the same spells and actions count', async () => {
  await checkProperty(
    fc.asyncProperty(drawn, async ({ timezone, contractual, spells, actions, ends }) => {
      const last = addDays(FIRST, ends)
      const crm = vendor('crm', { people: { kind: 'whole', facts: ['customers'] } })
      const app = vendor('app', { visits: { kind: 'whole', facts: ['interactions'] } })
      crm.put(
        'people',
        spells.map(({ who, since, left }) => record(customers({ customer: personOf(who), since, left }))),
      )
      app.put(
        'visits',
        actions.map(({ who, at, actor }) =>
          record(
            interactions({ at, channel: 'web', kind: 'visit', actor: actor as 'customer', customer: personOf(who) }),
          ),
        ),
      )
      const churn = contractual ? ('contractual' as const) : { inactiveDays: 30 }
      const now = `${addDays(last, 2)}T00:00:00Z`
      await using home = await deploy({ vendors: [crm, app], windows: [1], timezone, churn }, now)
      await home.collect({ from: FIRST, to: last })
      await home.compute({ from: last, to: last })

      const clock = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' })
      const dayOf = (text: string) => (isDay(text) ? text : clock.format(new Date(text)))
      const linked = new Set([...spells, ...actions].filter((one) => one.who.known === 'both').map(({ who }) => who.n))
      const named = ({ n, known }: { n: number; known: string }) => (linked.has(n) ? `${n}` : `${n} ${known}`)
      const plainSpells = spells.map(({ who, since, left }) => ({
        person: named(who),
        from: dayOf(since),
        until: left === undefined ? null : dayOf(left),
      }))
      const plainActions = actions
        .filter(({ actor }) => actor === 'customer')
        .map(({ who, at }) => ({ person: named(who), day: dayOf(at) }))
      for (const period of periods) {
        const expected = cohortsByLoops(plainSpells, contractual ? 'contractual' : plainActions, period, last)
        expect({ period, ...(await triangle(home.store.table, period)) }).toEqual({ period, ...expected })
      }
      expect((await home.snapshot(last)).date).toBe(last)
    }),
    6,
  )
})
