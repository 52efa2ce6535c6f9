import { addDays, bounds, type Day, dayOf, daysBetween, eachDay } from '../kit/day.ts'
import { invalid } from '../kit/errors.ts'
import type { Stream } from '../kit/source.ts'
import type { CursorRow, HeldRow, PartRow } from '../store/rows.ts'

/** One reading to do: a range of days, or the full list. */
export interface Due {
  readonly from: Day
  readonly to: Day
  readonly baseline: boolean
}

/** What a decision about due days rests on. */
export interface Known {
  readonly now: Date
  readonly zone: string
  /** The reporting zone: when a day has settled is told by it as well. */
  readonly timezone: string
  readonly cursor: CursorRow | undefined
  /** Parts of the range that are committed. */
  readonly parts: ReadonlyMap<Day, Pick<PartRow, 'read'>>
  readonly held: ReadonlyMap<Day, Pick<HeldRow, 'read'>>
}

const BASELINE_DAYS = 30
const HOUR = 3_600_000
const DAY_MS = 24 * HOUR
/** A held part is read again after this long; if the vendor still says the same, it is believed. */
export const HELD_AGAIN = 6 * HOUR
/** How long after a day's end a reading of "now" still stands for it. */
const LEVEL_CLOSES = 12 * HOUR

/**
 * The readings that are due within `from … to`, oldest first, each at most `stream.span` days long.
 * @param force read every day of the range, committed or not
 * @throws `invalid` for a forced day that the vendor no longer answers for; what is merely due is clipped to what it does
 */
export function due(stream: Stream, from: Day, to: Day, force: boolean, known: Known): Due[] {
  if (from > to) return []
  const { now, zone, parts } = known
  switch (stream.kind) {
    case 'whole':
      return [{ from, to, baseline: false }]
    case 'entity':
      return entityDue(stream, from, to, force, known)
    case 'level':
      if (stream.past === false) return force || !parts.has(to) ? levelDue(to, now, zone) : []
  }
  const since = stream.since?.(now)
  if (force && since !== undefined && from < since) {
    throw invalid(`the vendor keeps nothing before ${since}, but ${from} was asked for; ask from ${since} on`)
  }
  const answered = since !== undefined && since > from ? since : from
  const days = eachDay(answered, to).filter((day) => force || isDayDue(stream, day, known))
  return chunks(days, stream.span ?? 31)
}

/**
 * A day that was never read, or is read again: the trailing ones once a day, one that is held after a while, and one
 * that was last read before it had settled once it has. Without that, a missed run would leave it provisional for ever.
 */
function isDayDue({ repull = 0, settles = 0 }: Stream, day: Day, known: Known): boolean {
  const { now, zone, timezone, parts, held } = known
  const part = parts.get(day)
  const waiting = held.get(day)
  if (waiting) return now.getTime() - Date.parse(waiting.read) >= HELD_AGAIN
  if (!part) return true
  const settled = Math.max(bounds(day, zone).end, bounds(day, timezone).end) + settles * DAY_MS
  if (now.getTime() >= settled && Date.parse(part.read) < settled) return true
  const today = dayOf(now.getTime(), zone)
  return day >= addDays(today, -1 - repull) && dayOf(Date.parse(part.read), zone) < today
}

/** Changes are always read from the start of a day to now, so that a part read again holds all of its older self. */
function entityDue(stream: Stream, from: Day, to: Day, force: boolean, { now, zone, cursor }: Known): Due[] {
  if (!cursor?.baseline) return [{ from, to, baseline: true }]
  if (now.getTime() - Date.parse(cursor.baseline) >= BASELINE_DAYS * 24 * HOUR) return [{ from, to, baseline: true }]
  const readToday = dayOf(Date.parse(cursor.read), zone) >= dayOf(now.getTime(), zone)
  const again = readToday ? 0 : (stream.repull ?? 0)
  const since = addDays(cursor.through < to ? addDays(cursor.through, 1) : to, -again)
  return [{ from: force && from < since ? from : since, to, baseline: false }]
}

function levelDue(to: Day, now: Date, zone: string): Due[] {
  const late = now.getTime() - bounds(to, zone).end
  return late >= 0 && late <= LEVEL_CLOSES ? [{ from: to, to, baseline: false }] : []
}

function chunks(days: readonly Day[], span: number): Due[] {
  const found: Due[] = []
  for (const day of days) {
    const last = found.at(-1)
    if (last && addDays(last.to, 1) === day && daysBetween(last.from, day) < span) {
      found[found.length - 1] = { ...last, to: day }
    } else {
      found.push({ from: day, to: day, baseline: false })
    }
  }
  return found
}
