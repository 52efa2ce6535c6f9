import type { Row } from './oracle-counters.ts'
import type { Known } from './oracle-facts.ts'
import {
  both,
  distinct,
  type Expected,
  type First,
  figure,
  figureOfSome,
  firsts,
  inside,
  lengthOf,
  medianOf,
  named,
  rate,
  type Subject,
  sumOf,
  unknown,
  unknownRate,
  type Window,
} from './oracle-values.ts'

interface Ticket {
  readonly source: string
  readonly id: string
  readonly channel: string
  readonly opened: string
  readonly solved: string | undefined
  readonly firstSolved: string | undefined
  /** By a human. */
  readonly answered: string | undefined
  readonly waited: number | undefined
  readonly took: number | undefined
  readonly contacts: number | undefined
  readonly reopened: boolean
  /** Whether anything tells if it was. */
  readonly tells: boolean
}

/** Seconds from one instant to a later one; undefined where either is only a day, or they are the wrong way round. */
export function secondsBetween(from: unknown, to: unknown): number | undefined {
  if (from === undefined || to === undefined || String(from).length === 10 || String(to).length === 10) return undefined
  const seconds = (Date.parse(String(to)) - Date.parse(String(from))) / 1000
  return seconds < 0 ? undefined : seconds
}

/** Metrics of requests for help. */
export function supportMetrics({ rows, has, dayOf }: Known): Subject {
  const tickets = rows('tickets').map((row) => ticketOf(row, dayOf))
  const byChannel = { channel: ({ channel }: Ticket) => channel }
  const channel = named('channel')
  const here = (list: readonly First[], day: string, window: Window) => {
    const within = inside(day, window)
    return list.filter((one) => within(one.day))
  }
  const counted = (on: (one: Ticket) => string | undefined) => {
    const list = firsts(tickets, on, byChannel)
    return (day: string, window: Window) => figure(here(list, day, window), lengthOf, { channel })
  }
  const share = (among: (one: Ticket) => boolean, is: (one: Ticket) => boolean) => {
    const below = firsts(tickets.filter(among), (one) => one.firstSolved, byChannel)
    const above = firsts(
      tickets.filter((one) => among(one) && is(one)),
      (one) => one.firstSolved,
      byChannel,
    )
    return (day: string, window: Window): Expected =>
      rate({
        above: here(above, day, window),
        top: lengthOf,
        below: here(below, day, window),
        bottom: lengthOf,
        per: 100,
        by: { channel: both(channel) },
      })
  }
  const lasting = (on: (one: Ticket) => string | undefined, seconds: (one: Ticket) => number | undefined) => {
    const lasted = tickets.filter((one) => on(one) !== undefined && seconds(one) !== undefined)
    const ids = firsts(lasted, on, byChannel)
    const those = (day: string, window: Window) => {
      const within = inside(day, window)
      return lasted.filter((one) => within(on(one)))
    }
    return {
      median: (day: string, window: Window) =>
        figureOfSome(those(day, window), (list) => medianOf(list.map((one) => seconds(one)!)), byChannel),
      mean: (day: string, window: Window) =>
        rate({
          above: those(day, window),
          top: (list) => sumOf(list, (one) => seconds(one)!),
          below: here(ids, day, window),
          bottom: lengthOf,
          by: { channel: [byChannel.channel, channel] },
        }),
    }
  }
  const answer = lasting(
    ({ answered }) => answered,
    ({ waited }) => waited,
  )
  const solution = lasting(
    ({ solved }) => solved,
    ({ took }) => took,
  )
  const isKnown = has('tickets')
  const either = (say: Subject[string]) => (isKnown ? say : unknown)
  const eitherRate = (say: Subject[string]) => (isKnown ? say : unknownRate)
  return {
    tickets_opened: either(counted(({ opened }) => opened)),
    tickets_solved: either(counted(({ solved }) => solved)),
    open_tickets: either((day) =>
      figure(
        tickets.filter(({ opened, solved }) => opened <= day && (solved === undefined || solved > day)),
        (list) => distinct(list, ({ source, id }) => `${source} ${id}`),
        byChannel,
      ),
    ),
    first_response_time: either(answer.median),
    first_response_time_mean: eitherRate(answer.mean),
    resolution_time: either(solution.median),
    resolution_time_mean: eitherRate(solution.mean),
    first_contact_resolution_rate: eitherRate(
      share(
        ({ contacts }) => contacts !== undefined,
        ({ contacts, reopened }) => contacts === 1 && !reopened,
      ),
    ),
    reopen_rate: eitherRate(
      share(
        ({ tells }) => tells,
        ({ reopened }) => reopened,
      ),
    ),
  }
}

function ticketOf(row: Row, dayOf: Known['dayOf']): Ticket {
  const day = (time: unknown) => (time === undefined ? undefined : dayOf(time))
  const { opened, first_reply, first_solved, solved, reopens, bot } = row
  const between = secondsBetween(first_solved, solved)
  const later = between === undefined ? String(day(solved)) > String(day(first_solved)) : between > 0
  return {
    source: row.source,
    id: row.id,
    channel: String(row.channel),
    opened: dayOf(opened),
    solved: day(solved),
    firstSolved: day(first_solved ?? solved),
    answered: bot === true ? undefined : day(first_reply),
    waited: secondsBetween(opened, first_reply),
    took: secondsBetween(opened, solved),
    contacts: row.contacts as number | undefined,
    tells: reopens !== undefined || first_solved !== undefined,
    reopened: Number(reopens ?? 0) > 0 || (first_solved !== undefined && (solved === undefined || later)),
  }
}
