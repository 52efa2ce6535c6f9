import {
  carts,
  customers,
  deals,
  interactions,
  orders,
  posts,
  responses,
  tickets,
  traffic,
} from '../../functions/facts.ts'
import { addDays, day, eachDay } from '../../functions/kit/day.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import { somebody } from '../compute/facts-of.ts'

/** The days that are computed. */
export const FIRST = day('2026-10-31')
export const LAST = day('2026-12-01')

/** Day by day, so that no example is in another's way: `1d` of its day, or a longer window that ends on it. */
export const on = {
  cir: FIRST,
  score: day('2026-11-02'),
  partScore: day('2026-11-03'),
  rawScore: day('2026-11-04'),
  nps: day('2026-11-05'),
  npsOfEach: day('2026-11-06'),
  npsOfSix: day('2026-11-07'),
  csat: day('2026-11-08'),
  ces: day('2026-11-09'),
  pooledCsat: day('2026-11-10'),
  fivePoints: day('2026-11-11'),
  aov: day('2026-11-12'),
  aovOfDay: day('2026-11-13'),
  aovOfDays: day('2026-11-14'),
  aovOfNine: day('2026-11-15'),
  aovWithZero: day('2026-11-16'),
  ga4: day('2026-11-17'),
  evenReach: day('2026-11-18'),
  unevenReach: day('2026-11-19'),
  carts: day('2026-11-20'),
  moreCarts: day('2026-11-21'),
  fcr: day('2026-11-22'),
  moreFcr: day('2026-11-23'),
  firstReply: day('2026-11-24'),
  overnight: day('2026-11-25'),
  touches: day('2026-11-26'),
  cycle: day('2026-11-27'),
  proactive: day('2026-11-28'),
  rates: day('2026-11-29'),
  moreRates: day('2026-11-30'),
  window: LAST,
} as const

const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i))
let made = 0
const id = () => `x${made++}`
const noon = (date: string) => `${date}T12:00:00Z`

type Survey = 'nps' | 'csat' | 'ces' | 'rating'
const answers = (date: string, survey: Survey, scale: [number, number], counts: Readonly<Record<number, number>>) =>
  Object.entries(counts).flatMap(([value, n]) =>
    many(n, () => responses({ id: id(), at: noon(date), survey, value: Number(value), scale })),
  )

const sold = (date: string, amount: number, customer?: string) =>
  orders({
    id: id(),
    at: noon(date),
    amount,
    currency: 'EUR',
    kind: 'order',
    ...(customer !== undefined && { customer: somebody(customer) }),
  })

const post = (date: string, reach: number, likes: number) =>
  posts({ id: id(), at: `${date}T20:00:00Z`, published: noon(date), channel: 'social', reach, likes })

const opened = (date: string, n: number, abandoned: number) =>
  many(n, (i) => carts({ id: id(), opened: noon(date), ...(i >= abandoned && { completed: `${date}T13:00:00Z` }) }))

const solved = (date: string, n: number, first: number) =>
  many(n, (i) =>
    tickets({
      id: id(),
      opened: `${date}T08:00:00Z`,
      solved: noon(date),
      channel: 'chat',
      reopens: 0,
      contacts: i < first ? 1 : 2,
    }),
  )

const won = (name: string, days: number, date: string) =>
  deals({ id: name, opened: addDays(day(date), -days), closed: date, won: true })

const spells = (segment: string, n: number, left: number, since: string) =>
  many(n, (i) =>
    customers({
      customer: somebody(`${segment}${i}`),
      since,
      segment,
      ...(i < left && { left: '2026-11-15' }),
    }),
  )

const joining = (segment: string, n: number) =>
  many(n, (i) => customers({ customer: somebody(`${segment}-new${i}`), since: '2026-11-10', segment }))

/** The facts of the published examples: of one source, and of another that asks the same question. */
export function exampleFacts(): { books: FactRow[]; desk: FactRow[] } {
  const books = [
    // With two of those whose tenure is looked at, 200 customers; the others are gone before the next example begins.
    ...many(198, (i) => customers({ customer: somebody(`cir${i}`), since: '2026-10-01', left: '2026-11-01' })),
    ...many(1000, (i) =>
      interactions({ at: noon(on.cir), channel: 'web', kind: 'event', customer: somebody(`cir${i % 198}`) }),
    ),

    ...[on.score, on.partScore].flatMap((date) => [
      ...answers(date, 'csat', [1, 5], { 5: 8, 1: 2 }),
      ...opened(date, 2, 1),
    ]),
    traffic({ day: on.score, sessions: 100, engaged_sessions: 20 }),

    ...(['visit', 'action', 'focus_group'] as const).map((kind, i) =>
      interactions({ at: noon(on.rawScore), channel: 'web', kind, count: [3, 5, 10][i] }),
    ),

    ...answers(on.nps, 'nps', [0, 10], { 10: 60, 9: 40, 8: 30, 6: 50, 0: 30 }),
    ...answers(on.npsOfEach, 'nps', [0, 10], Object.fromEntries(many(11, (i) => [i, 1]))),
    ...answers(on.npsOfSix, 'nps', [0, 10], { 6: 1 }),
    ...answers(on.csat, 'csat', [1, 5], { 5: 42, 4: 32, 3: 10, 2: 9, 1: 14 }),
    ...answers(on.ces, 'ces', [1, 7], { 1: 80, 2: 210, 3: 140, 4: 110, 5: 160, 6: 180, 7: 120 }),
    ...answers(on.pooledCsat, 'csat', [1, 5], { 5: 528, 1: 72 }),
    // The published counts add up to 1,010 answers and 3,020 points.
    ...answers(on.fivePoints, 'ces', [1, 5], { 1: 200, 2: 205, 3: 210, 4: 195, 5: 200 }),
    ...answers(on.fivePoints, 'rating', [1, 5], { 1: 200, 2: 205, 3: 210, 4: 195, 5: 200 }),

    ...many(6240, (i) => sold(on.aov, i < 6080 ? 6859 : 6858)),
    ...many(900, () => sold(on.aovOfDay, 5000)),
    sold(on.aovOfDays, 10_000),
    ...many(9, (i) => sold(on.aovOfNine, i === 0 ? 9000 : 10_000)),
    ...many(9, (i) => sold(on.aovWithZero, i === 0 ? 9000 : 10_000)),
    sold(on.aovWithZero, 0),
    ...many(1000, (i) => sold('2026-11-02', 1000, `buyer${i}`)),
    ...many(300, (i) => sold('2026-11-03', 1000, `buyer${i}`)),

    traffic({ day: on.ga4, sessions: 1810, engaged_sessions: 693 }),
    traffic({ day: on.rates, sessions: 1310, engaged_sessions: 152 }),
    traffic({ day: on.moreRates, sessions: 10, engaged_sessions: 2 }),

    ...[post(on.evenReach, 1000, 34), post(on.evenReach, 1000, 35)],
    ...[post(on.unevenReach, 1000, 34), post(on.unevenReach, 9000, 315)],

    ...opened(on.carts, 3150, 2500),
    ...opened(on.moreCarts, 10_000, 7000),
    ...solved(on.fcr, 200, 120),
    ...solved(on.moreFcr, 300, 210),
    // 25,000 minutes over 500 tickets: half of them 20 minutes, half 80.
    ...many(500, (i) =>
      tickets({
        id: id(),
        opened: `${on.firstReply}T10:00:00Z`,
        first_reply: `${on.firstReply}T${i % 2 === 0 ? '10:20' : '11:20'}:00Z`,
        channel: 'email',
      }),
    ),
    tickets({
      id: id(),
      opened: `${addDays(on.overnight, -1)}T18:00:00Z`,
      first_reply: `${on.overnight}T08:00:00Z`,
      channel: 'email',
    }),

    ...[4, 6, 11].flatMap((touches, i) => [
      won(`deal${i}`, 20, on.touches),
      ...many(touches, () =>
        interactions({ at: addDays(on.touches, -3), channel: 'phone', kind: 'interview', deals: [`deal${i}`] }),
      ),
    ]),
    ...[40, 30, 60, 70].map((days) => won(`cycle${days}`, days, on.cycle)),

    ...many(120, (i) =>
      interactions({
        at: noon(on.proactive),
        channel: 'chat',
        kind: 'chat',
        initiator: i < 20 ? 'company' : 'customer',
      }),
    ),

    // 15 of 50 people a day, for 28 days: everybody comes round.
    ...eachDay(addDays(on.window, -27), on.window).flatMap((date, n) =>
      many(15, (i) =>
        interactions({
          at: noon(date),
          channel: 'web',
          kind: 'event',
          initiator: 'customer',
          customer: somebody(`daily${(n * 15 + i) % 50}`),
        }),
      ),
    ),

    ...spells('churn', 2000, 300, '2026-11-01'),
    ...spells('retention', 100, 10, '2026-11-01'),
    ...joining('retention', 20),
    // 107 M, +3.5 M, 105 M, each divided by 50,000.
    ...spells('network', 2140, 110, '2026-11-01'),
    ...joining('network', 70),
    ...[10, 100, 400].map((days) =>
      customers({ customer: somebody(`tenure${days}`), since: addDays(on.window, -days), segment: 'tenure' }),
    ),
  ]
  return { books, desk: answers(on.pooledCsat, 'csat', [1, 5], { 4: 2728, 2: 1672 }) }
}
