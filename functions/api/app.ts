import { createHash } from 'node:crypto'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { etag } from 'hono/etag'
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
import type { Lake } from '../store/lake.ts'
import type { Table } from '../store/table.ts'
import type { Dashboard } from './dashboard.ts'
import { isKeyShaped, keyVerifier } from './keys.ts'
import { type InvalidParam, problem } from './problem.ts'
import { annotations } from './routes/annotations.ts'
import { anomalies } from './routes/anomalies.ts'
import { cohorts } from './routes/cohorts.ts'
import { effect } from './routes/effect.ts'
import { explain } from './routes/explain.ts'
import { health } from './routes/health.ts'
import { metric } from './routes/metric.ts'
import { metrics } from './routes/metrics.ts'
import { openapi } from './routes/openapi.ts'
import { revisions } from './routes/revisions.ts'
import { series } from './routes/series.ts'
import { snapshot } from './routes/snapshot.ts'
import { sources } from './routes/sources.ts'
import type { Api, Env, Serving } from './serving.ts'

const MAX_BODY_BYTES = 65_536
const MAX_URL_LENGTH = 8_192

export interface AppOptions {
  readonly store: { readonly table: Table; readonly lake: Lake }
  readonly config: ConfigData
  readonly metrics: readonly Metric[]
  readonly now: () => Date
  readonly version: string
  /** Whether simulators play the vendors; the page says so. @default false */
  readonly demo?: boolean
  /** Answer under any host name, not only those of the loopback (a web page elsewhere could borrow one). @default false */
  readonly anyHost?: boolean
  /** Files of the page. @default - none is served */
  readonly dashboard?: Dashboard
  /** Where faults of ours are told. @default - a line of JSON on stderr */
  readonly log?: (entry: Readonly<Record<string, string>>) => void
}

/**
 * The HTTP API, without a server. It opens nothing and closes nothing.
 * @throws `invalid` if the config names metrics that do not exist
 */
export function createApp({ demo = false, anyHost = false, dashboard, log = toStderr, ...given }: AppOptions): Api {
  checkTargets(given.config, given.metrics)
  const serving: Serving = { ...given, demo, verifyKey: keyVerifier(given.store.table, given.now) }
  const api: Api = new OpenAPIHono<Env>({
    defaultHook: (result, c) => {
      if (!result.success) return invalidRequest(c, result.error)
    },
  })
  api.onError((error, c) => failed(c, error, log))
  api.notFound((c) => problem(c, 'no-such-route', { detail: 'GET /v1/openapi.json lists the routes' }))

  api.use(requestId())
  api.use(headers(anyHost))
  api.use(methodNotAllowed({ app: api, onMethodNotAllowed: wrongMethod }))
  api.use(refuse(anyHost))
  api.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (c) => problem(c, 'body-too-large') }))
  api.use(etag({ generateDigest: sha256, retainedHeaders: ['cache-control', 'etag', 'vary', 'x-request-id'] }))

  for (const add of [
    health,
    metrics,
    metric,
    series,
    explain,
    snapshot,
    revisions,
    cohorts,
    annotations,
    effect,
    anomalies,
    sources,
    openapi,
  ])
    add(api, serving)
  for (const [path, { type, body }] of dashboard ?? []) {
    api.get(path, (c) => c.body(body, 200, { 'Content-Type': type, 'Cache-Control': 'no-cache' }))
  }
  return api
}

function sha256(body: Uint8Array): ArrayBuffer {
  return Uint8Array.from(createHash('sha256').update(body).digest()).buffer
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
      if (KEY_PARAMETERS.includes(name.toLowerCase()) || isKeyShaped(value)) {
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
