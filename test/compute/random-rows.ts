import * as fc from 'fast-check'
import {
  audience,
  carts,
  customers,
  deals,
  interactions,
  orders,
  referrals,
  responses,
  sends,
  tickets,
  traffic,
} from '../../functions/facts.ts'
import { addDays, type Day, day } from '../../functions/kit/day.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import { type Person, person } from '../../functions/kit/person.ts'

/** Clocks go forward on 29 March in Berlin. */
export const FIRST = day('2026-02-20')

export const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })

export const digits = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max })

/** An instant near or far from midnight, or only its day. */
export const time = (from: Day, days: number): fc.Arbitrary<string> =>
  fc
    .record({
      day: digits(days - 1),
      minute: fc.oneof(digits(1439), fc.constantFrom(0, 30, 59, 60, 119, 120, 1320, 1379, 1380, 1410, 1439)),
      plain: fc.integer({ min: 0, max: 4 }),
    })
    .map(({ day, minute, plain }) => {
      const on = addDays(from, day)
      return plain === 0 ? on : new Date(Date.parse(`${on}T00:00:00Z`) + minute * 60_000).toISOString()
    })

/** Any time of so many days, but often one of a few days, so that things meet. */
const often = (days: number): fc.Arbitrary<string> => fc.oneof(time(FIRST, days), time(addDays(FIRST, 30), 4))

/** A time so many minutes after another; absent for null. Sometimes only its day. */
function after(start: string, delay: Delay | undefined): string | undefined {
  if (delay === undefined) return undefined
  const iso = new Date(Date.parse(start) + delay.minutes * 60_000).toISOString()
  return delay.plain ? iso.slice(0, 10) : iso
}

interface Delay {
  readonly minutes: number
  readonly plain: boolean
}

/** Mostly later, now and then before. */
const delay = (days: number): fc.Arbitrary<Delay> =>
  fc.record({
    minutes: fc.oneof(digits(90), digits(days * 1440), fc.constantFrom(-30, -1500, 0, 1439, 1440, 1441)),
    plain: digits(5).map((n) => n === 0),
  })

const who: fc.Arbitrary<Person> = fc
  .record({
    n: digits(7),
    email: digits(2),
    phone: digits(3),
    id: digits(2),
    shared: fc.boolean(),
  })
  .map(({ n, email, phone, id, shared }) => {
    const known = {
      ...(email > 0 && { email: email === 1 ? `p${n}@x.example` : [`p${n}@x.example`, `other${n}@x.example`] }),
      ...(phone === 0 && { phone: `+49 30 ${n % 3}` }),
      ...(id > 0 && { id: `c${n}` }),
    }
    return person({ ...(Object.keys(known).length === 0 ? { id: `c${n}` } : known), ...(shared && { of: 'crm' }) })
  })

const amount = fc.oneof(digits(5_000), fc.constantFrom(0, 10, 0.1, 0.2, 0.3, 1999.99, 12_345_678.9, 9_999_999_999))
const channel = fc.constantFrom('web', 'email', 'chat', 'social', 'phone', 'commerce', 'community')
const kind = fc.constantFrom(
  ...['visit', 'like', 'comment', 'message', 'demo', 'purchase', 'ticket', 'reply', 'topic', 'chat', 'call', 'meeting'],
)
const party = fc.constantFrom('customer', 'company')
const dealIds = ['d0', 'd1', 'd2', 'd3', 'd4', 'd5', 'nobody knows']
const scales = fc.constantFrom<[number, number]>(
  [0, 10],
  [0, 10],
  [0, 1],
  [1, 3],
  [1, 4],
  [1, 5],
  [1, 7],
  [1, 10],
  [0, 5],
)
const surveys = fc.constantFrom('nps', 'csat', 'ces', 'rating', 'recommendation')

type Columns = Record<string, unknown>
type Make = (columns: never) => FactRow
const made = (make: Make, columns: fc.Arbitrary<Columns>) => columns.map((one) => make(one as never))

/** By fact, a row of it with times in so many days; posts are readings of one thing and stand elsewhere. */
const rows: Readonly<Record<string, (days: number) => fc.Arbitrary<FactRow>>> = {
  interactions: (days) =>
    made(
      interactions,
      fc.record({
        at: often(days),
        channel,
        kind,
        count: optional(fc.oneof(digits(5), fc.constantFrom(0.1, 0.25, 2.5))),
        initiator: optional(party),
        actor: optional(party),
        customer: optional(who),
        deals: optional(fc.subarray(dealIds, { minLength: 1, maxLength: 3 })),
      }),
    ),
  customers: (days) =>
    made(
      customers,
      fc.record({
        customer: who,
        since: time(addDays(FIRST, -20), days + 20),
        left: optional(time(FIRST, days + 10)),
        role: optional(fc.constantFrom('customer', 'customer', 'contact')),
        segment: optional(fc.constantFrom('small', 'large')),
        origin: optional(fc.constantFrom('fair', 'web')),
      }),
    ),
  orders: (days) =>
    fc
      .record({
        n: digits(9),
        at: time(FIRST, days),
        amount,
        currency: fc.constantFrom('EUR', 'EUR', 'EUR', 'USD', 'JPY', 'GBP'),
        kind: fc.constantFrom('order', 'order', 'order', 'renewal', 'refund'),
        customer: optional(who),
      })
      .map(({ n, kind, amount, ...rest }) =>
        orders({
          ...rest,
          id: `${kind[2]}${n}`,
          kind: kind as 'order',
          amount: kind === 'refund' ? -amount : amount,
          ...(kind === 'refund' && { order: `d${n}` }),
        }),
      ),
  carts: (days) =>
    fc
      .record({ n: digits(999), opened: time(FIRST, days), completed: optional(delay(3)), customer: optional(who) })
      .map(({ n, opened, completed, ...rest }) =>
        carts({ ...rest, id: `k${n}`, opened, completed: after(opened, completed) }),
      ),
  responses: (days) =>
    fc
      .record({
        n: digits(299),
        at: time(FIRST, days),
        asked: fc.oneof(
          fc.constantFrom<[string, [number, number]]>(
            ['nps', [0, 10]],
            ['csat', [1, 5]],
            ['ces', [1, 7]],
            ['rating', [1, 5]],
          ),
          fc.tuple(surveys, scales),
        ),
        value: fc.oneof(digits(11), fc.constantFrom(-1, 0.5, 4.5, 6.5, 9.5)),
        customer: optional(who),
        subject: optional(fc.constantFrom('shop', 'app')),
      })
      .map(({ n, asked: [survey, scale], ...rest }) =>
        responses({ ...rest, survey: survey as 'nps', scale, id: `a${n}` }),
      ),
  tickets: (days) =>
    fc
      .record({
        n: digits(299),
        opened: time(FIRST, days),
        channel: fc.constantFrom('email', 'chat', 'support'),
        initiator: optional(party),
        first_reply: optional(delay(4)),
        first_solved: optional(delay(9)),
        solved: optional(delay(9)),
        same: fc.boolean(),
        reopens: optional(digits(2)),
        contacts: optional(digits(2)),
        bot: optional(fc.boolean()),
        customer: optional(who),
      })
      .map(({ n, opened, first_reply, first_solved, solved, same, channel, initiator, ...rest }) =>
        tickets({
          ...rest,
          id: `t${n}`,
          opened,
          channel: channel as 'chat',
          initiator: initiator as 'customer' | undefined,
          first_reply: after(opened, first_reply),
          first_solved: after(opened, same ? solved : first_solved),
          solved: after(opened, solved),
        }),
      ),
  deals: (days) =>
    fc
      .record({
        n: digits(6),
        opened: often(days),
        closed: optional(fc.oneof(delay(4), delay(20))),
        won: optional(fc.boolean()),
        customer: optional(who),
      })
      .map(({ n, opened, closed, ...rest }) => deals({ ...rest, id: `d${n}`, opened, closed: after(opened, closed) })),
  traffic: (days) =>
    fc
      .record({
        on: digits(days - 1),
        group: fc.constantFrom(undefined, undefined, 'search', 'social'),
        span: fc.constantFrom(undefined, 1, 7, 28),
        sessions: optional(fc.integer({ min: 20, max: 50 })),
        engaged_sessions: optional(digits(20)),
        users: optional(fc.integer({ min: 20, max: 50 })),
        new_users: optional(digits(20)),
        views: optional(digits(200)),
        seconds: optional(fc.oneof(digits(9_000), fc.constant(12.5))),
      })
      .map(({ on, ...rest }) => traffic({ ...rest, day: addDays(FIRST, on) })),
  audience: (days) =>
    made(
      audience,
      fc.record({
        at: time(FIRST, days),
        channel: fc.constantFrom('social', 'email', 'community'),
        kind: fc.constantFrom('followers', 'followers', 'subscribers', 'members', 'fans of old'),
        value: digits(900),
        account: optional(fc.constant('second')),
      }),
    ),
  sends: (days) =>
    fc
      .record({
        n: digits(99),
        at: time(FIRST, days),
        channel: fc.constantFrom('email', 'email', 'messaging'),
        sent: digits(100),
        delivered: optional(digits(90)),
        opened: optional(digits(60)),
        clicked: optional(digits(30)),
        replied: optional(digits(9)),
        unsubscribed: optional(digits(3)),
      })
      .map(({ n, channel, ...rest }) => sends({ ...rest, id: `m${n}`, channel: channel as 'email' })),
  referrals: (days) =>
    fc
      .record({ n: digits(99), at: time(FIRST, days), customer: optional(who), converted: optional(time(FIRST, days)) })
      .map(({ n, ...rest }) => referrals({ ...rest, id: `f${n}` })),
}

/** Facts of which `anyRow` makes rows, the more frequent ones more than once. */
export const drawnFacts: readonly string[] = [
  'interactions',
  'interactions',
  'customers',
  'orders',
  ...Object.keys(rows),
]

/** A row of a fact with times in so many days. */
export const anyRow = (fact: string, days: number): fc.Arbitrary<FactRow> => rows[fact]!(days)
