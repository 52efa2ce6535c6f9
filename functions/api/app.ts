import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import type * as z from 'zod'
import { checkTargets } from '../kit/check-targets.ts'
import type { ConfigData } from '../kit/config.ts'
import { TidemarkError } from '../kit/errors.ts'
import type { Metric } from '../kit/metric.ts'
import type { RetiredMetric } from '../metrics/retired.ts'
import type { Lake } from '../store/lake.ts'
import type { Table } from '../store/table.ts'
import { signedCursors } from './cursor.ts'
import type { Dashboard } from './dashboard.ts'
import { isKeyShaped, keyVerifier, type Verify } from './keys.ts'
import { knownAnswers } from './known-answers.ts'
import { type InvalidParam, problem } from './problem.ts'
import { leasedQuota } from './quota.ts'
import { represent } from './represent.ts'
import { annotations } from './routes/annotations.ts'
import { anomalies } from './routes/anomalies.ts'
import { cohorts } from './routes/cohorts.ts'
import { effect } from './routes/effect.ts'
import { explain } from './routes/explain.ts'
import { health } from './routes/health.ts'
import { mcp } from './routes/mcp.ts'
import { metric } from './routes/metric.ts'
import { metrics } from './routes/metrics.ts'
import { openapi } from './routes/openapi.ts'
import { revisions } from './routes/revisions.ts'
import { series } from './routes/series.ts'
import { snapshot } from './routes/snapshot.ts'
import { sources } from './routes/sources.ts'
import { value } from './routes/value.ts'
import type { Api, Caller, Env, ScheduleOf, Serving } from './serving.ts'
import { isTokenShaped } from './token-shape.ts'

const MAX_BODY_BYTES = 65_536
const MAX_URL_LENGTH = 8_192

export interface AppOptions {
  readonly store: { readonly table: Table; readonly lake: Lake }
  readonly config: ConfigData
  readonly metrics: readonly Metric[]
  /** Metrics that there were: their ids answer 410. @default [] */
  readonly retired?: readonly RetiredMetric[]
  readonly now: () => Date
  readonly version: string
  /** Whether simulators play the vendors; the page says so. @default false */
  readonly demo?: boolean
  /** When sources are collected next. @default - nobody knows: somebody starts runs by hand */
  readonly scheduleOf?: ScheduleOf
  /** Answer under any host name, not only those of the loopback (a web page elsewhere could borrow one). @default false */
  readonly anyHost?: boolean
  /** Files of the page. @default - none is served */
  readonly dashboard?: Dashboard
  /** Requests that one key has in a minute. @default 600 */
  readonly requestsPerMinute?: number
  /**
   * Who asks, where all requests are made in this process: nobody needs a key then, and nothing is counted. Never for an
   * app that is served. @default - requests come from outside
   */
  readonly inProcess?: Caller
  /** Where faults of ours are told. @default - a line of JSON on stderr */
  readonly log?: (entry: Readonly<Record<string, string>>) => void
}

/**
 * The HTTP API, without a server. It opens nothing and closes nothing.
 * @throws `invalid` if the config names metrics that do not exist
 */
export function createApp({ anyHost = false, dashboard, log = toStderr, ...given }: AppOptions): Api {
  checkTargets(given.config, given.metrics)
  const { demo = false, retired = [], scheduleOf = () => null, inProcess = null, requestsPerMinute, ...rest } = given
  const serving: Serving = {
    ...rest,
    retired,
    demo,
    scheduleOf,
    inProcess,
    verify: verifier(given),
    quota: leasedQuota(given.store.table, given.now, requestsPerMinute),
    known: knownAnswers(),
    cursors: signedCursors(given.store.table, given.now, given.config.timezone),
  }
  const api: Api = new OpenAPIHono<Env>({
    defaultHook: (result, c) => {
      if (!result.success) return invalidRequest(c, result.error)
    },
  })
  api.onError((error, c) => failed(c, error, log))
  api.notFound((c) => problem(c, 'no-such-route', { detail: 'GET /v1/openapi.json lists the routes' }))

  api.use(requestId())
  api.use(headers(anyHost))
  if (given.config.cors?.length) api.use('/v1/*', pagesOf(given.config.cors))
  api.use(methodNotAllowed({ app: api, onMethodNotAllowed: wrongMethod }))
  api.use(refuse(anyHost))
  api.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (c) => problem(c, 'body-too-large') }))
  api.use(represent(serving))

  for (const add of [
    health,
    metrics,
    metric,
    value,
    series,
    explain,
    snapshot,
    revisions,
    cohorts,
    annotations,
    effect,
    anomalies,
    sources,
    mcp,
    openapi,
  ])
    add(api, serving)
  for (const [path, { type, body }] of dashboard ?? []) {
    api.get(path, (c) => c.body(body, 200, { 'Content-Type': type, 'Cache-Control': 'no-cache' }))
  }
  return api
}

/** Keys and, where an issuer is configured, its tokens. */
function verifier({ store, config, now }: Pick<AppOptions, 'store' | 'config' | 'now'>): Verify {
  const ofKey = keyVerifier(store.table, now)
  const { oidc } = config
  if (!oidc) return ofKey
  let ofToken: Promise<Verify> | undefined
  return async (credential) => {
    if (!isTokenShaped(credential)) return ofKey(credential)
    // Loaded by the first token: few deployments have an issuer, and what checks signatures is large.
    ofToken ??= import('./oidc.ts').then(({ oidcVerifier }) => oidcVerifier(oidc, now))
    return (await ofToken)(credential)
  }
}

/** Lets web pages of those origins read. They send the key themselves: no cookie is ever asked for. */
function pagesOf(origins: readonly string[]) {
  return cors({
    origin: [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-None-Match'],
    exposeHeaders: ['ETag', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id'],
    maxAge: 600,
  })
}

/** Browsers ignore Strict-Transport-Security over plain http, as on the loopback. */
function headers(https: boolean) {
  return secureHeaders({
    strictTransportSecurity: https && 'max-age=63072000; includeSubDomains',
    xFrameOptions: 'DENY',
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      formAction: ["'none'"],
    },
  })
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i
const KEY_PARAMETERS = ['key', 'api_key', 'apikey', 'access_token', 'token', 'authorization']

/** Tokens begin with an object: other values with two full stops are none. */
const isToken = (value: string) => value.startsWith('eyJ') && isTokenShaped(value)

/** What no route ever answers. */
function refuse(anyHost: boolean) {
  return createMiddleware<Env>(async (c, next) => {
    if (c.req.url.length > MAX_URL_LENGTH) {
      return problem(c, 'url-too-long', { detail: `it has ${c.req.url.length} characters; at most ${MAX_URL_LENGTH}` })
    }
    const { host, searchParams } = new URL(c.req.url)
    if (!anyHost && !(LOOPBACK.test(host) && LOOPBACK.test(c.req.header('Host') ?? host))) {
      return problem(c, 'wrong-host', { detail: 'this server answers under 127.0.0.1, [::1] and localhost only' })
    }
    for (const [name, value] of searchParams) {
      if (KEY_PARAMETERS.includes(name.toLowerCase()) || isKeyShaped(value) || isToken(value)) {
        return problem(c, 'key-in-url', {
          detail:
            "URLs end up in logs and histories: send the header 'Authorization: Bearer tm_…' instead, and revoke a key that was sent this way",
        })
      }
    }
    return next()
  })
}

function wrongMethod(c: Context, methods: string[]): Response {
  const allow = methods.join(', ')
  return problem(c, 'method-not-allowed', { detail: `this route knows ${allow}`, headers: { Allow: allow } })
}

function invalidRequest(c: Context, { issues }: z.ZodError): Response {
  const invalidParams = issues.flatMap((issue): InvalidParam[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((name) => ({ name: name.slice(0, 80), reason: 'is no parameter of this route' }))
      : [{ name: issue.path.join('.'), reason: issue.message }],
  )
  return problem(c, 'invalid-request', {
    detail: `${invalidParams.length === 1 ? 'a parameter does' : 'parameters do'} not fit; see invalid_params`,
    invalidParams,
  })
}

function failed(c: Context<Env>, error: unknown, log: NonNullable<AppOptions['log']>): Response {
  // The framework's own refusals: of a body that does not parse.
  if (error instanceof HTTPException && error.status === 400) {
    return problem(c, 'invalid-request', { detail: 'the body is no valid JSON' })
  }
  const known = error instanceof TidemarkError ? error : undefined
  if (known?.code === 'invalid') return problem(c, 'invalid-request', { detail: known.message })
  log({
    level: 'error',
    request_id: c.get('requestId'),
    route: c.req.routePath,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  })
  if (known?.code === 'unavailable' || known?.code === 'limited') {
    return problem(c, 'unavailable', {
      detail: known.message,
      headers: { 'Retry-After': String(Math.ceil(known.retryAfter ?? 30)) },
    })
  }
  return problem(c, 'internal')
}

function toStderr(entry: Readonly<Record<string, string>>): void {
  process.stderr.write(`${JSON.stringify(entry)}\n`)
}
