import type { Day } from '../kit/day.ts'
import type { StreamKind } from '../kit/source.ts'

/** Rows of one fact in one part. Beside the twelve facts there are `links` and, for entity streams, `records`. */
export interface ManifestFact {
  readonly rows: number
  readonly digest: string
  /** Lake keys of the NDJSON objects. */
  readonly objects: readonly string[]
}

/** What a run committed for one (source, stream, day), or for a baseline. */
export interface Manifest {
  readonly source: string
  readonly stream: string
  readonly kind: StreamKind
  readonly day: Day
  readonly run: string
  /** `entity`: the part is the full list. */
  readonly baseline: boolean
  /** The range that the run read. */
  readonly range: { readonly from: Day; readonly to: Day }
  /** Instant at which the reading began. */
  readonly read: string
  /** Digest of the code that mapped records to facts. */
  readonly mapping: string
  readonly facts: { readonly [fact: string]: ManifestFact }
  /** Rows of the twelve facts. */
  readonly rows: number
  readonly digest: string
  /** Run of the part that this one replaced, if any. */
  readonly replaces: string | null
  /** What is to be known of the day's answers: the vendor's notes, and records that could not be read. @default - nothing */
  readonly flags?: readonly Pick<KeptNote, 'code' | 'message'>[]
  /** Lake key of the run's record, which lists the pages. */
  readonly record: string
  /** Its facts were derived again, from pages that an earlier run read. @default false */
  readonly remapped?: boolean
}

/** Sort key of the part that holds an entity stream's full list. */
export const BASELINE = 'baseline' as Day

export const manifestKey = (source: string, stream: string, day: Day, run: string) =>
  `manifests/${source}/${stream}/${day}/${run}.json`

/** A page as the lake keeps it. */
export interface RawPage {
  readonly key: string
  readonly sha256: string
  readonly bytes: number
  readonly context?: unknown
}

/** What the vendor said about its answers for some days; without `days`, for all that were read. */
export interface KeptNote {
  readonly code: string
  readonly message: string
  readonly days?: readonly Day[]
}

/** What a run read, spent and quarantined: `runs/<run>.json`. */
export interface RunRecord {
  readonly run: string
  readonly source: string
  readonly stream: string
  readonly from: Day
  readonly to: Day
  /** Last day that the vendor was done with, where it said so: later ones are not committed. */
  readonly through: Day | null
  readonly read: string
  readonly baseline: boolean
  readonly pages: readonly RawPage[]
  readonly records: number
  /** Records that came twice with the same version. */
  readonly repeated: number
  /** Rows whose own day lies outside the range; their part belongs to another reading. */
  readonly outside: number
  readonly quarantined: number
  /** The first 1,000 of them; addresses and numbers of people are left out of the reasons. */
  readonly quarantine: readonly { readonly record: string; readonly reason: string }[]
  /** What the vendor said about the quality of its answers. */
  readonly notes: readonly KeptNote[]
  readonly turns: number
  readonly waited: number
  /** What it waited for last, in words. @default - it never had to */
  readonly waitedFor?: string | null
  readonly quota: Quota | null
  /** The run that read the pages, where this one only derived facts from them again. @default - this one */
  readonly remaps?: string
}

/** The vendor's remaining quota, by what it calls it. */
export type Quota = { readonly [name: string]: number }

export const runKey = (run: string) => `runs/${run}.json`
