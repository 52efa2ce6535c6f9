import type { Row } from './oracle-counters.ts'
import type { Known } from './oracle-facts.ts'
import {
  type Expected,
  figure,
  inside,
  quotient,
  type Subject,
  sumOf,
  unknown,
  unknownRate,
  type Window,
} from './oracle-values.ts'

type Of = (row: Row) => number | undefined

/** A figure of one day of one source, of a group or of all of it. */
interface Visits {
  readonly source: string
  readonly group: string
  readonly day: string
  readonly top: number
  readonly bottom: number
}

const read =
  (name: string): Of =>
  (row) =>
    row[name] as number | undefined

const sessions = read('sessions')
const engaged = read('engaged_sessions')
const bounced: Of = (row) =>
  sessions(row) === undefined || engaged(row) === undefined ? undefined : sessions(row)! - engaged(row)!

/** Metrics of visits, as web analytics tools count them. */
export function webMetrics({ rows, has }: Known): Subject {
  const isKnown = has('traffic')
  const traffic = rows('traffic')

  /** Rows of a span that say both, for all of a source and by group. */
  const both = (top: Of, bottom: Of, span: number) => {
    const saying = traffic
      .filter((row) => (row.span ?? 1) === span && top(row) !== undefined && bottom(row) !== undefined)
      .map((row): Row & Omit<Visits, 'group'> => ({
        ...row,
        top: top(row)!,
        bottom: bottom(row)!,
        day: String(row.day),
      }))
    const groups = saying
      .filter(({ group }) => group !== undefined)
      .map((row): Row & Visits => ({ ...row, group: String(row.group) }))
    const totals = saying.filter(({ group }) => group === undefined).map((row): Row & Visits => ({ ...row, group: '' }))
    return { groups, totals }
  }
  /** A stream's own total of a day wins over the sum of its groups. */
  const daily = (top: Of, bottom: Of) => {
    const { groups, totals } = both(top, bottom, 1)
    const has = (row: Row & Visits) =>
      totals.some(({ source, stream, day }) => source === row.source && stream === row.stream && day === row.day)
    return { groups, wholes: [...totals, ...groups.filter((row) => !has(row))] }
  }
  const within = (list: readonly Visits[], day: string, window: Window) => {
    const isInside = inside(day, window)
    return list.filter((one) => isInside(one.day))
  }
  const ratios = (wholes: readonly Visits[], groups: readonly Visits[], per: number, oneSource: boolean): Expected => {
    const several = oneSource && new Set(wholes.map(({ source }) => source)).size > 1
    const of = (list: readonly Visits[]) =>
      quotient(
        sumOf(list, ({ top }) => top),
        sumOf(list, ({ bottom }) => bottom),
        per,
      )
    const mixed = { ...unknownRate(), null_reason: 'not_additive' }
    const by: Record<string, Record<string, Expected>> = {}
    for (const [name, list] of Object.entries({ group: groups, source: wholes })) {
      const key = name as 'group' | 'source'
      const names = [...new Set(list.map((one) => one[key]))]
      if (names.length === 0) continue
      const value = (one: string) => of(list.filter((row) => row[key] === one))
      by[name] = Object.fromEntries(names.map((one) => [one, several && name === 'group' ? mixed : value(one)]))
    }
    return { ...(several ? mixed : of(wholes)), by }
  }
  const ratio =
    (top: Of, bottom: Of, { per = 1, oneSource = false }) =>
    (day: string, window: Window): Expected => {
      if (!isKnown) return unknownRate()
      const { groups, wholes } = daily(top, bottom)
      return ratios(within(wholes, day, window), within(groups, day, window), per, oneSource)
    }

  return {
    sessions: (day, window) => {
      if (!isKnown) return unknown()
      const { groups, wholes } = daily(sessions, sessions)
      const sum = (list: readonly Visits[]) => sumOf(list, ({ top }) => top)
      const { by: ofGroup } = figure(within(groups, day, window), sum, { group: ({ group }) => group })
      // Where there are rows and none says how many, nobody knows.
      const isInside = inside(day, window)
      const rowsOfDays = traffic.filter((row) => (row.span ?? 1) === 1 && isInside(String(row.day)))
      const of = (list: readonly Visits[], some: boolean): Expected =>
        some && list.length === 0 ? unknown() : { value: sum(list) }
      const counted = within(wholes, day, window)
      const sources = [...new Set(rowsOfDays.map(({ source }) => String(source)))].sort()
      const ofSource = sources.map(
        (name) =>
          [
            name,
            of(
              counted.filter(({ source }) => source === name),
              true,
            ),
          ] as const,
      )
      const by = { ...(sources.length > 0 && { source: Object.fromEntries(ofSource) }), ...ofGroup }
      return { ...of(counted, rowsOfDays.length > 0), by }
    },
    engaged_session_rate: ratio(engaged, sessions, { per: 100, oneSource: true }),
    bounce_rate: ratio(bounced, sessions, { per: 100, oneSource: true }),
    pages_per_session: ratio(read('views'), sessions, {}),
    average_session_duration: ratio(read('seconds'), sessions, {}),
    new_user_share: (day, window) => {
      if (!isKnown) return unknownRate()
      const none = { ...unknownRate(), null_reason: [1, 7, 28].includes(window as number) ? 'no_data' : 'not_additive' }
      if (window === 'all') return { ...none, by: {} }
      const { groups, totals } = both(read('new_users'), read('users'), window)
      const here = (list: readonly Visits[]) => list.filter((row) => row.day === day)
      const found = ratios(here(totals), here(groups), 100, true)
      return here(totals).length > 0 ? found : { ...found, ...none }
    },
  }
}
