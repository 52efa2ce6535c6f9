import * as fc from 'fast-check'
import { customers, interactions, orders, posts, referrals, responses, tickets } from '../../functions/facts.ts'
import { addDays, type Day, day, dayOf, isDay } from '../../functions/kit/day.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import { type Person, person } from '../../functions/kit/person.ts'
import type { StreamKind } from '../../functions/kit/source.ts'
import type { TestConfig } from './deployment.ts'
import type { Said, Truth } from './oracle.ts'
import { type StreamOptions, timeOf, type Vendor, type VendorRecord, vendor } from './vendor.ts'

/** Clocks go forward on 29 March in Berlin. */
export const FIRST = day('2026-02-20') /** What the test deployments hash people with. */
export const PEPPER = '5a'.repeat(32)

export type Draw = <T>(arbitrary: fc.Arbitrary<T>) => T

/** What one stream of a vendor is like and holds. */
export interface Holding {
  readonly source: string
  readonly stream: string
  readonly options: StreamOptions
  readonly records: readonly VendorRecord[]
}

/** A random deployment: its settings and what its vendors hold in the end. */
export interface RandomDeployment {
  readonly days: number
  readonly settings: Omit<TestConfig, 'vendors'>
  readonly holdings: readonly Holding[]
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const digits = (max: number) => fc.integer({ min: 0, max })

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
const channel = fc.constantFrom('web', 'email', 'chat', 'social', 'phone', 'commerce')
const party = fc.constantFrom('customer', 'company')

/** Rows of every fact that metrics read, but for `posts`. */
function row(fact: string, days: number): fc.Arbitrary<FactRow> {
  const at = time(FIRST, days)
  switch (fact) {
    case 'interactions':
      return fc
        .record({
          at,
          channel,
          kind: fc.constantFrom('visit', 'like', 'comment', 'message', 'demo', 'purchase', 'ticket', 'reply'),
          count: optional(fc.oneof(digits(5), fc.constantFrom(0.1, 0.25, 2.5))),
          initiator: optional(party),
          actor: optional(party),
          customer: optional(who),
        })
        .map((columns) => interactions(columns as Parameters<typeof interactions>[0]))
    case 'customers':
      return fc
        .record({
          customer: who,
          since: time(addDays(FIRST, -20), days + 20),
          left: optional(time(FIRST, days + 10)),
          role: optional(fc.constantFrom('customer', 'customer', 'contact')),
          segment: optional(fc.constantFrom('small', 'large')),
          origin: optional(fc.constantFrom('fair', 'web')),
        })
        .map((columns) => customers(columns as Parameters<typeof customers>[0]))
    case 'orders':
      return fc
        .record({
          n: digits(9),
          at,
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
        )
    case 'responses':
      return fc
        .record({
          n: digits(99),
          at,
          survey: fc.constantFrom('nps', 'csat', 'rating', 'recommendation'),
          customer: optional(who),
        })
        .map(({ n, ...rest }) =>
          responses({ ...rest, survey: rest.survey as 'nps', id: `a${n}`, value: n % 11, scale: [0, 10] }),
        )
    case 'tickets':
      return fc
        .record({
          n: digits(99),
          opened: at,
          channel: fc.constantFrom('email', 'chat'),
          initiator: optional(party),
          customer: optional(who),
        })
        .map(({ n, ...rest }) => tickets({ ...rest, id: `t${n}` } as Parameters<typeof tickets>[0]))
    default:
      return fc
        .record({ n: digits(99), at, customer: optional(who) })
        .map(({ n, ...rest }) => referrals({ ...rest, id: `f${n}` }))
  }
}

const facts = [
  'interactions',
  'interactions',
  'customers',
  'customers',
  'orders',
  'orders',
  'responses',
  'tickets',
  'referrals',
]

/** One record of a stream that yields `yields`. */
export function anyRecord(
  draw: Draw,
  key: string,
  yields: readonly string[],
  kind: StreamKind,
  days: number,
): VendorRecord {
  const many = draw(fc.constantFrom(1, 1, 1, 2, 3))
  const rows = Array.from({ length: many }, () => draw(row(draw(fc.constantFrom(...yields)), days)))
  if (kind !== 'entity') return { key, rows }
  const gone = draw(digits(9)) === 0
  return { key, rows, changed: draw(changedAt(days)), ...(gone && { gone: [key] }) }
}

/** Within the days read, so that a first baseline and the changes after it are one truth. */
const changedAt = (days: number) =>
  time(FIRST, days).map((text) => (text.length === 10 ? `${text}T12:00:00.000Z` : text))

/** Lifetime readings of some posts, one per post and instant. */
function readings(draw: Draw, days: number): VendorRecord[] {
  const published = ['p1', 'p2', 'p3', 'p4'].map((id) => ({
    id,
    published: draw(optional(time(addDays(FIRST, -5), days))),
  }))
  const at = [...new Set(draw(fc.array(time(FIRST, days), { maxLength: 12 })))].sort()
  const rows = at.flatMap((instant) =>
    published
      .filter(() => draw(digits(2)) > 0)
      .map(({ id, published }) => {
        const [likes, comments, clicks] = draw(fc.tuple(optional(digits(40)), optional(digits(9)), optional(digits(9))))
        return posts({
          id,
          at: instant,
          channel: 'social',
          published,
          likes,
          comments,
          clicks,
          account: id === 'p4' ? 'second' : null,
        })
      }),
  )
  return rows.map((one, i) => ({ key: `reading${i}`, rows: [one] }))
}

/** Draws a deployment of two to four sources whose streams are of different kinds and say anything. */
export function drawDeployment(draw: Draw): RandomDeployment {
  const days = draw(fc.integer({ min: 40, max: 60 }))
  const ids = ['app', 'crm', 'shop', 'desk'].slice(0, draw(fc.integer({ min: 2, max: 4 })))
  const holdings: Holding[] = ids.flatMap((source, i) => {
    const streams = draw(fc.constantFrom(1, 1, 2))
    return Array.from({ length: streams }, (_, nth): Holding => {
      const kind = draw(fc.constantFrom<StreamKind[]>('events', 'entity', 'whole'))
      const yields = [...new Set(draw(fc.array(fc.constantFrom(...facts), { minLength: 1, maxLength: 4 })))]
      const size = draw(fc.integer({ min: 0, max: 25 }))
      const records = Array.from({ length: size }, (_, n) => anyRecord(draw, `r${n}`, yields, kind, days))
      const emits = draw(fc.subarray(['commerce.purchase', 'chat.ticket', 'social.like'])).filter(() => i === 0)
      const zone = kind === 'events' ? draw(optional(fc.constantFrom('America/New_York', 'Asia/Tokyo'))) : undefined
      return {
        source,
        stream: `s${nth}`,
        options: { kind, facts: yields, emits, span: 60, ...(zone && { zone }) },
        records,
      }
    })
  })
  if (draw(fc.boolean())) {
    const options: StreamOptions = { kind: 'report', facts: ['posts'], span: 60 }
    holdings.push({ source: ids[0]!, stream: 'posts', options, records: readings(draw, days) })
  }
  const owner = fc.constantFrom(...ids)
  const owners = draw(
    fc.record(
      { customers: owner, interactions: owner, 'interactions.email': owner, 'tickets.chat': owner, responses: owner },
      { requiredKeys: [] },
    ),
  )
  const weight = fc.constantFrom(0, 1, 10, 0.5, 0.1, 0.333333, 1.25, -1)
  const windows = draw(fc.subarray([1, 7, 28, 40, 'all'] as const, { minLength: 2, maxLength: 2 }))
  return {
    days,
    holdings,
    settings: {
      timezone: draw(fc.constantFrom('Europe/Berlin', 'Europe/Berlin', 'America/New_York', 'UTC', 'Pacific/Auckland')),
      windows: [...windows],
      kinds: ['demo'],
      owners: { ...owners, orders: draw(owner) },
      weights: draw(
        fc.record(
          { visit: weight, purchase: weight, 'social.like': weight, like: weight, demo: weight, ticket: weight },
          { requiredKeys: [] },
        ),
      ),
      engagement: draw(
        fc.record(
          {
            demo: fc.constant({ pillar: 'product' as const }),
            'chat.ticket': fc.constant({ engagement: 'social' as const }),
          },
          { requiredKeys: [] },
        ),
      ),
      rates: draw(
        fc.subarray([
          { currency: 'USD', from: '2026-01-01', rate: 0.9 },
          { currency: 'USD', from: '2026-03-10', rate: 0.95 },
          { currency: 'JPY', from: '2026-03-01', rate: 0.006 },
        ]),
      ),
    },
  }
}

/** Fake vendors that hold what the holdings say. */
export function vendorsOf(holdings: readonly Holding[]): Vendor[] {
  return [...new Set(holdings.map(({ source }) => source))].map((id) => {
    const mine = holdings.filter(({ source }) => source === id)
    const made = vendor(id, Object.fromEntries(mine.map(({ stream, options }) => [stream, options])))
    for (const { stream, records } of mine) made.put(stream, records)
    return made
  })
}

/**
 * What vendors mean by what they hold in the end: a record that is gone says nothing but that its spells ended. Streams
 * of days are read for the days collected only.
 */
export function saidBy({ holdings, settings, ...given }: RandomDeployment): Pick<Truth, 'said' | 'unsaid'> {
  const last = lastOf(given)
  const isRead = (row: FactRow, zone: string) => {
    const time = timeOf(row)
    const on = isDay(time) ? time : dayOf(Date.parse(time), zone)
    return on >= FIRST && on <= last
  }
  const unsaid: Said[] = []
  const said = holdings.flatMap(({ source, records, options: { kind, zone = settings.timezone! } }) => {
    const ends = new Map<string, string>()
    for (const { changed, gone = [] } of records) for (const key of gone) ends.set(key, changed!)
    return records.flatMap(({ key, rows }) => {
      const end = ends.get(key)
      const read = kind === 'entity' || kind === 'whole' ? rows : rows.filter((row) => isRead(row, zone))
      if (end === undefined) return read.map((row) => ({ source, row }))
      const spells = read.filter(({ fact }) => fact === 'customers')
      unsaid.push(...read.filter(({ fact }) => fact !== 'customers').map((row) => ({ source, row })))
      return spells.map(({ fact, columns }) => {
        return { source, row: { fact, columns: { ...columns, left: earliest(columns.left, end) } }, gone: true }
      })
    })
  })
  return { said, unsaid }
}

const earliest = (left: unknown, end: string) => (left === undefined || String(left) > end ? end : left)

/** Everything the oracle needs to know of a deployment. */
export function truthOf(given: RandomDeployment): Truth {
  const { settings, holdings } = given
  return {
    timezone: settings.timezone ?? 'UTC',
    currency: 'EUR',
    weights: settings.weights ?? {},
    owners: settings.owners ?? {},
    engagement: (settings.engagement ?? {}) as Truth['engagement'],
    rates: settings.rates ?? [],
    emits: Object.fromEntries(
      holdings.map(({ source }) => [
        source,
        holdings.filter((one) => one.source === source).flatMap(({ options }) => options.emits ?? []),
      ]),
    ),
    yielded: holdings.flatMap(({ options }) => options.facts ?? []),
    ...saidBy(given),
    pepper: PEPPER,
  }
}

/** The last day that a deployment collects. */
export const lastOf = ({ days }: Pick<RandomDeployment, 'days'>): Day => addDays(FIRST, days - 1)

/** Noon of the day after the last. */
export const nowOf = (given: RandomDeployment): string => `${addDays(lastOf(given), 1)}T12:00:00Z`
