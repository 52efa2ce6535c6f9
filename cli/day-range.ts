import { addDays, type Day, day, dayOf } from '../functions/kit/day.ts'
import { invalid } from '../functions/kit/errors.ts'
import type { Deployment } from './open-deployment.ts'

/** The last day that has ended in the reporting zone. */
export function yesterday({ config, now }: Pick<Deployment, 'config' | 'now'>): Day {
  return addDays(dayOf(now().getTime(), config.timezone), -1)
}

/** The trailing days that end yesterday. */
export function trailingDays(deployment: Pick<Deployment, 'config' | 'now'>, count: number): { from: Day; to: Day } {
  const to = yesterday(deployment)
  return { from: addDays(to, 1 - count), to }
}

/**
 * Checks `--from` and `--to`; null if neither is given. `--from` alone reaches to yesterday.
 * @throws `invalid` for what is no day, the wrong way round, or not over yet
 */
export function dayRange(
  deployment: Pick<Deployment, 'config' | 'now'>,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): { from: Day; to: Day } | null {
  if (from === undefined && to === undefined) return null
  if (from === undefined) throw invalid('--to needs --from: the first day')
  const last = yesterday(deployment)
  const range = { from: named('--from', from), to: to === undefined ? last : named('--to', to) }
  const late = range.from > last ? `--from ${range.from}` : range.to > last ? `--to ${range.to}` : undefined
  if (late) throw invalid(`${late} is not over yet in ${deployment.config.timezone}; the last day that is: ${last}`)
  if (range.from > range.to) throw invalid(`--from ${range.from} is after --to ${range.to}; swap them`)
  return range
}

function named(flag: string, text: string): Day {
  try {
    return day(text)
  } catch (cause) {
    throw invalid(`${flag}: ${(cause as Error).message}`, cause)
  }
}
