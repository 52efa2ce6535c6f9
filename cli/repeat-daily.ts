import { addDays, bounds, dayOf } from '../functions/kit/day.ts'
import type { Deployment } from './open-deployment.ts'

const CHECK_MS = 60_000
/** How long after midnight of the reporting zone vendors are given to close the day. */
const GRACE_MS = 15 * 60_000

/**
 * Runs `work` once a day, soon after midnight of the reporting zone, as long as the process lives. It looks at the clock
 * every minute, so that a computer that slept through midnight catches up. A failure is told, and the next day tries again.
 */
export function repeatDaily({ config, now }: Pick<Deployment, 'config' | 'now'>, work: () => Promise<void>): void {
  const today = () => graceDay({ config, now })
  let last = today()
  setInterval(async () => {
    if (today() === last) return
    last = today()
    try {
      await work()
    } catch (error) {
      process.stderr.write(`tidemark: collecting failed: ${(error as Error).message}\n`)
    }
  }, CHECK_MS)
}

/** When `repeatDaily` works next. */
export function nextDaily(deployment: Pick<Deployment, 'config' | 'now'>): Date {
  return new Date(bounds(addDays(graceDay(deployment), 1), deployment.config.timezone).start + GRACE_MS)
}

/** The day that begins a quarter past midnight. */
const graceDay = ({ config, now }: Pick<Deployment, 'config' | 'now'>) =>
  dayOf(now().getTime() - GRACE_MS, config.timezone)
