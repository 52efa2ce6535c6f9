import { type Day, isDay } from '../kit/day.ts'

/** The same date of the year before; the 29th of February is compared with the 28th. */
export function yearBefore(date: Day): Day {
  const year = Number(date.slice(0, 4)) - 1
  const same = `${year}${date.slice(4)}`
  return (isDay(same) ? same : `${year}-02-28`) as Day
}
