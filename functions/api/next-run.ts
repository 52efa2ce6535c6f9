import { addDays, bounds, dayOf, localInstant } from '../kit/day.ts'
import { TidemarkError } from '../kit/errors.ts'
import { type Cadence, runsAt } from '../kit/in-aws.ts'

const HOUR_MS = 3_600_000
/** A clock change skips one local time at most twice a year. */
const LOOK_AHEAD = [0, 1, 2] as const

/**
 * When a source of that cadence is collected next, after `now`; null for a cron that is not at one time of every day. A
 * time that a clock change skips is left out, as EventBridge Scheduler does.
 */
export function nextRun(cadence: Cadence, timezone: string, now: Date): Date | null {
  const ms = now.getTime()
  const today = dayOf(ms, timezone)
  if (cadence === 'hourly') {
    const { start } = bounds(today, timezone)
    return new Date(start + (Math.floor((ms - start) / HOUR_MS) + 1) * HOUR_MS)
  }
  const minutes = runsAt(cadence)
  if (minutes === null) return null
  const time = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':')
  const instants = LOOK_AHEAD.flatMap((days) => existing(`${addDays(today, days)}T${time}`, timezone))
  const next = instants.find((instant) => instant > ms)
  return next === undefined ? null : new Date(next)
}

function existing(local: string, timezone: string): number[] {
  try {
    return [localInstant(local, timezone)]
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'invalid') return []
    throw error
  }
}
