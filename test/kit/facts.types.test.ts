/** The compiler refuses these rows (`tsc` fails where one of them compiles), and so does the check at run time. */
import { expect, expectTypeOf, test } from 'vitest'
import { audience, interactions, orders, responses, tickets, traffic } from '../../functions/facts.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import { person } from '../../functions/kit/person.ts'

const at = '2026-11-19T08:00:00Z'
const order = { id: '1', at, amount: 1, currency: 'EUR', kind: 'order' } as const

const wrong: Record<string, () => FactRow> = {
  // @ts-expect-error: the amount is missing
  'a missing column': () => orders({ id: '1', at, currency: 'EUR', kind: 'order' }),
  // @ts-expect-error: an amount is a number
  'a text for a number': () => orders({ ...order, amount: '1' }),
  // @ts-expect-error: required columns take no null
  'null for a required column': () => orders({ ...order, amount: null }),
  // @ts-expect-error: no such kind of order
  'a value off the list': () => orders({ ...order, kind: 'gift' }),
  // @ts-expect-error: the column is called `customer`
  'a column of another name': () => orders({ ...order, buyer: person({ id: 1 }) }),
  // @ts-expect-error: people are made by `person`
  'an address for a person': () => orders({ ...order, customer: 'jane@example.com' }),
  // @ts-expect-error: no such channel
  'an unknown channel': () => interactions({ at, channel: 'fax', kind: 'visit' }),
  // @ts-expect-error: a party is `customer` or `company`
  'an unknown party': () => interactions({ at, channel: 'web', kind: 'visit', initiator: 'agent' }),
  // @ts-expect-error: deals are a list
  'one text for a list': () => interactions({ at, channel: 'web', kind: 'visit', deals: '7' }),
  // @ts-expect-error: times are texts or dates
  'a number for a time': () => tickets({ id: '1', opened: 1_763_539_200, channel: 'support' }),
  // @ts-expect-error: a flag is true or false
  'a text for a flag': () => tickets({ id: '1', opened: at, channel: 'support', bot: 'no' }),
  // @ts-expect-error: a scale has two ends
  'half a scale': () => responses({ id: '1', at, survey: 'nps', value: 9, scale: [10] }),
  // @ts-expect-error: the day is missing
  'a row without its day': () => traffic({ sessions: 1 }),
  // @ts-expect-error: the value is missing
  'a level without its value': () => audience({ at, channel: 'social', kind: 'followers' }),
}

test.each(Object.keys(wrong))('%s does not compile, and is thrown where nobody compiled', (name) => {
  expect(wrong[name]).toThrow(/^(orders|interactions|tickets|responses|traffic|audience)/)
})

test('optional columns take null and undefined; added kinds and dates compile', () => {
  const row = orders({ ...order, at: new Date(at), customer: null, order: undefined })
  expectTypeOf(row).toEqualTypeOf<FactRow>()
  expect(Object.keys(row.columns)).toEqual(['id', 'at', 'amount', 'currency', 'kind'])
  expect(interactions({ at, channel: 'web', kind: 'loyalty_scan' }).columns.kind).toBe('loyalty_scan')
})

test('columns keep their literal types', () => {
  expectTypeOf(orders.name).toEqualTypeOf<'orders'>()
  expectTypeOf<Parameters<typeof orders>[0]['kind']>().toEqualTypeOf<'order' | 'renewal' | 'refund'>()
  expectTypeOf<Parameters<typeof traffic>[0]['sessions']>().toEqualTypeOf<number | null | undefined>()
})
