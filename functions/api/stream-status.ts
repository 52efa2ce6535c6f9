import { addDays, bounds, type Day } from '../kit/day.ts'
import type { ErrorCode } from '../kit/errors.ts'
import type { StreamKind } from '../kit/source.ts'
import type { CursorRow, RunRow } from '../store/rows.ts'

/**
 * Who brings things forward: `operator` runs this deployment, `author` wrote the source; with `nobody`, it goes on by
 * itself. From least to most urgent for whoever reads it.
 */
export const actors = ['nobody', 'author', 'operator'] as const

export type Actor = (typeof actors)[number]

/**
 * Every state of a stream, from best to worst, with what it means. A source is as well as its worst stream. This is the
 * only place that lists them.
 */
export const states = {
  ok: 'all that is due was read, or was asked for and the vendor is not done with it',
  pending: 'only "now" can be read of it, and the first day it is read for has not ended yet',
  late: 'a day is due, and no run has asked for it: look whether runs start',
  held: 'far fewer rows came than are there: a later reading decides, or somebody accepts them',
  parked: 'the vendor kept a run waiting too long: the next run goes on from there',
  missing: 'was never read in full: it has to be collected',
  failed: 'the newest run failed: the code of its error says who acts',
  needs_reauth: 'the vendor refused the key, or a permission is missing: renew it, then run again',
} as const

export type StreamStatus = keyof typeof states

/** The same as a list, from best to worst. */
export const statuses = Object.keys(states) as [StreamStatus, ...StreamStatus[]]

const BY_STATUS: Readonly<Record<Exclude<StreamStatus, 'failed'>, Actor>> = {
  ok: 'nobody',
  pending: 'nobody',
  late: 'operator',
  held: 'operator',
  parked: 'nobody',
  missing: 'operator',
  needs_reauth: 'operator',
}

const BY_ERROR: Readonly<Record<ErrorCode, Actor>> = {
  credentials: 'operator',
  limited: 'nobody',
  unavailable: 'nobody',
  changed: 'author',
  invalid: 'operator',
}

/** Who acts on a stream of that status. */
export function actorOf(status: StreamStatus, lastRun: Pick<RunRow, 'error'> | undefined): Actor {
  // A run that failed without saying how is for whoever can look into its log.
  if (status === 'failed') return lastRun?.error ? BY_ERROR[lastRun.error.code] : 'operator'
  return BY_STATUS[status]
}

/** The one among several who matters most to the reader. */
export const mostUrgent = (of: readonly Actor[]): Actor =>
  actors[Math.max(0, ...of.map((actor) => actors.indexOf(actor)))]!

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
  if (lastRun?.status === 'failed') return lastRun.error?.code === 'credentials' ? 'needs_reauth' : 'failed'
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
