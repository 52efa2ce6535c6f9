import * as fc from 'fast-check'
import { posts } from '../../functions/facts.ts'
import { addDays, type Day, dayOf, isDay } from '../../functions/kit/day.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import type { StreamKind } from '../../functions/kit/source.ts'
import type { TestConfig } from './deployment.ts'
import type { Indicator, Said, Truth } from './oracle-facts.ts'
import { anyRow, digits, drawnFacts, FIRST, optional, time } from './random-rows.ts'
import { type StreamOptions, timeOf, type Vendor, type VendorRecord, vendor } from './vendor.ts'

export { FIRST }

/** What the test deployments hash people with. */
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

/** One record of a stream that yields `yields`. */
export function anyRecord(
  draw: Draw,
  key: string,
  yields: readonly string[],
  kind: StreamKind,
  days: number,
): VendorRecord {
  const many = draw(fc.constantFrom(1, 1, 1, 2, 3))
  const rows = Array.from({ length: many }, () => draw(anyRow(draw(fc.constantFrom(...yields)), days)))
  if (kind !== 'entity') return { key, rows }
  const gone = draw(digits(9)) === 0
  return { key, rows, changed: draw(changedAt(days)), ...(gone && { gone: [key] }) }
}

/** Within the days read, so that a first baseline and the changes after it are one truth. */
const changedAt = (days: number) =>
  time(FIRST, days).map((text) => (text.length === 10 ? `${text}T12:00:00.000Z` : text))

/** Readings of some posts, one per post and instant: of what they have so far or, of one account, of single days. */
function readings(draw: Draw, days: number): VendorRecord[] {
  const published = ['p1', 'p2', 'p3', 'p4', 'p5'].map((id) => ({
    id,
    published: draw(optional(time(addDays(FIRST, -5), days))),
  }))
  const at = [...new Set(draw(fc.array(time(FIRST, days), { maxLength: 15 })))].sort()
  const counters = fc.record({
    likes: optional(digits(40)),
    comments: optional(digits(9)),
    saves: optional(digits(3)),
    clicks: optional(digits(9)),
    reach: optional(digits(900)),
    impressions: optional(digits(999)),
  })
  const rows = at.flatMap((instant) =>
    published
      .filter(() => draw(digits(2)) > 0)
      .map(({ id, published }) =>
        posts({
          ...draw(counters),
          id,
          at: instant,
          channel: id === 'p3' ? 'community' : 'social',
          published,
          account: id === 'p4' ? 'second' : id === 'p5' ? 'third' : null,
          basis: id === 'p5' ? 'day' : null,
        }),
      ),
  )
  return rows.map((one, i) => ({ key: `reading${i}`, rows: [one] }))
}

const indicators: readonly Indicator[] = [
  { metric: 'customer_interaction_rate', window: 28, weight: 3, floor: 0, target: 500, engagement: 'social' },
  { metric: 'first_response_time', window: 7, weight: 0.7, floor: 86_400, target: 600, pillar: 'agent' },
  { metric: 'nps', window: 28, weight: 0.1, floor: -100, target: 100, engagement: 'emotional', pillar: 'brand' },
  { metric: 'churn_rate', window: 13, weight: 2, floor: 30, target: 0, pillar: 'brand' },
  { metric: 'revenue', window: 'all', weight: 1, floor: 0, target: 100_000 },
]

/** Facts of which a stream may say much, so that there is enough to divide by. */
const MUCH = ['customers', 'orders', 'interactions', 'traffic', 'responses', 'audience', 'deals'] as const

/** Draws a deployment of two to four sources whose streams are of different kinds and say anything. */
export function drawDeployment(draw: Draw): RandomDeployment {
  const days = draw(fc.integer({ min: 40, max: 60 }))
  const ids = ['app', 'crm', 'shop', 'desk'].slice(0, draw(fc.integer({ min: 2, max: 4 })))
  const holdings: Holding[] = ids.flatMap((source, i) => {
    const streams = draw(fc.constantFrom(1, 1, 2))
    return Array.from({ length: streams }, (_, nth): Holding => {
      const kind = draw(fc.constantFrom<StreamKind[]>('events', 'entity', 'whole'))
      const yields = [...new Set(draw(fc.array(fc.constantFrom(...drawnFacts), { minLength: 1, maxLength: 6 })))]
      const size = draw(fc.integer({ min: 0, max: 40 }))
      const records = Array.from({ length: size }, (_, n) => anyRecord(draw, `r${n}`, yields, kind, days))
      const emits = draw(
        fc.subarray(['commerce.purchase', 'chat.ticket', 'social.like', 'survey.response', 'review.review']),
      ).filter(() => i === 0)
      const zone = kind === 'events' ? draw(optional(fc.constantFrom('America/New_York', 'Asia/Tokyo'))) : undefined
      return {
        source,
        stream: `s${nth}`,
        options: { kind, facts: yields, emits, span: 60, ...(zone && { zone }) },
        records,
      }
    })
  })
  for (const fact of draw(fc.subarray([...MUCH], { maxLength: 3 }))) {
    const source = draw(fc.constantFrom(...ids))
    const records = Array.from({ length: 45 }, (_, n) => anyRecord(draw, `m${n}`, [fact], 'events', days))
    holdings.push({ source, stream: fact, options: { kind: 'events', facts: [fact], span: 60 }, records })
  }
  if (draw(fc.boolean())) {
    const options: StreamOptions = { kind: 'report', facts: ['posts'], span: 60 }
    holdings.push({ source: ids[0]!, stream: 'posts', options, records: readings(draw, days) })
  }
  const owner = fc.constantFrom(...ids)
  const shops = holdings.filter(({ options }) => options.facts?.includes('orders')).map(({ source }) => source)
  const owners = draw(
    fc.record(
      {
        customers: owner,
        interactions: owner,
        'interactions.email': owner,
        'tickets.chat': owner,
        responses: owner,
        traffic: owner,
        audience: owner,
        deals: owner,
      },
      { requiredKeys: [] },
    ),
  )
  const weight = fc.constantFrom(0, 1, 10, 0.5, 0.1, 0.333333, 1.25, -1)
  const windows = [...draw(fc.subarray([1, 7, 28, 40, 'all'] as const, { minLength: 2, maxLength: 2 }))]
  const score = draw(fc.subarray([...indicators])).filter(
    ({ metric }) => metric !== 'revenue' || windows.includes('all'),
  )
  return {
    days,
    holdings,
    settings: {
      timezone: draw(fc.constantFrom('Europe/Berlin', 'Europe/Berlin', 'America/New_York', 'UTC', 'Pacific/Auckland')),
      windows,
      score: score as NonNullable<TestConfig['score']>,
      pointsCap: draw(fc.constantFrom(null, null, 5, 0.7)),
      churn: draw(
        fc.constantFrom('contractual' as const, 'contractual' as const, { inactiveDays: 5 }, { inactiveDays: 30 }),
      ),
      ...draw(
        fc.constantFrom(
          {},
          {},
          {},
          {
            customers: [
              { from: '2026-03-05', count: 40 },
              { from: '2026-04-01', count: 50 },
            ],
          },
        ),
      ),
      kinds: ['demo'],
      owners: { ...owners, orders: draw(shops.length > 0 ? fc.constantFrom(...shops) : owner) },
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
  const said = holdings.flatMap(({ source, stream, records, options: { kind, zone = settings.timezone! } }) => {
    const ends = new Map<string, string>()
    for (const { changed, gone = [] } of records) for (const key of gone) ends.set(key, changed!)
    return records.flatMap(({ key, rows }) => {
      const end = ends.get(key)
      const read = kind === 'entity' || kind === 'whole' ? rows : rows.filter((row) => isRead(row, zone))
      if (end === undefined) return read.map((row) => ({ source, stream, row }))
      const spells = read.filter(({ fact }) => fact === 'customers')
      unsaid.push(...read.filter(({ fact }) => fact !== 'customers').map((row) => ({ source, stream, row })))
      return spells.map(({ fact, columns }) => {
        return { source, stream, row: { fact, columns: { ...columns, left: earliest(columns.left, end) } }, gone: true }
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
    windows: settings.windows ?? [],
    pointsCap: settings.pointsCap ?? null,
    churn: settings.churn ?? 'contractual',
    score: (settings.score ?? []) as readonly Indicator[],
    customers: settings.customers,
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
