import { addDays, bounds, type Day } from '../kit/day.ts'
import type { StreamKind } from '../kit/source.ts'
import type { CursorRow, RunRow } from '../store/rows.ts'

/** From best to worst: a source is as well as its worst stream. */
export const statuses = ['ok', 'late', 'held', 'parked', 'missing', 'failed'] as const

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
  readonly cursor: CursorRow | undefined
  /** The newest run that asked the vendor and came to an end. */
  readonly lastRun: RunRow | undefined
  readonly heldParts: number
  readonly timezone: string
  readonly now: Date
}

/**
 * How a stream is, on evidence only: the newest run did not fail, parts wait for nobody, everything due has been read.
 * An `entity` stream without its full list is `missing`, however much of it was read.
 */
export function streamStatus({ kind, cursor, lastRun, heldParts, timezone, now }: StreamEvidence): StreamStatus {
  if (lastRun?.status === 'failed') return 'failed'
  if (lastRun?.status === 'parked') return 'parked'
  if (heldParts > 0) return 'held'
  if (!cursor || (kind === 'entity' && cursor.baseline === null)) return 'missing'
  return now.getTime() >= Date.parse(expectedBy(cursor.through, timezone)!) ? 'late' : 'ok'
}

/** The worst of several. */
export function worst(of: readonly StreamStatus[]): StreamStatus {
  return statuses[Math.max(0, ...of.map((status) => statuses.indexOf(status)))]!
}
