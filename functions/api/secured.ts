import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { dayOf } from '../kit/day.ts'
import { keys, type RangeRow } from '../store/rows.ts'
import type { Scope, Verdict } from './keys.ts'
import { codingOf, hasAlready, wantsCsv } from './negotiate.ts'
import { problem } from './problem.ts'
import { quotaExceeded, writeQuotaHeaders } from './quota.ts'
import { notModified } from './represent.ts'
import type { Env, Serving } from './serving.ts'

/** Name of the security scheme in the OpenAPI document. */
export const SCHEME = 'key'

export interface SecuredOptions {
  /**
   * Whether nothing but what compute publishes, the request and the day of asking decide the answer: an unchanged one is
   * then known by one row. @default false
   */
  readonly published?: boolean
}

/**
 * The part of a route that demands a key or token with that scope, before anything else of the request is looked at, and
 * takes the request out of its quota.
 */
export function secured(
  serving: Serving,
  scope: Scope,
  { published = false }: SecuredOptions = {},
): { security: { [SCHEME]: string[] }[]; middleware: MiddlewareHandler<Env>[] } {
  const middleware = [authenticate(serving, scope), charge(serving), ...(published ? [recognise(serving)] : [])]
  return { security: [{ [SCHEME]: [scope] }], middleware }
}

function authenticate({ verify, inProcess }: Serving, scope: Scope) {
  return createMiddleware<Env>(async (c, next) => {
    if (inProcess) {
      c.set('caller', inProcess)
      return next()
    }
    const given = /^Bearer +([^\s]+)$/i.exec(c.req.header('Authorization') ?? '')?.[1]
    if (given === undefined) {
      return problem(c, 'unauthenticated', {
        detail: "send a key in the header 'Authorization: Bearer tm_…'",
        headers: { 'WWW-Authenticate': 'Bearer realm="tidemark"' },
      })
    }
    const verdict = await verify(given)
    if (verdict.status !== 'valid') return unauthenticated(c, verdict)
    if (!verdict.scopes.includes(scope)) {
      return problem(c, 'missing-scope', {
        detail: `the key has ${verdict.scopes.join(', ') || 'no scope'}; this route needs ${scope}`,
        headers: { 'WWW-Authenticate': `Bearer realm="tidemark", error="insufficient_scope", scope="${scope}"` },
      })
    }
    c.set('caller', { id: verdict.id, name: verdict.name })
    return next()
  })
}

const REASONS = { expired: 'the key has expired', unknown: 'the key is unknown or was revoked' } as const

function unauthenticated(c: Context<Env>, verdict: Exclude<Verdict, { status: 'valid' }>): Response {
  const token = verdict.status === 'refused'
  const reason = token ? verdict.reason : REASONS[verdict.status]
  const quoted = reason.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '')
  return problem(c, 'unauthenticated', {
    detail: `${reason}; ${token ? 'sign in anew' : 'ask whoever runs this deployment for another'}`,
    headers: { 'WWW-Authenticate': `Bearer realm="tidemark", error="invalid_token", error_description="${quoted}"` },
  })
}

function charge({ quota, inProcess }: Serving) {
  return createMiddleware<Env>(async (c, next) => {
    if (inProcess) return next()
    const standing = await quota.take(c.get('caller').id)
    writeQuotaHeaders(c, standing)
    if (!standing.granted) return quotaExceeded(c, standing)
    c.set('standing', standing)
    return next()
  })
}

/** Answers 304 by what compute last published, and has the answer remembered where it is not known. */
function recognise({ store, known, config, now }: Serving) {
  return createMiddleware<Env>(async (c, next) => {
    const { pk, sk } = keys.range()
    const published = ((await store.table.get(pk, sk)) as RangeRow | undefined)?.published
    if (published !== undefined) {
      const request = requestText(c, dayOf(now().getTime(), config.timezone))
      const answer = known.find(request, published)
      if (answer && hasAlready(c, answer.etag)) return notModified(c, answer.etag, answer.cacheControl)
      c.set('rememberAs', { request, published })
    }
    return next()
  })
}

/** All of a request that decides its answer: who asks does not. */
function requestText(c: Context, today: string): string {
  const { pathname, searchParams } = new URL(c.req.url)
  searchParams.sort()
  return [today, codingOf(c), wantsCsv(c) ? 'csv' : 'json', pathname, searchParams].join(' ')
}
