import type { Day } from '../kit/day.ts'
import type { ErrorCode } from '../kit/errors.ts'
import type { Period } from '../kit/period.ts'
import type { Channel } from '../kit/taxonomy.ts'
import type { Item } from './table.ts'

/**
 * Every row of the table, with its keys. Keys of ingest begin with the kind of row and the source, so that a source's
 * function can be confined to its own rows.
 */
export const keys = {
  part: (source: string, stream: string, day: Day) => ({ pk: `part#${source}#${stream}`, sk: day }),
  held: (source: string, stream: string, day: Day) => ({ pk: `held#${source}#${stream}`, sk: day }),
  cursor: (source: string, stream: string) => ({ pk: `cursor#${source}`, sk: stream }),
  lease: (owner: string, what: string) => ({ pk: `lease#${owner}`, sk: what }),
  spend: (source: string, day: Day) => ({ pk: `spend#${source}`, sk: day }),
  parked: (source: string, stream: string) => ({ pk: `parked#${source}`, sk: stream }),
  run: (source: string, run: string) => ({ pk: `run#${source}`, sk: run }),
  credential: (source: string) => ({ pk: `credential#${source}`, sk: 'expiry' }),
  head: (day: Day) => ({ pk: `snapshot#${day}`, sk: 'head' }),
  revision: (day: Day, revision: number) => ({ pk: `snapshot#${day}`, sk: revisionKey(revision) }),
  series: (metric: string, window: WindowName, month: string) => ({ pk: `series#${metric}#${window}`, sk: month }),
  definition: (metric: string) => ({ pk: 'definition', sk: metric }),
  range: () => ({ pk: 'meta', sk: 'range' }),
  deployed: () => ({ pk: 'meta', sk: 'deployed' }),
  cohort: (period: Period, first: Day) => ({ pk: `cohort#${period}`, sk: first }),
  cohorts: () => ({ pk: 'meta', sk: 'cohorts' }),
  apiKey: (hash: string) => ({ pk: 'key', sk: hash }),
  keyUse: (id: string) => ({ pk: 'key-use', sk: id }),
  quota: (caller: string, window: number) => ({ pk: `quota#${caller}`, sk: String(window) }),
  cursorSecret: () => ({ pk: 'meta', sk: 'cursor-secret' }),
  annotation: (id: string) => ({ pk: 'annotation', sk: id }),
  idempotency: (apiKey: string, key: string) => ({ pk: `idempotency#${apiKey}`, sk: key }),
}

const revisionKey = (revision: number) => `revision#${String(revision).padStart(8, '0')}`

/** `1d`, `7d`, `28d`, …, `all`. */
export type WindowName = string

export const windowName = (window: number | 'all'): WindowName => (window === 'all' ? 'all' : `${window}d`)

/** The pointer that readers follow: what a run committed for one (source, stream, day). */
export interface Pointer {
  readonly run: string
  /** Lake key of the manifest. */
  readonly manifest: string
  /** Rows of facts in the part. */
  readonly rows: number
  /** Digest of the part's contents, order and run aside. */
  readonly digest: string
  /** Instant at which the reading began. */
  readonly read: string
}

export interface PartRow extends Item, Pointer {}

/** A part that was not let in, because it holds far fewer rows than the one it would replace. */
export interface Held {
  readonly run: string
  readonly manifest: string
  readonly rows: number
  /** Rows of the part that stays. */
  readonly before: number
  readonly read: string
}

export interface HeldRow extends Item, Held {}

/** How far a stream has been read, moved last and alone. */
export interface Cursor {
  readonly run: string
  /** First and last day committed. */
  readonly from: Day
  readonly through: Day
  /** Instant at which the newest complete reading began. */
  readonly read: string
  /** `entity`: instant at which the newest full list began; null until there is one. */
  readonly baseline: string | null
  /** Names of the facts seen in the stream so far. */
  readonly facts: readonly string[]
}

export interface CursorRow extends Item, Cursor {}

/** The account of what a source spends on a UTC day. */
export interface SpendRow extends Item {
  /** Grows with each change. */
  readonly version: number
  /** JSON: amounts charged and reserved. */
  readonly ledger: string
  /** Digests of the items charged. */
  readonly items: Uint8Array
}

/** `accepted` and `remapped` moved parts and asked no vendor. */
export type RunStatus =
  | 'ok'
  | 'empty'
  | 'failed'
  | 'held'
  | 'parked'
  | 'running'
  | 'duplicate'
  | 'accepted'
  | 'remapped'

/** Whether a run says how its stream is doing: a failure stands until the vendor is asked again. */
export function asksVendor({ status }: { readonly status: RunStatus }): boolean {
  return status !== 'duplicate' && status !== 'accepted' && status !== 'remapped'
}

/** What came of a run; the whole record lies in the lake. */
export interface RunRow extends Item {
  readonly stream: string
  readonly status: RunStatus
  readonly from: Day
  readonly to: Day
  readonly started: string
  readonly ended: string | null
  readonly pages: number
  readonly records: number
  readonly facts: number
  readonly quarantined: number
  readonly error: { readonly code: ErrorCode; readonly message: string } | null
  readonly warnings: readonly { readonly code: string; readonly message: string }[]
  /** The vendor's remaining quota, where it says. */
  readonly quota: { readonly [name: string]: number } | null
}

/** When what a source signs in with runs out, as its vendor last said; never the thing itself. */
export interface CredentialRow extends Item {
  readonly expires_at: string
}

/** The newest revision of a day. */
export interface HeadRow extends Item {
  readonly revision: number
}

export type Cause = 'late_data' | 'backfill' | 'remap' | 'identity' | 'definition' | 'correction' | 'settled'

/** What a stored snapshot looks like. Raised only where a reader of the one before would take it for something else. */
export const SNAPSHOT_SCHEMA = 1

/** One revision of a day's snapshot. */
export interface Revision {
  /** By which `SNAPSHOT_SCHEMA` it was written. @default 1 */
  readonly schema?: number
  readonly revision: number
  readonly computed_at: string
  /** Null for the first revision. `settled`: nothing but finality changed. */
  readonly cause: Cause | null
  readonly changed_metrics: readonly string[]
  readonly finality: Finality
  /** The snapshot as zstd-compressed JSON; null where it lies in the lake at `object`. */
  readonly body: Uint8Array | null
  readonly object: string
}

export interface RevisionRow extends Item, Revision {}

export type Finality = 'provisional' | 'final'

export type NullReason =
  | 'no_data'
  | 'zero_denominator'
  | 'below_min_sample'
  | 'source_missing'
  | 'not_additive'
  | 'not_defined_yet'

/** A value with its parts. Money is in minor units. */
export interface Value {
  readonly value: number | null
  readonly null_reason?: NullReason
  /** Absent for metrics that are no ratio: there the value is all. */
  readonly numerator?: number | null
  readonly denominator?: number | null
}

export interface WindowValue extends Value {
  /** Fewer cases than say something: look at the value, do not act on its change. Absent where there are enough. */
  readonly low_sample?: boolean
  readonly finality: Finality
  /** Share of the (stream, day) pairs that the value rests on which have been read, 0 … 1. */
  readonly coverage: number
  /** By dimension, then by its value. */
  readonly by?: { readonly [dimension: string]: { readonly [key: string]: Value } }
}

export interface MetricSnapshot {
  readonly unit: string
  readonly currency?: string
  readonly definition_version: number
  readonly windows: { readonly [window: WindowName]: WindowValue }
  /** The same by the definition before, for as many days after a change as the config says. */
  readonly previous?: {
    readonly definition_version: number
    readonly windows: { readonly [window: WindowName]: WindowValue }
  }
}

export interface Warning {
  readonly code: string
  readonly source?: string
  readonly stream?: string
  /** What it does to the values: `may rise`, `may change`, … */
  readonly effect?: string
  readonly message?: string
}

/** `GET /v1/snapshots/{date}`. Keys in this order; the same facts give the same bytes, `computed_at` aside. */
export interface Snapshot {
  readonly date: Day
  readonly timezone: string
  readonly revision: number
  readonly finality: Finality
  /** First day on which the snapshot can be final, if every source is read again by then; null if it is already. */
  readonly final_on: Day | null
  readonly computed_at: string
  readonly metrics: { readonly [id: string]: MetricSnapshot }
  readonly sources: readonly {
    readonly id: string
    readonly status: 'ok' | 'late' | 'missing' | 'failed'
    readonly data_through: Day | null
    readonly rows: number
    readonly digest: string
    /**
     * Persons that it had told of by the day, and how many of them another source had told of too. Absent where it names
     * nobody, or there is no other to be matched with.
     */
    readonly people?: { readonly named: number; readonly matched: number }
  }[]
  readonly warnings: readonly Warning[]
}

/**
 * A month of one metric in one window, columns side by side (index = position in `days`): `body` is this as
 * zstd-compressed JSON. Every point belongs to one revision of its day's snapshot.
 */
export interface SeriesChunk {
  readonly days: readonly Day[]
  readonly value: readonly (number | null)[]
  readonly null_reason: readonly (NullReason | null)[]
  readonly numerator: readonly (number | null)[]
  readonly denominator: readonly (number | null)[]
  readonly final: readonly boolean[]
  readonly coverage: readonly number[]
  readonly revision: readonly number[]
  readonly definition_version: readonly number[]
}

export interface SeriesRow extends Item {
  readonly body: Uint8Array
}

/** One meaning that a metric has had, where the config has a part in it. */
export interface Definition {
  readonly version: number
  /** The declared version and the settings, as canonical JSON. */
  readonly meaning: string
  /** First day that was computed by it as the newest day. */
  readonly since: Day
  readonly at: string
}

/** Every meaning of a metric, oldest first. */
export interface DefinitionRow extends Item {
  readonly versions: readonly (Definition & { readonly [name: string]: string | number })[]
}

/** When a deployment in AWS was first made: no snapshot is expected of a day before it. */
export interface DeployedRow extends Item {
  readonly at: string
}

/** Snapshots exist for the days asked for, both included. */
export interface RangeRow extends Item {
  readonly from: Day
  readonly to: Day
  /** The compute that last began. @default - none since a rebuild */
  readonly begun?: string
  /**
   * Names what compute has published: another name wherever anything may differ. @default - a compute is at work, or
   * died at it
   */
  readonly published?: string
}

/**
 * The persons whose first time as a customer began in one week or month, and how many of them were there so many periods
 * later: index = age, 0 being their own period. A period that has not ended has no entry.
 */
export interface Cohort {
  readonly size: number | null
  readonly size_null_reason: NullReason | null
  readonly size_final: boolean
  readonly size_coverage: number
  readonly retained: readonly (number | null)[]
  readonly null_reason: readonly (NullReason | null)[]
  readonly final: readonly boolean[]
  readonly coverage: readonly number[]
}

export interface CohortRow extends Item {
  /** How often the row was written since it is in the table: a rebuild begins anew. */
  readonly revision: number
  readonly computed_at: string
  /** Instant at which a number that had been final last changed; null if none ever did. */
  readonly corrected_at: string | null
  /** `Cohort` as zstd-compressed JSON. */
  readonly body: Uint8Array
}

/** What the cohorts in the table were computed from, and which there are; `last` is null before the first period ended. */
export interface CohortsRow extends Item {
  /** A day of the first cohort of either period. */
  readonly first: Day
  readonly last: { readonly [P in Period]: Day | null }
  /** Digest of what was read and what settled. */
  readonly basis: string
  /** Digest of the facts that persons, spells and actions come from. */
  readonly inputs: string
}

/** An API key; the sort key is the SHA-256 of the key, in hex. */
export interface ApiKeyRow extends Item {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly created: string
  readonly until: string | null
  /** Id of the key that it takes the place of. @default - none */
  readonly replaces?: string
}

/** When a key was used, to the hour. A row of its own, so that noting it never undoes a change of the key. */
export interface KeyUseRow extends Item {
  readonly at: string
}

/** How much of a window's quota the instances of the API have taken. */
export interface QuotaRow extends Item {
  readonly taken: number
}

/** What cursors are signed with. */
export interface CursorSecretRow extends Item {
  readonly secret: Uint8Array
}

/**
 * What happened on some days: a note, or a campaign. Never changed, only added and deleted. The id begins with the first
 * day, so that a range of days is one query.
 */
export interface Annotation {
  /** `<date_from>-<ULID>` */
  readonly id: string
  readonly date_from: Day
  /** Included. */
  readonly date_to: Day
  readonly title: string
  readonly text: string | null
  readonly tags: readonly string[]
  readonly url: string | null
  readonly channel: Channel | null
  /** Name of the key that it was added with. */
  readonly created_by: string
  readonly created_at: string
}

export interface AnnotationRow extends Item, Annotation {}

/** What a request with an `Idempotency-Key` is about to do, or has done. */
export interface IdempotencyRow extends Item {
  /** Of what was asked for. */
  readonly digest: string
  readonly done: boolean
  readonly annotation: { readonly [K in keyof Annotation]: Annotation[K] }
}
