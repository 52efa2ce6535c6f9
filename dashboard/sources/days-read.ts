import { addDays } from '../format.ts'

/** The day that ended last in a time zone. */
export function lastDayIn(timezone: string, now: Date): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(now)
  const of = (type: string) => parts.find((part) => part.type === type)!.value
  return addDays(`${of('year')}-${of('month')}-${of('day')}`, -1)
}

/** The last `count` days up to `last`, oldest first, with whether they have been read. */
export function daysRead(through: string | null, last: string, count: number): { day: string; read: boolean }[] {
  return Array.from({ length: count }, (_, i) => {
    const day = addDays(last, i + 1 - count)
    return { day, read: through !== null && day <= through }
  })
}
