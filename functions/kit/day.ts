import * as Calendar from 'temporal-polyfill/fns/Calendar'
import * as PlainDate from 'temporal-polyfill/fns/PlainDate'
import * as PlainDateTime from 'temporal-polyfill/fns/PlainDateTime'
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime'
import { invalid } from './errors.ts'

declare const brand: unique symbol

/** A calendar day `YYYY-MM-DD`. Which instants it covers depends on a time zone, which is always named beside it. */
export type Day = string & { readonly [brand]: 'Day' }

/** Half-open: `start` ≤ instant < `end`, in epoch milliseconds. 23, 24 or 25 hours long, or whatever the zone decreed. */
export interface Bounds {
  readonly start: number
  readonly end: number
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const LOCAL_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:[0-5]\d(\.\d{1,9})?)?$/
const MS_PER_DAY = 86_400_000

/** @throws `invalid` unless `text` is an existing calendar day between the years 1900 and 2200. */
export function day(text: string): Day {
  if (!isDay(text)) throw invalid(`'${String(text).slice(0, 40)}' is no day; expected YYYY-MM-DD, such as 2026-11-19`)
  return text
}

/** Days that were looked at before: there are only so many, and every row asks for one. */
const known = new Set<unknown>()

/** Whether `text` is an existing calendar day `YYYY-MM-DD` between the years 1900 and 2200. */
export function isDay(text: unknown): text is Day {
  if (known.has(text)) return true
  if (typeof text !== 'string' || !DAY.test(text) || text < '1900' || text >= '2200') return false
  const ms = Date.parse(`${text}T00:00:00Z`)
  const exists = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
  if (exists) known.add(text)
  return exists
}

/** @throws `invalid` unless `name` is an IANA time zone that this runtime knows. Returns its name as given. */
export function zone(name: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    if (/^[+-]|^etc\/gmt[+-]/i.test(name)) throw new RangeError('offsets have no daylight saving')
  } catch (cause) {
    throw invalid(`'${name}' is no time zone; expected an IANA name, such as Europe/Berlin or UTC`, cause)
  }
  return name
}

export function addDays(from: Day, count: number): Day {
  return new Date(Date.parse(`${from}T00:00:00Z`) + count * MS_PER_DAY).toISOString().slice(0, 10) as Day
}

/** Days from `from` to `to`; negative if `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / MS_PER_DAY)
}

/** Every day from `from` to `to`, both included; empty if `to` is earlier. */
export function eachDay(from: Day, to: Day): Day[] {
  return Array.from({ length: Math.max(0, daysBetween(from, to) + 1) }, (_, i) => addDays(from, i))
}

const boundsByZone = new Map<string, Map<string, Bounds>>()

function startOf(text: Day, timeZone: string): number {
  return PlainDate.toZonedDateTime(PlainDate.fromString(text, Calendar.getISO), timeZone).epochMilliseconds
}

/** The instants that `text` covers in `timeZone`. */
export function bounds(text: Day, timeZone: string): Bounds {
  const days = boundsByZone.get(timeZone) ?? new Map<string, Bounds>()
  boundsByZone.set(timeZone, days)
  const before = days.get(text)
  if (before) return before
  const found = { start: startOf(text, timeZone), end: startOf(addDays(text, 1), timeZone) }
  days.set(text, found)
  return found
}

/** The day in `timeZone` on which an instant (epoch milliseconds) falls. */
export function dayOf(instant: number, timeZone: string): Day {
  let guess = new Date(instant).toISOString().slice(0, 10) as Day
  while (instant < bounds(guess, timeZone).start) guess = addDays(guess, -1)
  while (instant >= bounds(guess, timeZone).end) guess = addDays(guess, 1)
  return guess
}

/**
 * The instant of a local date-time without offset (`2026-10-25T02:30`, seconds optional, `T` or a space).
 * An hour that a clock change repeats means its first occurrence.
 * @throws `invalid` for an hour that a clock change skips, and for text that is no date-time.
 */
export function localInstant(text: string, timeZone: string): number {
  let plain: PlainDateTime.Record
  try {
    // The parser alone would drop an offset in silence.
    if (!LOCAL_TIME.test(text)) throw new RangeError('another form')
    plain = PlainDateTime.fromString(text.replace(' ', 'T'), Calendar.getISO)
  } catch (cause) {
    throw invalid(`'${text.slice(0, 40)}' is no local time; expected YYYY-MM-DDTHH:MM:SS`, cause)
  }
  const first = PlainDateTime.toZonedDateTime(plain, timeZone, { disambiguation: 'earlier' })
  if (!PlainDateTime.equals(ZonedDateTime.toPlainDateTime(first), plain)) {
    throw invalid(`${text} does not exist in ${timeZone}: the clocks skip that hour`)
  }
  return first.epochMilliseconds
}
