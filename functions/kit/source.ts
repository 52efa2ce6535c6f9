import type * as z from 'zod'
import type { Bounds, Day } from './day.ts'
import type { FactRow } from './fact.ts'
import type { Api, Http } from './http.ts'
import type { Json, Page } from './page.ts'
import type { Spend } from './spend.ts'

/**
 * What `pages` yields. `resume` (with all slices together ≤ 4 KB) continues after this page in a later invocation, with
 * the same result as going on now; null after the last page. `wait` asks to be called again later with that token,
 * because the vendor is still preparing an answer. `through` says that the vendor is not done with the days after it:
 * they are not committed, however the reading ends (the earliest one said counts; a day before `from` commits nothing).
 */
export type Turn =
  | { readonly page: Page; readonly resume: Json; readonly through?: Day }
  | { readonly wait: true; readonly resume: Json }

/** What a vendor says about the quality of an answer: sampling, rows left out, metrics that no longer exist. */
export interface Note {
  readonly code: string
  readonly message: string
  /** The day whose answer it is about. @default - every day that was read */
  readonly day?: Day
}

/** Opens files named by the user: beside the config on a laptop, in the bucket's drop box in AWS. */
export interface Files {
  /** Every file that `pattern` names, by name. @throws `invalid` if there is none, or one cannot be read */
  open(pattern: string): AsyncIterable<{ name: string; chunks: AsyncIterable<Uint8Array> }>
}

/** What `pages` is given. */
export interface Reading<O> {
  readonly http: Http
  readonly files: Files
  /** Where requests that cost money are accounted for. */
  readonly spend: Spend
  readonly options: O
  /** First and last day to read, both included, of the stream's own zone. */
  readonly from: Day
  readonly to: Day
  /** The instants of those days. For `entity` streams `end` is now: a change after the last day is read as well. */
  readonly range: Bounds
  /** `entity` only: read the full list, whatever its age, and not only what changed in `range`. */
  readonly baseline: boolean
  /** One of `slices`; undefined where the stream declares none. */
  readonly slice: string | undefined
  /** What the last turn of an earlier invocation said; null at the beginning. */
  readonly resume: Json
  readonly now: Date
}

/**
 * How the part of a day is made, and what a second reading of it does:
 * - `events`, `report`: everything whose own day it is; replaces the part.
 * - `level`: the value read for the day; replaces.
 * - `entity`: records read as changed; parts accumulate, and the newest version of a record replaces all facts of its
 *   older ones. A baseline (the full list) comes first, and again every 30 days.
 * - `whole`: one reading is the whole truth of all days; replaces every day.
 */
export type StreamKind = 'events' | 'report' | 'level' | 'entity' | 'whole'

/** One kind of record that a source yields. `R` is the record as far as it is consumed. */
export interface Stream<O = any, R = any> {
  readonly kind: StreamKind
  /** Names of the facts that `map` can return; undefined where only the config's own `map` knows. */
  readonly facts: readonly string[] | undefined
  /**
   * Kinds (`channel.kind`) among its interactions that compute would otherwise derive from counters, orders, answers,
   * tickets or referrals; naming them switches the derivation off for this source. @default - none
   */
  readonly emits?: readonly string[]
  /** Schema of only the fields that are consumed; a record that fails it is quarantined. */
  readonly record: z.ZodType<R>
  /** Days after its end until the vendor stops changing a day. @default 0 */
  readonly settles?: number
  /** Trailing days that are read again, once a day. @default 0 */
  readonly repull?: number
  /** Whose day it is. @default - the reporting zone */
  readonly zone?: string
  /** False where only "now" can be read. @default true */
  readonly past?: boolean
  /** The earliest day the vendor still answers for. @default - any */
  since?(now: Date): Day
  /** The most days that one chain of requests may cover. @default 31 */
  readonly span?: number
  /** Names of independent chains of a range, read side by side. @default - one chain */
  slices?(reading: Omit<Reading<O>, 'slice' | 'resume'>): readonly string[]
  /** The only part that talks. Yields every page once. */
  pages(reading: Reading<O>): AsyncGenerator<Turn, void, void>
  /** The records of a page. Pure. @throws `changed` if the page is not what the vendor's documents promise */
  records(page: Page): Iterable<unknown>
  /** What the page says about itself; each different note once becomes a warning of the run, and of the snapshots of its days. Pure. @default - nothing */
  notes?(page: Page): readonly Note[]
  /** The record's identity within the stream. */
  key(record: R): string
  /** `entity` only: when the record last changed, an RFC 3339 instant. */
  changed?(record: R): string
  /** `entity` only: keys of records that this one shows to be gone (its own, if it was deleted; merged ones). */
  gone?(record: R): readonly string[]
  /** What the record says, in facts. Pure. A row that cannot be made is thrown as `invalid` and quarantined. */
  map(record: R): FactRow | readonly FactRow[] | null
}

/** Something that somebody has to grant at the vendor, and has not. */
export interface Missing {
  /** As the vendor names it: a scope, a permission, a role. */
  readonly permission: string
  /** What cannot be read without it. */
  readonly for: string
  /** Where it is granted. */
  readonly grant: string
}

/** What `probe` is given. */
export interface Probing<O> {
  readonly http: Http
  readonly files: Files
  readonly options: O
  readonly now: Date
  /** The reporting zone. */
  readonly timezone: string
  /** The newest value of a secret, for a vendor that is asked about a token by naming it. */
  secret(name: string): Promise<string>
  /** What the token endpoint says was consented to (RFC 6749, 5.1); undefined before a call opened a session, or untold. */
  scopes(): readonly string[] | undefined
}

/** What a vendor said when it was probed. */
export interface Probed {
  /** Whose data it is, by name and id as far as the vendor tells. */
  readonly account: string
  /** What else an operator likes to see: time zone, currency, expiry, cost. @default - nothing */
  readonly details?: Readonly<Record<string, string>>
  /** @default - nothing is missing */
  readonly missing?: readonly Missing[]
}

/** A vendor, before it is configured. */
export interface SourceDefinition<O = any, S extends string = string, P extends string = string> {
  /** The name of its file; also the default id. */
  readonly name: string
  /** Where the vendor documents what is read. */
  readonly docs: string
  readonly options: z.ZodType<O>
  /** Names of the secrets it needs. */
  readonly secrets: readonly S[]
  /** Names of those it can do without; one that is not set is undefined. @default - none */
  readonly optionalSecrets?: readonly P[]
  /** How to reach it. Absent where nothing is called over the network. */
  api?(given: { options: O; secrets: Readonly<Record<S, string> & Partial<Record<P, string>>> }): Api
  /**
   * Says with the fewest and cheapest calls whether the source can be read, for `tidemark doctor`; keeps nothing.
   * @throws what reading would throw; all permissions that are missing are told together, and not thrown
   * @default - doctor checks no more than that there are secrets
   */
  probe?(probing: Probing<O>): Promise<Probed>
  streams(options: O): Readonly<Record<string, Stream<O>>>
}

/** One configured account of one vendor. */
export interface Source<O = any> {
  /** Immutable: it names everything the source ever wrote. */
  readonly id: string
  readonly definition: SourceDefinition<O>
  readonly options: O
  readonly streams: Readonly<Record<string, Stream<O>>>
}

/** Call it in the config: `hubspot({ … })`, or `hubspot({ … }, { id: 'crm' })` for a second account. */
export type SourceFactory<I, O> = ((options: I, instance?: { id?: string }) => Source<O>) & {
  readonly definition: SourceDefinition<O>
}
