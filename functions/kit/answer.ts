import type * as z from 'zod'
import type { Answer, Api, Request } from './api.ts'
import { TidemarkError } from './errors.ts'
import { readJson } from './read-json.ts'
import { isPublic } from './redact.ts'
import type { Fault, Received } from './wire.ts'

/** A checked answer, or the error it means; `passing` if the same request may do better after `retryAfter` seconds. */
export type Verdict =
  | { readonly answer: Answer; readonly quota: Readonly<Record<string, number>> | undefined }
  | {
      readonly error: TidemarkError
      readonly passing: boolean
      readonly retryAfter: number | undefined
      /** The session may have run out: a new one may be answered better. @default false */
      readonly expired?: boolean
    }

interface Call {
  readonly api: Api
  readonly request: Request
  /** As sent; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Names the request in messages. */
  readonly label: string
  readonly redact: (text: string) => string
  /** Epoch milliseconds, for dates of answers that state none of their own. */
  readonly now: number
}

/** Decides what came of a request. Pure. */
export function judge(received: Received | Fault, call: Call): Verdict {
  const { api, request, label } = call
  if ('fault' in received) {
    const code = received.passing ? 'unavailable' : 'changed'
    return failed(code, `${label}: ${received.fault}`, received.passing)
  }
  const { status, headers, bytes } = received
  const ok = status >= 200 && status < 300
  const parsed = request.as === 'bytes' && ok ? {} : parse(bytes)
  const hasExpired = status === 401 || (api.expired?.({ status, body: parsed.body }) ?? false)
  const stated = ok && request.as === 'bytes' ? undefined : api.failure?.({ status, headers, body: parsed.body })
  if (stated) {
    const passing = stated.code === 'limited' || stated.code === 'unavailable'
    const retryAfter = stated.retryAfter ?? asked(received, call)
    const error = new TidemarkError(stated.code, `${label}: ${call.redact(stated.message)}`, { retryAfter })
    return { error, passing, retryAfter, expired: hasExpired }
  }
  if (!ok) return { ...refused(received, call), expired: hasExpired }
  if (request.as !== 'bytes') {
    const wrong = unreadable(received, parsed, label)
    if (wrong) return wrong
  }
  const quota = api.quotaOf?.(parsed.body)
  if (!request.schema) return { answer: { status, headers, bytes, body: parsed.body }, quota }
  const checked = request.schema.safeParse(parsed.body)
  if (checked.success) return { answer: { status, headers, bytes, body: checked.data }, quota }
  return failed('changed', call.redact(`${label}: ${describe(checked.error.issues, parsed.body)}`), false)
}

function failed(
  code: TidemarkError['code'],
  message: string,
  passing: boolean,
  retryAfter?: number,
): Extract<Verdict, { error: unknown }> {
  return { error: new TidemarkError(code, message, { retryAfter }), passing, retryAfter }
}

/** What a status other than 2xx means. */
function refused(received: Received, call: Call): Extract<Verdict, { error: unknown }> {
  const { status, headers } = received
  const answered = `${call.label} answered ${status}`
  if (status >= 300 && status < 400) {
    const target = headers.location ? ` and points to ${withoutQuery(call.redact(headers.location))}` : ''
    return failed('changed', `${answered}${target}; redirects are not followed: correct baseUrl or the path`, false)
  }
  const said = `${answered}${excerpt(received, call.redact)}`
  if (status === 401 || status === 403) {
    return failed('credentials', `${said}; renew the key, or give it the permission that is missing`, false)
  }
  if (status === 426) {
    const version = Object.entries(call.headers).flatMap(([name, value]) =>
      /version|revision/.test(name) && isPublic(name) ? [value] : [],
    )
    const which = version.length > 0 ? version.join(', ') : new URL(call.api.baseUrl).pathname
    return failed('changed', `${said}; version ${which} of the interface has ended: move to a living one`, false)
  }
  if (status === 429) return failed('limited', said, true, asked(received, call))
  if (status === 408 || status >= 500) return failed('unavailable', said, true, asked(received, call))
  return failed('changed', `${said}; expected 200: the request no longer fits the interface`, false)
}

type Parsed = { readonly body?: unknown; readonly fault?: 'empty' | 'html' | 'text' }

const utf8 = new TextDecoder()

function parse(bytes: Uint8Array): Parsed {
  try {
    return { body: readJson(bytes) }
  } catch {
    const text = utf8.decode(bytes)
    if (text.trim() === '') return { fault: 'empty' }
    return { fault: /^\s*<(!doctype\s+html|html|head|body|!--)/i.test(text) ? 'html' : 'text' }
  }
}

/**
 * A 2xx without JSON in it. An HTML page was put there by something in front of the API (proxy, login or maintenance
 * page), an empty or unmeasured body may have been cut: these pass. Anything else is the vendor's new format.
 */
function unreadable({ status, headers, measured }: Received, { fault }: Parsed, label: string): Verdict | undefined {
  if (!fault) return undefined
  const answered = `${label} answered ${status}`
  if (status === 204) return failed('changed', `${answered} without a body; expected JSON`, false)
  if (fault === 'empty') return failed('unavailable', `${answered} with an empty body; expected JSON`, true)
  const type = headers['content-type']?.split(';')[0]?.trim().slice(0, 60) ?? 'no content type'
  if (fault === 'html' || type === 'text/html') {
    return failed(
      'unavailable',
      `${answered} with an HTML page in place of JSON: a proxy's, login or maintenance page`,
      true,
    )
  }
  if (!measured) return failed('unavailable', `${answered} with JSON that is cut short`, true)
  return failed('changed', `${answered} with a body that is no JSON (${type})`, false)
}

/** Seconds to wait, as asked for by the answer; undefined if it does not say, or says "now". */
function asked({ headers }: Received, { api, now }: Call): number | undefined {
  const given = headers['retry-after']?.trim() ?? ''
  const date = Date.parse(given)
  const seconds = /^\d+(\.\d+)?$/.test(given)
    ? Number(given)
    : Number.isNaN(date)
      ? api.retryAfter?.(headers)
      : (date - (Date.parse(headers.date ?? '') || now)) / 1_000
  return seconds && seconds > 0 && Number.isFinite(seconds) ? seconds : undefined
}

const SHOWN = 200

/** The beginning of a refusal, where it is text for people; secrets are hidden before it is cut, never after. */
function excerpt({ headers, bytes }: Received, redact: (text: string) => string): string {
  if (bytes.length === 0) return ''
  if (/html/.test(headers['content-type'] ?? '')) return ' with an HTML page'
  const text = redact(utf8.decode(bytes.subarray(0, 65_536)))
    .replace(/[\p{C}\s\ufffd]+/gu, ' ')
    .trim()
  return `: ${text.slice(0, SHOWN)}${text.length > SHOWN ? '…' : ''}`
}

function withoutQuery(location: string): string {
  return location
    .split(/[?#]/)[0]!
    .replace(/\/\/[^/@]*@/, '//')
    .slice(0, SHOWN)
}

/** Which fields are wrong, by type only: their values may be personal data. */
function describe(issues: readonly z.core.$ZodIssue[], body: unknown): string {
  const fields = issues.slice(0, 3).map((issue) => {
    const got = typeName(
      issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], body),
    )
    const expected =
      issue.code === 'invalid_type' ? issue.expected : issue.message.replace(/^Invalid input: expected /, '')
    return `field '${issue.path.join('.') || '(body)'}' is ${got}; expected ${expected}`
  })
  return fields.join(', ')
}

function typeName(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : typeof value
}
