import { addDays, bounds, type Day, dayOf, eachDay } from '../kit/day.ts'
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
  readonly cursor: CursorRow | undefined
  /** Parts of the range that are committed. */
  readonly parts: ReadonlyMap<Day, Pick<PartRow, 'read'>>
  readonly held: ReadonlyMap<Day, Pick<HeldRow, 'read'>>
}

const BASELINE_DAYS = 30
const HOUR = 3_600_000
/** A held part is read again after this long; if the vendor still says the same, it is believed. */
export const HELD_AGAIN = 6 * HOUR
/** How long after a day's end a reading of "now" still stands for it. */
const LEVEL_CLOSES = 12 * HOUR

/**
 * The readings that are due within `from … to`, oldest first, each at most `stream.span` days long.
 * @param force read every day of the range, committed or not
 */
export function due(stream: Stream, from: Day, to: Day, force: boolean, known: Known): Due[] {
  if (from > to) return []
  switch (stream.kind) {
    case 'whole':
      return [{ from, to, baseline: false }]
    case 'entity':
      return entityDue(stream, from, to, force, known)
    case 'level':
      if (stream.past === false) return levelDue(to, known)
  }
  const days = eachDay(from, to).filter((day) => force || isDayDue(stream, day, to, known))
  return chunks(days, stream.span ?? 31)
}

function isDayDue({ repull = 0 }: Stream, day: Day, to: Day, { now, zone, parts, held }: Known): boolean {
  const part = parts.get(day)
  const waiting = held.get(day)
  if (waiting) return now.getTime() - Date.parse(waiting.read) >= HELD_AGAIN
  if (!part) return true
  const readToday = dayOf(Date.parse(part.read), zone) >= dayOf(now.getTime(), zone)
  return day >= addDays(to, -repull) && !readToday
}

/** Changes are always read from the start of a day to now, so that a part read again holds all of its older self. */
function entityDue(stream: Stream, from: Day, to: Day, force: boolean, { now, zone, cursor }: Known): Due[] {
  if (!cursor?.baseline) return [{ from, to, baseline: true }]
  if (now.getTime() - Date.parse(cursor.baseline) >= BASELINE_DAYS * 24 * HOUR) return [{ from, to, baseline: true }]
  if (force) return [{ from, to, baseline: false }]
  const readToday = dayOf(Date.parse(cursor.read), zone) >= dayOf(now.getTime(), zone)
  const again = readToday ? 0 : (stream.repull ?? 0)
  const since = addDays(cursor.through < to ? addDays(cursor.through, 1) : to, -again)
  return [{ from: since, to, baseline: false }]
}

function levelDue(to: Day, { now, zone, parts }: Known): Due[] {
  const late = now.getTime() - bounds(to, zone).end
  return late >= 0 && late <= LEVEL_CLOSES && !parts.has(to) ? [{ from: to, to, baseline: false }] : []
}

function chunks(days: readonly Day[], span: number): Due[] {
  const found: Due[] = []
  for (const day of days) {
    const last = found.at(-1)
    if (last && addDays(last.to, 1) === day && eachDay(last.from, last.to).length < span) {
      found[found.length - 1] = { ...last, to: day }
    } else {
      found.push({ from: day, to: day, baseline: false })
    }
  }
  return found
}
