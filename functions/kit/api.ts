import type * as z from 'zod'
import type { TidemarkError } from './errors.ts'
import type { Page } from './page.ts'

/** How to reach a vendor. */
export interface Api {
  /** Ends with a slash; paths are resolved against it. */
  readonly baseUrl: string
  /**
   * Sent with every request, to every allowed host. Values are secrets: they never reach a log, an error or the lake
   * (those of `accept`, `user-agent` and of names that end in `version` or `revision` may).
   */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Opens a session where a key alone is not enough: mints or refreshes an access token and returns the headers that go
   * with every request after that. Called before the first request, and once more after a 401 (or what is `expired`); by one process of a
   * source at a time.
   * @default - only `headers`
   */
  authorize?(session: Session): Promise<Readonly<Record<string, string>>>
  /**
   * Whether an answer other than 401 says that the session has run out.
   * @default - only a 401 does
   */
  expired?(answer: { status: number; body: unknown }): boolean
  /**
   * More of a request's query string, computed from what is sent with it (names of headers in lower case). Values are
   * secrets, as those of `headers`.
   * @default - nothing
   */
  sign?(request: {
    headers: Readonly<Record<string, string>>
    query: URLSearchParams
  }): Readonly<Record<string, string>>
  /** Requests per second, at the most, for all streams of the source. @default 10 */
  readonly perSecond?: number
  /** Hosts beside the one of `baseUrl` that may be called (for next-links of the vendor). @default - none */
  readonly hosts?: readonly string[]
  /**
   * Reads a failure out of an answer of status 200, or a better one out of any other. Undefined: no opinion. `body` is
   * undefined where it is no JSON. `limited` and `unavailable` are retried, the others are thrown at once.
   */
  failure?(answer: {
    status: number
    headers: Readonly<Record<string, string>>
    body: unknown
  }): TidemarkError | undefined
  /** Seconds until the vendor's own headers allow a retry; read where there is no `Retry-After`. @default - no opinion */
  retryAfter?(headers: Readonly<Record<string, string>>): number | undefined
  /** The vendor's remaining quota, for the run record. */
  quota?(headers: Readonly<Record<string, string>>): Readonly<Record<string, number>> | undefined
  /** The same where it stands in the body. */
  quotaOf?(body: unknown): Readonly<Record<string, number>> | undefined
  /** Longest answer accepted, decoded. @default 64 MiB */
  readonly maxBytes?: number
  /** Seconds for one request, from first byte sent to last received. @default 60 */
  readonly timeout?: number
}

/** What opening a session may use. */
export interface Session {
  /** Calls the allowed hosts without the session's headers. */
  readonly http: Http
  /** The newest value of a secret: another process may have rotated it since the run began. */
  secret(name: string): Promise<string>
  /** Saves a secret that the vendor rotated. To be awaited before the new one is used. */
  keep(name: string, value: string): Promise<void>
}

/** A checked answer: `bytes` as they came (decoded from transfer compression), `body` parsed and valid. */
export interface Answer<T = unknown> extends Page {
  readonly status: number
  /** Names in lower case; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** Undefined for `as: 'bytes'`. */
  readonly body: T
}

export interface Request<Z extends z.ZodType = z.ZodType> {
  /** A list repeats its key; null and undefined are left out. Added to a query string that the path already has. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent URL-encoded in place of `body`, as token endpoints want it. */
  readonly form?: Readonly<Record<string, string>>
  /** Values are secrets, as those of the api. */
  readonly headers?: Readonly<Record<string, string>>
  /** Schema of the fields of the body that `pages` itself consumes (the cursor, say). */
  readonly schema?: Z
  /** `bytes` takes any body as it is (a CSV or JSONL export). @default 'json' */
  readonly as?: 'json' | 'bytes'
}

export interface Http {
  get<Z extends z.ZodType>(path: string, request?: Request<Z>): Promise<Answer<z.output<Z>>>
  post<Z extends z.ZodType>(path: string, request?: Request<Z>): Promise<Answer<z.output<Z>>>
}
