import type { Row } from './oracle-counters.ts'
import type { Known } from './oracle-facts.ts'
import { secondsBetween } from './oracle-support.ts'
import {
  both,
  type First,
  firsts,
  inside,
  lengthOf,
  named,
  quotient,
  rate,
  type Subject,
  sumOf,
  unknownRate,
  type Window,
} from './oracle-values.ts'

const DAY_MS = 86_400_000
const isDay = (time: unknown) => String(time).length === 10
const days = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / DAY_MS

/** Metrics of carts and of deals. */
export function salesMetrics({ rows, has, dayOf }: Known): Subject {
  const source = { source: (one: { readonly source: string }) => one.source }
  const opened = ({ opened }: Row) => dayOf(opened)
  const carts = rows('carts')
  const allCarts = firsts(carts, opened, source)
  const abandoned = firsts(
    carts.filter((cart) => isAbandoned(cart, dayOf)),
    opened,
    source,
  )
  const here = (list: readonly First[], day: string, window: Window) => {
    const within = inside(day, window)
    return list.filter((one) => within(one.day))
  }
  const deals = rows('deals')
  const touching = rows('interactions').filter(({ deals }) => deals !== undefined)
  const closed = ({ closed }: Row) => (closed === undefined ? undefined : dayOf(closed))
  const decided = deals.filter((deal) => deal.closed !== undefined && deal.won !== undefined)
  const won = decided.filter((deal) => deal.won === true)
  const allDecided = firsts(decided, closed)
  const allWon = firsts(won, closed)
  const measured = won
    .map((deal) => ({ ...deal, cycle: cycleOf(deal, dayOf) }))
    .filter(({ cycle }) => cycle !== undefined)
  const allMeasured = firsts(measured, closed)
  const touched = decided.map((deal) => ({ ...deal, touches: touchesOf(deal, deals, touching, dayOf) }))
  const within = <T extends Row>(list: readonly T[], day: string, window: Window) => {
    const isInside = inside(day, window)
    return list.filter((deal) => isInside(closed(deal)))
  }
  return {
    cart_abandonment_rate: has('carts')
      ? (day, window) =>
          rate({
            above: here(abandoned, day, window),
            top: lengthOf,
            below: here(allCarts, day, window),
            bottom: lengthOf,
            per: 100,
            by: { source: both(named('source')) },
          })
      : unknownRate,
    win_rate: has('deals')
      ? (day, window) => quotient(here(allWon, day, window).length, here(allDecided, day, window).length, 100)
      : unknownRate,
    sales_cycle_length: has('deals')
      ? (day, window) =>
          quotient(
            sumOf(within(measured, day, window), ({ cycle }) => cycle!),
            here(allMeasured, day, window).length,
            1,
          )
      : unknownRate,
    interactions_per_sales_cycle: has('deals')
      ? (day, window) =>
          quotient(
            sumOf(within(touched, day, window), ({ touches }) => touches),
            here(allDecided, day, window).length,
            1,
          )
      : unknownRate,
  }
}

/** Not completed within 24 hours; by the next day, where only days are known. */
function isAbandoned({ opened, completed }: Row, dayOf: Known['dayOf']): boolean {
  if (completed === undefined) return true
  if (isDay(opened) || isDay(completed)) return days(dayOf(opened), dayOf(completed)) > 1
  return Date.parse(String(completed)) - Date.parse(String(opened)) > DAY_MS
}

function cycleOf({ opened, closed }: Row, dayOf: Known['dayOf']): number | undefined {
  if (isDay(opened) || isDay(closed)) return days(dayOf(opened), dayOf(closed))
  const seconds = secondsBetween(opened, closed)
  return seconds === undefined ? undefined : seconds / 86_400
}

/**
 * Interactions that name the deal and came before it closed; of those of which only the day is known, the closing day's
 * too. A source means its own deals, if it has one of the id; else those of any.
 */
function touchesOf(deal: Row, deals: readonly Row[], touching: readonly Row[], dayOf: Known['dayOf']): number {
  const mean = touching.filter((one) => {
    if (!(one.deals as string[]).includes(deal.id)) return false
    const own = deals.some(({ source, id }) => source === one.source && id === deal.id)
    if (own && one.source !== deal.source) return false
    if (isDay(one.at) || isDay(deal.closed)) return dayOf(one.at) <= dayOf(deal.closed)
    return String(one.at) < String(deal.closed)
  })
  return sumOf(mean, ({ count }) => (count as number | undefined) ?? 1)
}
