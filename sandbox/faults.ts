import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Encoded, SandboxRequest, VendorErrors } from './messages.ts'

/** The ways in which any vendor can fail. */
export const faultKinds = [
  'too_many',
  'too_many_retry_after',
  'server_error',
  'bad_gateway',
  'cut_at_1_percent',
  'cut_at_50_percent',
  'cut_at_99_percent',
  'truncated_gzip',
  'error_in_200',
  'repeated_answer',
  'redirect',
  'huge_body',
  'time_out',
  'expired',
  'revoked',
] as const
export type FaultKind = (typeof faultKinds)[number]

/** What goes wrong, and with which requests. */
export interface Fault {
  readonly kind: FaultKind
  /** @default - every request */
  readonly on?: (request: SandboxRequest) => boolean
  /** Fitting requests that are answered well before it begins. @default 0 */
  readonly skip?: number
  /** Fitting requests that it spoils. @default 1 */
  readonly times?: number
}

/** A function that names the fault of each request in turn; of several that fit, the first counts. */
export function plan(faults: readonly Fault[]): (request: SandboxRequest) => FaultKind | undefined {
  const waiting = faults.map((fault) => ({ ...fault, left: fault.times ?? 1, skip: fault.skip ?? 0 }))
  return (request) => {
    let kind: FaultKind | undefined
    for (const fault of waiting) {
      if (kind || fault.left === 0 || (fault.on && !fault.on(request))) continue
      if (fault.skip-- > 0) continue
      fault.left--
      kind = fault.kind
    }
    return kind
  }
}

/** Bytes of an endless answer; more than the kit accepts by default. */
const HUGE = 80 * 1024 * 1024

/** Faults in place of an answer: what was asked for is not done. The others spoil the answer to what was done. */
const refusals = [
  'too_many',
  'too_many_retry_after',
  'server_error',
  'bad_gateway',
  'error_in_200',
  'redirect',
  'huge_body',
  'time_out',
  'expired',
  'revoked',
] as const satisfies readonly FaultKind[]
type Refusal = (typeof refusals)[number]

export const isRefusal = (kind: FaultKind): kind is Refusal => refusals.some((one) => one === kind)

/** Answers nothing of what was asked. */
export function refuse(kind: Refusal, errors: VendorErrors, response: ServerResponse): void {
  const json = (status: number, body: unknown, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers })
    response.end(JSON.stringify(body))
  }
  const answers: Record<Refusal, () => unknown> = {
    too_many: () => json(429, errors.tooMany),
    too_many_retry_after: () => json(429, errors.tooMany, { 'retry-after': '1' }),
    server_error: () => json(500, errors.broken),
    bad_gateway: () => {
      response.writeHead(502, { 'content-type': 'text/html' })
      response.end('<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>')
    },
    error_in_200: () => json(200, errors.broken),
    redirect: () => response.writeHead(302, { location: 'http://elsewhere.invalid/' }).end(),
    huge_body: () => flood(response),
    time_out: () => undefined,
    expired: () => json(errors.tokenStatus ?? 401, errors.expired),
    revoked: () => json(errors.tokenStatus ?? 401, errors.revoked),
  }
  answers[kind]()
}

/** Spoils an answer on its way out. False if the fault leaves it as it is (a repeated one was chosen before). */
export function spoil(kind: Exclude<FaultKind, Refusal>, good: Encoded, response: ServerResponse): boolean {
  switch (kind) {
    case 'cut_at_1_percent':
      return cut(0.01, good, response)
    case 'cut_at_50_percent':
      return cut(0.5, good, response)
    case 'cut_at_99_percent':
      return cut(0.99, good, response)
    case 'truncated_gzip':
      return truncate(good, response)
    case 'repeated_answer':
      return false
  }
}

/** Promises the whole answer, sends a share of it, and drops the connection. */
function cut(share: number, { status, headers, bytes }: Encoded, response: ServerResponse): true {
  response.writeHead(status, headers)
  const sent = Math.min(bytes.length - 1, Math.floor(bytes.length * share))
  response.write(bytes.subarray(0, sent), () => response.destroy())
  return true
}

/** A well-formed HTTP answer whose compressed stream ends half-way. */
function truncate({ status, headers, bytes }: Encoded, response: ServerResponse): true {
  const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
  const half = gzipSync(plain)
  const part = half.subarray(0, Math.floor(half.length / 2))
  response.writeHead(status, { ...headers, 'content-encoding': 'gzip', 'content-length': String(part.length) })
  response.end(part)
  return true
}

function flood(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const chunk = Buffer.alloc(1024 * 1024, ' ')
  const body = Readable.from(
    (function* () {
      yield Buffer.from('{"results":[')
      for (let sent = 0; sent < HUGE; sent += chunk.length) yield chunk
      yield Buffer.from(']}')
    })(),
  )
  // The caller is right to hang up before the end.
  body.on('error', () => body.destroy())
  response.on('close', () => body.destroy())
  body.pipe(response)
}
