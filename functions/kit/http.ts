import { setTimeout as pause } from 'node:timers/promises'
import { judge, type Verdict } from './answer.ts'
import type { Answer, Api, Http, Request, Session } from './api.ts'
import { TidemarkError } from './errors.ts'
import { openRate } from './rate.ts'
import { isPublic, redactor } from './redact.ts'
import { openWire } from './wire.ts'

export type { Answer, Api, Http, Request, Session } from './api.ts'

/** What the surroundings lend to a client; tests replace time and chance. */
export interface HttpEnv {
  /** Ends everything under way with its own reason. */
  readonly signal?: AbortSignal | undefined
  /** Epoch milliseconds, never going back. */
  readonly clock?: () => number
  readonly sleep?: (ms: number) => Promise<void>
  /** 0 ≤ x < 1. */
  readonly random?: () => number
  /** Milliseconds that one wait may take now. A longer one is thrown, with `retryAfter`. @default 20 s */
  readonly patience?: () => number
  /** Is told the vendor's remaining quota after every answer that states it. */
  readonly onQuota?: (quota: Readonly<Record<string, number>>) => void
  /** Values that no error message may hold, beside those of the headers. */
  readonly secrets?: readonly string[]
  /** Secrets of the source, and the right to be the only process that opens a session. Needed by `api.authorize`. */
  readonly session?: Pick<Session, 'secret' | 'keep'> & { exclusively<T>(work: () => Promise<T>): Promise<T> }
}

const ATTEMPTS = 5
const CONNECT_MS = 10_000
const PATIENCE_MS = 20_000
const MIB = 1_048_576

/**
 * Opens a vendor's API: retries what may pass (408, 429, 5xx, network faults, empty bodies, HTML pages in front of an
 * API), keeps to the rate budget and to the allowed hosts, follows no redirect, and checks every answer.
 *
 * Errors: `credentials` for 401 and 403; `limited` for 429 and `unavailable` for the other passing ones, after 5 attempts
 * or where the wait asked for exceeds the patience; `changed` for everything else.
 */
export function openHttp(api: Api, env: HttpEnv = {}): Http & { close(): void } {
  const { signal, random = Math.random, patience = () => PATIENCE_MS } = env
  const sleep = env.sleep ?? ((ms) => pause(ms, undefined, { signal }))
  const clock = env.clock ?? (() => performance.timeOrigin + performance.now())
  const base = new URL(api.baseUrl)
  const timeout = (api.timeout ?? 60) * 1_000
  const wire = openWire({ connect: Math.min(CONNECT_MS, timeout), timeout, maxBytes: api.maxBytes ?? 64 * MIB }, signal)
  const rate = openRate(api.perSecond ?? 10, clock)
  const known = [...secretValues(lowerCase(api.headers)), ...(env.secrets ?? [])]
  const hide = redactor(known)

  async function wait(ms: number): Promise<void> {
    try {
      if (ms > 0) await sleep(ms)
    } finally {
      signal?.throwIfAborted()
    }
  }

  type Method = 'GET' | 'POST'
  type Headers = Readonly<Record<string, string>>
  let opened: Promise<Headers> | undefined

  function open(): Promise<Headers> {
    if (!env.session) throw new Error('api.authorize needs a session of the environment')
    const { secret, keep, exclusively } = env.session
    const http = clientOf((method, path, request) => send(method, path, request, {}))
    return exclusively(() => api.authorize!({ http, secret, keep }))
  }

  /** A session that could not be opened is tried again by the next request. */
  function reopen(): Promise<Headers> {
    const opening = open()
    opened = opening
    opening.catch(() => {
      if (opened === opening) opened = undefined
    })
    return opening
  }

  /** A refusal may only mean that the access token has run out: then the session is opened anew, once. */
  async function sendAuthorized(method: Method, path: string, request: Request): Promise<Answer> {
    if (!api.authorize) return send(method, path, request, {})
    const current = opened ?? reopen()
    try {
      return await send(method, path, request, await current)
    } catch (error) {
      if (!(error instanceof TidemarkError && refusals.has(error))) throw error
      // Another request may have opened a new one already.
      return send(method, path, request, await (opened === undefined || opened === current ? reopen() : opened))
    }
  }

  /** Errors of sessions that ran out. */
  const refusals = new WeakSet<object>()

  async function send(method: Method, path: string, request: Request, session: Headers): Promise<Answer> {
    const own = { ...lowerCase(session), ...lowerCase(request.headers) }
    const headers = sendable({ accept: 'application/json', ...lowerCase(api.headers), ...own })
    const url = resolve(path, request.query, base, api.hosts ?? [])
    const signature = api.sign?.({ headers, query: url.searchParams }) ?? {}
    for (const [name, value] of Object.entries(signature)) url.searchParams.set(name, value)
    const hidden = [...Object.values(signature), ...(Object.keys(own).length > 0 ? secretValues(headers) : [])]
    const redact = hidden.length > 0 ? redactor([...known, ...hidden]) : hide
    const label = `${method} ${redact(pathOf(url, base)).slice(0, 200) || '/'} of ${url.host}`
    const body = encode(request, headers)
    for (let attempt = 1; ; attempt++) {
      const most = patience()
      const budget = rate.reserve(most)
      if (budget > most) {
        throw new TidemarkError('limited', `${label}: the rate budget is used up`, {
          retryAfter: Math.ceil(budget / 1_000),
        })
      }
      await wait(budget)
      const received = await wire.send({ method, url, headers, body })
      if ('headers' in received) {
        const quota = api.quota?.(received.headers)
        if (quota) env.onQuota?.(quota)
      }
      const verdict = judge(received, { api, request, headers, label, redact, now: clock() })
      if ('answer' in verdict) {
        if (verdict.quota) env.onQuota?.(verdict.quota)
        return verdict.answer
      }
      if (verdict.expired) refusals.add(verdict.error)
      if (!verdict.passing) throw verdict.error
      await wait(pauseBefore(verdict, attempt))
    }
  }

  /** @throws the failure itself, after the last attempt or where its wait is too long */
  function pauseBefore({ error, retryAfter }: Extract<Verdict, { error: unknown }>, attempt: number): number {
    const backOff = random() * Math.min(30_000, 500 * 2 ** (attempt - 1))
    const ms = retryAfter ? retryAfter * 1_000 : backOff
    if (attempt < ATTEMPTS && ms <= patience()) return ms
    const seconds = attempt < ATTEMPTS || retryAfter ? Math.ceil(ms / 1_000) : undefined
    throw new TidemarkError(error.code, `${error.message} (attempt ${attempt} of ${ATTEMPTS})`, { retryAfter: seconds })
  }

  return { ...clientOf(sendAuthorized), close: () => wire.close() }
}

function clientOf(send: (method: 'GET' | 'POST', path: string, request: Request) => Promise<Answer>): Http {
  return {
    get: (path, request = {}) => send('GET', path, request) as Promise<Answer<never>>,
    post: (path, request = {}) => send('POST', path, request) as Promise<Answer<never>>,
  }
}

/** @throws `changed` unless the path leads to an allowed host in the scheme of `base`. */
function resolve(path: string, query: Request['query'], base: URL, hosts: readonly string[]): URL {
  if (!URL.canParse(path, base.href)) throw new TidemarkError('changed', `a path of ${base.host} is no URL`)
  const url = new URL(path, base)
  const allowed = [base.host, ...hosts]
  if (!allowed.includes(url.host) || url.protocol !== base.protocol || url.username || url.password) {
    const got = `${url.protocol}//${url.host}${url.username || url.password ? ', with credentials in it' : ''}`
    throw new TidemarkError(
      'changed',
      `a link leads to ${got}; expected ${base.protocol}// and ${allowed.join(' or ')}`,
    )
  }
  const more = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === null || value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) more.append(key, String(one))
  }
  if (more.size > 0) url.search = url.search ? `${url.search}&${more}` : `?${more}`
  url.hash = ''
  return url
}

/** The path as the source's author knows it: relative to the base, without query string. */
function pathOf({ pathname, host }: URL, base: URL): string {
  return pathname.startsWith(base.pathname) && host === base.host ? pathname.slice(base.pathname.length) : pathname
}

function encode({ body, form }: Request, headers: Record<string, string>): Uint8Array | undefined {
  if (form) {
    headers['content-type'] ??= 'application/x-www-form-urlencoded'
    return Buffer.from(new URLSearchParams(form).toString())
  }
  if (body === undefined) return undefined
  headers['content-type'] ??= 'application/json'
  return Buffer.from(JSON.stringify(body))
}

function lowerCase(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** @throws `credentials` for a value that cannot be sent, such as a key pasted together with a line break */
function sendable(headers: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new TidemarkError(
        'credentials',
        `header ${name} holds a character that cannot be sent; enter its secret again`,
      )
    }
  }
  return headers
}

function secretValues(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => (isPublic(name) ? [] : [value]))
}
