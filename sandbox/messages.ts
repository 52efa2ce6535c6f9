import type { IncomingMessage } from 'node:http'

/** One call of a vendor's API, as it arrived. */
export interface SandboxRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** Parsed JSON, or the fields of a form; undefined where there was none. */
  readonly body: unknown
}

/** What a simulated vendor says; `body` is sent as JSON unless it is text. */
export interface SandboxAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** How a vendor words the failures that `faults` can call for. */
export interface VendorErrors {
  readonly tooMany: unknown
  readonly broken: unknown
  readonly expired: unknown
  readonly revoked: unknown
  /** Status of the last two. @default 401 */
  readonly tokenStatus?: number
}

/** An answer as it goes over the wire. */
export interface Encoded {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}
