import type { Row } from './oracle-counters.ts'

/** A line of an order. */
export interface Order {
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

const MINOR: Record<string, number> = { JPY: 0, KWD: 3 }
const minor = (currency: string) => MINOR[currency] ?? 2

/** Lines of orders in the reporting currency. */
export function ordersOf(
  rows: readonly Row[],
  dayOf: (time: unknown) => string,
  currency: string,
  rates: readonly { currency: string; from: string; rate: number }[],
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
      id: row.id,
      kind: String(row.kind),
      day,
      placed: placedOn(row.source, row.id, isRefund)!,
      person: row.person,
      amount: own ?? (factor === undefined ? undefined : Number(row.amount) * factor),
    }
  })
}

/** One entry per order, on the day of its first line. */
export function firstLines(list: readonly Order[]): Order[] {
  const first = new Map<string, Order>()
  for (const order of list) {
    const key = `${order.source} ${order.id}`
    if (!first.has(key) || order.day < first.get(key)!.day) first.set(key, order)
  }
  return [...first.values()]
}
