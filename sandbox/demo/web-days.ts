import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { addDays, type Day, day, daysBetween } from '../../functions/kit/day.ts'

/** One day of the demo's website: a thousandth of the real one's. */
export interface WebDay {
  readonly users: number
  readonly newUsers: number
  readonly sessions: number
  readonly views: number
  /** Mean of a session. */
  readonly seconds: number
  /** Share of sessions of one page, 0 to 1. */
  readonly bounce: number
}

/** The website's days, moved by whole weeks so that the last of them is `until` or one of the six days before. */
export function webDays(until: Day): ReadonlyMap<Day, WebDay> {
  const text = gunzipSync(readFileSync(new URL('data/web.csv.gz', import.meta.url))).toString()
  const [, ...rows] = text.trimEnd().split('\n')
  const last = day(rows.at(-1)!.slice(0, 10))
  const moved = Math.floor(daysBetween(last, until) / 7) * 7
  return new Map(
    rows.map((row) => {
      const [at, users, newUsers, sessions, views, seconds, bounce] = row.split(',')
      const thousandth = (amount: string | undefined) => Math.round(Number(amount) / 1_000)
      const figures = {
        users: thousandth(users),
        newUsers: thousandth(newUsers),
        sessions: thousandth(sessions),
        views: thousandth(views),
        seconds: Number(seconds),
        bounce: Number(bounce) / 100,
      }
      return [addDays(day(at!), moved), figures]
    }),
  )
}
