import { addDays, bounds, type Day } from '../kit/day.ts'
import type { StreamKind } from '../kit/source.ts'
import type { CursorRow, RunRow } from '../store/rows.ts'

/**
 * From best to worst: a source is as well as its worst stream. `pending`: only "now" can be read of it, and the first day
 * it is read for has not ended yet.
 */
export const statuses = ['ok', 'pending', 'late', 'held', 'parked', 'missing', 'failed'] as const

export type StreamStatus = (typeof statuses)[number]

/** How long after its end, in the reporting zone, a day may be without data before the stream is `late`. */
export const GRACE_HOURS = 12

/** When the day after `through` has to be there, as an instant; null as long as nothing was read. */
export function expectedBy(through: Day | null, timezone: string): string | null {
  if (through === null) return null
  return new Date(bounds(addDays(through, 1), timezone).end + GRACE_HOURS * 3_600_000).toISOString()
}

export interface StreamEvidence {
  readonly kind: StreamKind
  /** False where only "now" can be read. */
  readonly past: boolean
  readonly cursor: CursorRow | undefined
  /** The newest run that asked the vendor and came to an end. */
  readonly lastRun: RunRow | undefined
  readonly heldParts: number
  readonly timezone: string
  readonly now: Date
}

/**
 * How a stream is, on evidence only: the newest run did not fail, parts wait for nobody, everything due has been read,
 * or was asked for and the vendor is not done with it. An `entity` stream without its full list is `missing`, however
 * much of it was read.
 */
export function streamStatus(evidence: StreamEvidence): StreamStatus {
  const { kind, past, cursor, lastRun, heldParts, timezone, now } = evidence
  if (lastRun?.status === 'failed') return 'failed'
  if (lastRun?.status === 'parked') return 'parked'
  if (heldParts > 0) return 'held'
  if (!cursor && !past) return 'pending'
  if (!cursor || (kind === 'entity' && cursor.baseline === null)) return 'missing'
  const asked = lastRun && lastRun.to > cursor.through ? lastRun.to : cursor.through
  return now.getTime() >= Date.parse(expectedBy(asked, timezone)!) ? 'late' : 'ok'
}

/** The worst of several; of what is `pending`, only if all are. */
export function worst(of: readonly StreamStatus[]): StreamStatus {
  const begun = of.filter((status) => status !== 'pending')
  const considered = begun.length > 0 ? begun : of
  return statuses[Math.max(0, ...considered.map((status) => statuses.indexOf(status)))]!
}
