import { addDays, type Day } from './day.ts'

/** What days are put together in: ISO weeks, which begin on Monday, and calendar months. A period is named by its first day. */
export const periods = ['week', 'month'] as const

export type Period = (typeof periods)[number]

/** 1970-01-01 was a Thursday. */
const MONDAY_OFFSET = 3

/** First day of the period that holds a day. */
export function startOfPeriod(day: Day, period: Period): Day {
  if (period === 'month') return `${day.slice(0, 7)}-01` as Day
  const epochDay = Date.parse(day) / 86_400_000
  return addDays(day, -((((epochDay + MONDAY_OFFSET) % 7) + 7) % 7))
}

/** First day of the period that is `count` periods after the one that begins on `start`; before it if negative. */
export function addPeriods(start: Day, count: number, period: Period): Day {
  if (period === 'week') return addDays(start, 7 * count)
  const [year, month] = start.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, month - 1 + count, 1)).toISOString().slice(0, 10) as Day
}

/** Last day of the period that begins on `start`. */
export function endOfPeriod(start: Day, period: Period): Day {
  return addDays(addPeriods(start, 1, period), -1)
}

/** First days of every period from the one that holds `from` to the one that holds `to`, both included. */
export function eachPeriod(from: Day, to: Day, period: Period): Day[] {
  const found: Day[] = []
  for (let at = startOfPeriod(from, period); at <= to; at = addPeriods(at, 1, period)) found.push(at)
  return found
}
