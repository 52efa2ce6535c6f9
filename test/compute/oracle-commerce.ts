import type { Known } from './oracle-facts.ts'
import { firstLines, type Order } from './oracle-orders.ts'
import {
  both,
  distinct,
  type Expected,
  figure,
  inside,
  quotient,
  rate,
  type Subject,
  sumOf,
  unknown,
  unknownRate,
  type Window,
} from './oracle-values.ts'

const source = (one: { readonly source: string }) => one.source
const worth = (list: readonly Order[]) => sumOf(list, ({ amount }) => amount!)
const ids = (list: readonly Order[]) => distinct(list, ({ source, id }) => `${source} ${id}`)
const buyers = (list: readonly Order[]) => distinct(list, ({ person }) => person)

/** Metrics of money. */
export function commerceMetrics({ orders, has }: Known): Subject {
  const isKnown = has('orders')
  const within = (list: readonly Order[], day: string, window: Window) => {
    const isInside = inside(day, window)
    return list.filter((one) => isInside(one.day))
  }
  const bought = orders.filter(({ kind }) => kind === 'order')
  /** What says when, and by whom, it was bought: lines of the first day. */
  const placed = bought.filter(({ day, placed }) => day === placed)
  const byPerson = placed.filter(({ person }) => person !== undefined)
  // What divides two columns looks only at rows that have both.
  const convertible = orders.filter(({ amount }) => amount !== undefined)
  const gross = convertible.filter(({ kind }) => kind === 'order')
  const refunds = convertible.filter(({ kind }) => kind === 'refund')
  const paid = convertible.filter(({ kind, person }) => kind !== 'refund' && person !== undefined)
  const firstOfGross = firstLines(gross)
  const repeaters = (occasion: (one: Order) => string) => (day: string, window: Window) => {
    const here = within(byPerson, day, window)
    const often = [...Map.groupBy(here, ({ person }) => person!).values()].filter(
      (mine) => new Set(mine.map(occasion)).size >= 2,
    )
    return quotient(often.length, buyers(here), 100)
  }
  const known = (say: Subject[string], otherwise: () => Expected) => (isKnown ? say : otherwise)
  return {
    orders: known((day, window) => figure(within(placed, day, window), ids, { source }), unknown),
    revenue: known((day, window) => figure(within(convertible, day, window), worth, { source }), unknown),
    average_order_value: known(
      (day, window) =>
        rate({
          above: within(gross, day, window),
          top: worth,
          below: within(firstOfGross, day, window),
          bottom: ids,
          by: { source: both(source) },
        }),
      unknownRate,
    ),
    refund_rate: known(
      (day, window) =>
        rate({
          above: within(refunds, day, window),
          top: (list) => sumOf(list, ({ amount }) => -amount!),
          below: within(gross, day, window),
          bottom: worth,
          per: 100,
          by: { source: both(source) },
        }),
      unknownRate,
    ),
    repeat_purchase_rate: known(
      repeaters(({ day }) => day),
      unknownRate,
    ),
    repeat_purchase_rate_by_orders: known(
      repeaters(({ source, id }) => `${source} ${id}`),
      unknownRate,
    ),
    purchase_frequency: known((day, window) => {
      const here = within(byPerson, day, window)
      return quotient(ids(here), buyers(here), 1)
    }, unknownRate),
    customer_lifetime_value: known((day) => {
      const here = within(paid, day, 'all')
      return quotient(worth(here), buyers(here), 1)
    }, unknownRate),
  }
}
