import type { FactRow } from '../../functions/kit/fact.ts'
import { classify } from '../../functions/kit/taxonomy.ts'
import { exact, inexact } from './exact.ts'
import { type Action, counterChanges, type Row } from './oracle-counters.ts'
import { keysOf, peopleOf } from './oracle-people.ts'

/** A fact as one source says it. */
export interface Said {
  readonly source: string
  readonly row: FactRow
  /** The record that said so is gone: who is who is remembered, but not stated any more. */
  readonly gone?: boolean
}

/** Everything values depend on. */
export interface Truth {
  readonly timezone: string
  readonly currency: string
  readonly weights: Readonly<Record<string, number>>
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

interface Expected {
  value: number | null
  null_reason?: string
  numerator?: number | null
  denominator?: number | null
  by?: Record<string, Record<string, Expected>>
}

interface Order {
  source: string
  id: string
  kind: string
  day: string
  /** Day of the order's first line. */
  placed: string
  person: string | undefined
  /** In the reporting currency; undefined without a rate. */
  amount: number | undefined
}

interface Spell {
  person: string
  role: string
  from: string
  until: string | undefined
  segment: string
  origin: string
}

const MINOR: Record<string, number> = { JPY: 0, KWD: 3 }
const minor = (currency: string) => MINOR[currency] ?? 2

/** All metrics by loops over lists: `(day, window)` → metric → what its window must hold, finality and coverage aside. */
export function oracle(truth: Truth): (day: string, window: number | 'all') => Record<string, Expected> {
  const { actions, orders, spells } = understand(truth)
  const weightOf = ({ channel, kind }: Action) => truth.weights[`${channel}.${kind}`] ?? truth.weights[kind] ?? 0
  const classOf = ({ channel, kind }: Action, what: 'engagement' | 'pillar') =>
    truth.engagement[`${channel}.${kind}`]?.[what] ?? truth.engagement[kind]?.[what] ?? classify(channel, kind)[what]
  const contactsOnly = !spells.some(({ role }) => role === 'customer')
  const has = (...facts: string[]) => facts.some((fact) => truth.yielded.includes(fact))
  const hasActions = has('interactions', 'orders', 'responses', 'tickets', 'referrals', 'posts')

  return (day, window) => {
    const within = (one: string) => one <= day && (window === 'all' || one > plusDays(day, -window))
    const here = actions.filter((action) => within(action.day))
    const present = spells.filter(
      ({ role, from, until }) =>
        (role === 'customer' || contactsOnly) && from <= day && (until === undefined || until > day),
    )
    const customers = distinct(present, ({ person }) => person)
    const isCustomer = new Set(present.map(({ person }) => person))
    const active = here.filter(({ actor, person }) => actor === 'customer' && person !== undefined)
    const activeCustomers = active.filter(({ person }) => isCustomer.has(person!))
    const money = orders.filter((order) => within(order.day) && order.amount !== undefined)
    const placed = orders.filter(({ kind, placed }) => kind === 'order' && within(placed))
    const sold = placed.filter(({ day, placed }) => day === placed)

    const count = (list: readonly Action[]) => inexact(list.reduce((n, action) => n + exact(action.count), 0n))
    const points = (list: readonly Action[]) =>
      inexact(list.reduce((n, a) => n + (exact(a.count, 3) * exact(weightOf(a), 6)) / 10n ** 9n, 0n))
    const people = (list: readonly { person: string | undefined }[]) => distinct(list, ({ person }) => person)
    const worth = (list: readonly Order[]) => inexact(list.reduce((n, order) => n + exact(order.amount!), 0n))
    const ids = (list: readonly Order[]) => distinct(list, ({ source, id }) => `${source} ${id}`)

    const channel = (action: Action) => action.channel
    const kind = (action: Action) => action.kind
    const engagement = (action: Action) => classOf(action, 'engagement')
    const pillar = (action: Action) => classOf(action, 'pillar')
    const source = ({ source }: { source: string }) => source

    const perCustomer = (value: number, per: number) => quotient(value, customers, per)
    const noAction = hasActions ? null : 'no_data'
    const noRate = hasActions && has('customers') ? null : 'no_data'
    const noOrder = has('orders') ? null : 'no_data'
    const buyers = new Map<string, Set<string>>()
    for (const order of sold) {
      if (order.person === undefined) continue
      buyers.set(order.person, (buyers.get(order.person) ?? new Set()).add(order.placed))
    }
    const repeated = [...buyers.values()].filter((days) => days.size >= 2).length

    // A ratio of two columns looks only at rows that have both.
    const convertible = (list: readonly Order[]) => list.filter(({ amount }) => amount !== undefined)
    const amounts = convertible(orders.filter(({ kind, day }) => kind === 'order' && within(day)))
    const counted = firstLines(convertible(orders.filter(({ kind }) => kind === 'order'))).filter(({ day }) =>
      within(day),
    )
    const averages = (group: string | null) => {
      const of = <T extends { source: string }>(list: readonly T[]) =>
        list.filter((o) => group === null || o.source === group)
      return quotient(worth(of(amounts)), ids(of(counted)), 1)
    }
    const shops = [...new Set([...amounts, ...counted].map(source))].sort()

    return {
      interactions: total(
        noAction,
        count(here),
        split(here, { channel, kind, engagement, pillar, source }, (l) => only(count(l))),
      ),
      customers: total(
        has('customers') ? null : 'no_data',
        customers,
        split(present, { segment: (s: Spell) => s.segment, origin: (s: Spell) => s.origin }, (l) =>
          only(distinct(l, ({ person }) => person)),
        ),
      ),
      customer_interaction_rate: part(
        noRate,
        perCustomer(count(here), 100),
        split(here, { channel, kind, engagement, pillar }, (l) => perCustomer(count(l), 100)),
      ),
      active_customers: total(
        noAction,
        people(active),
        split(active, { channel, engagement }, (l) => only(people(l))),
      ),
      active_customer_share: part(
        noRate,
        perCustomer(people(activeCustomers), 100),
        split(activeCustomers, { channel, engagement }, (l) => perCustomer(people(l), 100)),
      ),
      engagement_points: total(
        noAction,
        points(here),
        split(here, { channel, engagement, pillar }, (l) => only(points(l))),
      ),
      engagement_points_per_customer: part(
        noRate,
        perCustomer(points(here), 1),
        split(here, { channel, engagement, pillar }, (l) => perCustomer(points(l), 1)),
      ),
      orders: total(
        noOrder,
        ids(placed),
        split(placed, { source }, (l) => only(ids(l))),
      ),
      revenue: total(
        noOrder,
        worth(money),
        split(money, { source }, (l) => only(worth(l))),
      ),
      average_order_value: part(
        noOrder,
        averages(null),
        shops.length === 0 ? {} : { source: Object.fromEntries(shops.map((shop) => [shop, averages(shop)])) },
      ),
      repeat_purchase_rate: part(noOrder, quotient(repeated, buyers.size, 100)),
    }
  }
}

const only = (value: number): Expected => ({ value })

function total(reason: string | null, value: number, by: Expected['by']): Expected {
  return reason ? { value: null, null_reason: reason } : { value, ...(by && { by }) }
}

function part(reason: string | null, value: Expected, by?: Expected['by']): Expected {
  if (reason) return { value: null, null_reason: reason, numerator: null, denominator: null }
  return { ...value, ...(by && { by }) }
}

function quotient(numerator: number, denominator: number, per: number): Expected {
  if (denominator === 0) return { value: null, null_reason: 'zero_denominator', numerator, denominator }
  return { value: (numerator * per) / denominator, numerator, denominator }
}

function split<T>(
  list: readonly T[],
  dimensions: Record<string, (one: T) => string>,
  value: (list: readonly T[]) => Expected,
): NonNullable<Expected['by']> {
  const by: NonNullable<Expected['by']> = {}
  for (const [dimension, of] of Object.entries(dimensions)) {
    const groups = [...new Set(list.map(of))].sort()
    if (groups.length === 0) continue
    by[dimension] = Object.fromEntries(groups.map((group) => [group, value(list.filter((one) => of(one) === group))]))
  }
  return by
}

const distinct = <T>(list: readonly T[], key: (one: T) => string | undefined) =>
  new Set(list.map(key).filter((one) => one !== undefined)).size

function plusDays(day: string, count: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + count)
  return date.toISOString().slice(0, 10)
}

/** One entry per order, on the day of its first line. */
function firstLines(list: readonly Order[]): Order[] {
  const first = new Map<string, Order>()
  for (const order of list) {
    const key = `${order.source} ${order.id}`
    if (!first.has(key) || order.day < first.get(key)!.day) first.set(key, order)
  }
  return [...first.values()]
}

/** What the facts mean: who did what when, who bought what, and who was a customer. */
function understand({ timezone, currency, rates, owners, emits, said, unsaid, pepper }: Truth) {
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
  const rows = (fact: string): Row[] =>
    said
      .filter(({ row }) => row.fact === fact)
      .filter(({ source, row }) => {
        const owner = owners[`${fact}.${row.columns.channel}`] ?? owners[fact]
        return owner === undefined || owner === source
      })
      .map(({ source, row }) => {
        const known = keysOf(row.columns.customer, pepper, source)
        return { ...row.columns, source, person: known ? personOf(known.key) : undefined }
      })
  const orders = ordersOf(rows('orders'), dayOf, currency, rates)
  const derived = [
    ...firstLines(orders.filter(({ kind }) => kind === 'order')).map(({ source, id, day }): Action => {
      const lines = orders.filter((o) => o.source === source && o.id === id && o.kind === 'order' && o.day === day)
      const [person] = lines.flatMap((line) => line.person ?? []).sort()
      return { source, day, channel: 'commerce', kind: 'purchase', count: 1, actor: 'customer', person }
    }),
    ...rows('responses').map(({ source, person, at, survey }): Action => {
      const review = survey === 'rating' || survey === 'recommendation'
      const what = review ? { channel: 'review', kind: 'review' } : { channel: 'survey', kind: 'response' }
      return { source, person, day: dayOf(at), ...what, count: 1, actor: 'customer' }
    }),
    ...rows('tickets').map(({ source, person, opened, channel, initiator }): Action => {
      const actor = (initiator as string) ?? 'customer'
      return { source, person, day: dayOf(opened), channel: String(channel), kind: 'ticket', count: 1, actor }
    }),
    ...rows('referrals').map(({ source, person, at }): Action => {
      return { source, person, day: dayOf(at), channel: 'referral', kind: 'referral', count: 1, actor: 'customer' }
    }),
    ...counterChanges(rows('posts'), dayOf),
  ].filter(({ source, channel, kind }) => !emits[source]?.includes(`${channel}.${kind}`))
  const stated = rows('interactions').map(({ source, person, at, channel, kind, count, actor, initiator }): Action => {
    const acted = (actor ?? initiator) as string | undefined
    const what = { channel: String(channel), kind: String(kind), count: (count as number | undefined) ?? 1 }
    return { source, person, day: dayOf(at), ...what, actor: acted }
  })
  const spells = rows('customers').map(({ person, role, since, left, segment, origin }): Spell => {
    const text = (value: unknown) => (value === undefined ? 'unknown' : String(value))
    const until = left === undefined ? undefined : dayOf(left)
    const who = { person: person!, role: (role as string) ?? 'customer', from: dayOf(since), until }
    return { ...who, segment: text(segment), origin: text(origin) }
  })
  return { actions: [...stated, ...derived], orders, spells }
}

function ordersOf(
  rows: readonly Row[],
  dayOf: (time: unknown) => string,
  currency: string,
  rates: Truth['rates'],
): Order[] {
  const placedOn = (source: string, id: unknown, refund: boolean) =>
    rows
      .filter((row) => row.source === source && row.id === id && (row.kind === 'refund') === refund)
      .map(({ at }) => dayOf(at))
      .sort()[0]
  return rows.map((row) => {
    const day = dayOf(row.at)
    const isRefund = row.kind === 'refund'
    const ordered = isRefund && row.order !== undefined ? placedOn(row.source, row.order, false) : undefined
    const rateDay = ordered !== undefined && ordered < day ? ordered : day
    const known = rates
      .filter(({ currency, from }) => currency === row.currency && from <= rateDay)
      .sort((a, b) => (a.from < b.from ? 1 : -1))[0]
    const factor = known && known.rate * 10 ** (minor(currency) - minor(String(row.currency)))
    const own = row.currency === currency ? Number(row.amount) : undefined
    return {
      source: row.source,
      id: String(row.id),
      kind: String(row.kind),
      day,
      placed: placedOn(row.source, row.id, isRefund)!,
      person: row.person,
      amount: own ?? (factor === undefined ? undefined : Number(row.amount) * factor),
    }
  })
}
