import { type FactName, facts } from '../../functions/facts.ts'
import type { FactRow, FactShape } from '../../functions/kit/fact.ts'
import { type Action, counterChanges, type Row } from './oracle-counters.ts'
import { firstLines, type Order, ordersOf } from './oracle-orders.ts'
import { keysOf, peopleOf } from './oracle-people.ts'
import type { Window } from './oracle-values.ts'

/** A fact as one stream of a source says it. */
export interface Said {
  readonly source: string
  readonly stream: string
  readonly row: FactRow
  /** The record that said so is gone: who is who is remembered, but not stated any more. */
  readonly gone?: boolean
}

/** What the score looks at. */
export interface Indicator {
  readonly metric: string
  readonly window: Window
  readonly weight: number
  readonly floor: number
  readonly target: number
  readonly engagement?: string | undefined
  readonly pillar?: string | undefined
}

/** Everything values depend on. */
export interface Truth {
  readonly timezone: string
  readonly currency: string
  readonly windows: readonly Window[]
  readonly weights: Readonly<Record<string, number>>
  readonly pointsCap: number | null
  readonly churn: 'contractual' | { readonly inactiveDays: number }
  readonly score: readonly Indicator[]
  /** A stated number of customers. */
  readonly customers: readonly { from: string; count: number }[] | undefined
  readonly owners: Readonly<Record<string, string>>
  readonly engagement: Readonly<Record<string, { engagement?: string; pillar?: string }>>
  readonly rates: readonly { currency: string; from: string; rate: number }[]
  /** `channel.kind` that a source says itself, by source. */
  readonly emits: Readonly<Record<string, readonly string[]>>
  /** Facts that some stream yields. */
  readonly yielded: readonly string[]
  readonly said: readonly Said[]
  /** Rows that do not count any more; they only tell who was who. */
  readonly unsaid: readonly Said[]
  readonly pepper: string
}

export interface Spell {
  readonly person: string
  readonly from: string
  readonly until: string | undefined
  readonly segment: string
  readonly origin: string
}

/** What the facts mean: who did what when, who bought what, and who was a customer. */
export interface Known {
  readonly truth: Truth
  readonly dayOf: (time: unknown) => string
  /** Rows of a fact whose source owns them. */
  readonly rows: (fact: string) => Row[]
  /** Whether something configured yields one of these. */
  readonly has: (...facts: string[]) => boolean
  readonly actions: readonly Action[]
  readonly orders: readonly Order[]
  /** Of customers; of contacts if there is nothing else. None is empty. */
  readonly spells: readonly Spell[]
}

/** By fact, what makes two rows of a source one thing, and the time that says on which day it was. */
const SAME: Readonly<Record<string, readonly [time: string, ...same: string[]]>> = {
  carts: ['opened', 'id'],
  responses: ['at', 'id', 'survey', 'subject'],
  tickets: ['opened', 'id'],
  deals: ['opened', 'id'],
  referrals: ['at', 'id'],
}

/** Naive: of rows that are one thing, the first after sorting by day and then, column by column, the latest first. */
function once(fact: string, rows: readonly Row[], dayOf: (time: unknown) => string): Row[] {
  if (!SAME[fact]) return [...rows]
  const [time, ...same] = SAME[fact]
  const { columns } = facts[fact as FactName] as unknown as FactShape
  const names = [...Object.keys(columns).filter((name) => columns[name]!.type !== 'person'), 'person'] as (keyof Row)[]
  const text = (value: unknown): string =>
    Array.isArray(value)
      ? value.map(text).join()
      : typeof value === 'number'
        ? value.toFixed(9).padStart(30, '0')
        : `${value}`
  const later = (a: Row, b: Row) => {
    const name = names.find((one) => text(a[one]) !== text(b[one]))
    if (name === undefined || a[name] === undefined) return 1
    return b[name] === undefined || text(a[name]) > text(b[name]) ? -1 : 1
  }
  const inOrder = (a: Row, b: Row) => {
    const [first, second] = [dayOf(a[time as keyof Row]), dayOf(b[time as keyof Row])]
    return first === second ? later(a, b) : first < second ? -1 : 1
  }
  const alike = Map.groupBy(rows, (row) => JSON.stringify([row.source, ...same.map((name) => row[name as keyof Row])]))
  return [...alike.values()].map((some) => some.toSorted(inOrder)[0]!)
}

/** Works out what the facts mean. */
export function understand(truth: Truth): Known {
  const { timezone, currency, rates, owners, emits, said, unsaid, pepper } = truth
  const clock = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' })
  const dayOf = (time: unknown) => (String(time).length === 10 ? String(time) : clock.format(new Date(String(time))))
  const linksOf = (some: readonly Said[]) =>
    some.flatMap(({ source, row }) =>
      Object.values(row.columns).flatMap((value) => keysOf(value, pepper, source)?.links ?? []),
    )
  const personOf = peopleOf(
    linksOf(said.filter(({ gone }) => !gone)),
    linksOf([...said.filter(({ gone }) => gone), ...unsaid]),
  )
  const rows = (fact: string): Row[] => once(fact, everyRow(fact), dayOf)
  const everyRow = (fact: string): Row[] =>
    said
      .filter(({ row }) => row.fact === fact)
      .filter(({ source, row }) => {
        const owner = owners[`${fact}.${row.columns.channel}`] ?? owners[fact]
        return owner === undefined || owner === source
      })
      .map(({ source, stream, row }) => {
        const known = keysOf(row.columns.customer, pepper, source)
        const id = String(row.columns.id)
        return { ...row.columns, id, source, stream, person: known ? personOf(known.key) : undefined }
      })
  const orders = ordersOf(rows('orders'), dayOf, currency, rates)
  const derived = derivedActions(rows, orders, dayOf).filter(
    ({ source, channel, kind }) => !emits[source]?.includes(`${channel}.${kind}`),
  )
  const stated = rows('interactions').map(({ source, person, at, channel, kind, count, actor, initiator }): Action => {
    const what = { channel: String(channel), kind: String(kind), count: (count as number | undefined) ?? 1 }
    const parties = { initiator: party(initiator), actor: party(actor ?? initiator) }
    return { source, person, day: dayOf(at), ...what, ...parties, account: source }
  })
  const all = rows('customers')
  const contactsOnly = !all.some(({ role }) => (role ?? 'customer') === 'customer')
  const spells = all
    .filter(({ role }) => contactsOnly || (role ?? 'customer') === 'customer')
    .map(({ person, since, left, segment, origin }): Spell => {
      const text = (value: unknown) => (value === undefined ? 'unknown' : String(value))
      const until = left === undefined ? undefined : dayOf(left)
      return { person: person!, from: dayOf(since), until, segment: text(segment), origin: text(origin) }
    })
    .filter(({ from, until }) => until === undefined || until > from)
  const has = (...facts: string[]) => facts.some((fact) => truth.yielded.includes(fact))
  return { truth, dayOf, rows, has, actions: [...stated, ...derived], orders, spells }
}

const party = (value: unknown) => value as string | undefined

function derivedActions(rows: Known['rows'], orders: readonly Order[], dayOf: Known['dayOf']): Action[] {
  const acted = { count: 1, actor: 'customer' }
  return [
    ...firstLines(orders.filter(({ kind }) => kind === 'order')).map(({ source, id, day }): Action => {
      const lines = orders.filter((o) => o.source === source && o.id === id && o.kind === 'order' && o.day === day)
      const [person] = lines.flatMap((line) => line.person ?? []).sort()
      const what = { channel: 'commerce', kind: 'purchase', initiator: 'customer' }
      return { source, day, ...what, ...acted, person, account: source }
    }),
    ...rows('responses').map(({ source, person, at, survey }): Action => {
      const review = survey === 'rating' || survey === 'recommendation'
      const what = review ? { channel: 'review', kind: 'review' } : { channel: 'survey', kind: 'response' }
      return { source, person, day: dayOf(at), ...what, ...acted, initiator: undefined, account: source }
    }),
    ...rows('tickets').map(({ source, person, opened, channel, initiator }): Action => {
      const what = { channel: String(channel), kind: 'ticket', count: 1 }
      const parties = { initiator: party(initiator), actor: party(initiator) ?? 'customer' }
      return { source, person, day: dayOf(opened), ...what, ...parties, account: source }
    }),
    ...rows('referrals').map(({ source, person, at }): Action => {
      const what = { channel: 'referral', kind: 'referral', initiator: 'customer' }
      return { source, person, day: dayOf(at), ...what, ...acted, account: source }
    }),
    ...counterChanges(rows('posts'), dayOf),
  ]
}
