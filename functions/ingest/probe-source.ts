import * as z from 'zod'
import type { Api, Http, Session } from '../kit/api.ts'
import { TidemarkError } from '../kit/errors.ts'
import { openHttp } from '../kit/http.ts'
import { redactor } from '../kit/redact.ts'
import type { Missing, Source } from '../kit/source.ts'
import type { Store } from '../store/open.ts'
import { apiOf, noHttp } from './api-of.ts'
import type { IngestDeps } from './ingest-deps.ts'
import { optionalSecrets } from './secrets-of.ts'
import { sessionOf } from './session-of.ts'

/** What came of probing a source. */
export interface Health {
  readonly source: string
  /** The vendor's name. */
  readonly name: string
  /** `unchecked`: the source declares no probe, so that only its secrets were looked up. */
  readonly status: 'ok' | 'failed' | 'unchecked'
  /** Null where the vendor did not get so far as to say. */
  readonly account: string | null
  readonly details: Readonly<Record<string, string>>
  readonly missing: readonly Missing[]
  readonly error: { readonly code: string; readonly message: string } | null
}

/** A person waits: a short fault is ridden out, a long one is told. */
const PATIENCE_MS = 1_000
const DEADLINE_MS = 30_000

/**
 * Asks a vendor whether a source can be read: secrets, credentials, permissions, account. Nothing is written but a secret
 * that the vendor rotated on the way, which is kept as a reading keeps it. What is wrong is told, not thrown, and holds no
 * secret.
 */
export async function probeSource(
  { store, config, now, files, holder }: Omit<IngestDeps, 'store'> & { store: Pick<Store, 'table' | 'secrets'> },
  source: Source,
): Promise<Health> {
  const { id, definition, options } = source
  const known: string[] = []
  const session = sessionOf(store, id, holder)
  const stop = new AbortController()
  const late = new TidemarkError('unavailable', `source '${id}' gave no answer within ${DEADLINE_MS / 1_000} s`)
  const timer = setTimeout(() => stop.abort(late), DEADLINE_MS)
  let http: (Http & { close(): void }) | undefined
  let told: Told = {}
  const health: Health = {
    ...{ source: id, name: definition.name, status: 'unchecked' },
    ...{ account: null, details: {}, missing: [], error: null },
  }
  try {
    const secrets = { ...(await allSecrets(store, source)), ...(await optionalSecrets(store, source)) }
    known.push(...Object.values(secrets))
    if (!definition.probe) return health
    const given = apiOf(source, secrets)
    const api = given && listening(given, now, (more) => (told = { ...told, ...more }))
    const keep: Session['keep'] = (name, value) => {
      known.push(value)
      return session.keep(name, value)
    }
    http =
      api &&
      openHttp(api, {
        secrets: known,
        signal: stop.signal,
        session: { ...session, keep },
        patience: () => PATIENCE_MS,
      })
    const { account, details, missing } = await definition.probe({
      http: http ?? noHttp(id),
      files: files(id),
      options,
      now: now(),
      timezone: config.timezone,
      secret: session.secret,
      scopes: () => told.scopes,
    })
    const status = missing?.length ? 'failed' : 'ok'
    return redacted(
      { ...health, status, account, details: { ...details, ...ends(told) }, missing: missing ?? [] },
      known,
    )
  } catch (error) {
    const code = error instanceof TidemarkError ? error.code : 'unexpected'
    const message = error instanceof Error ? error.message : String(error)
    return redacted({ ...health, status: 'failed', details: ends(told), error: { code, message } }, known)
  } finally {
    clearTimeout(timer)
    stop.abort()
    http?.close()
  }
}

/** @throws `credentials` naming every secret that there is none of */
async function allSecrets({ secrets }: Pick<Store, 'secrets'>, { id, definition }: Source) {
  const found: Record<string, string> = {}
  const absent: string[] = []
  for (const name of definition.secrets) {
    try {
      found[name] = await secrets.get(id, name)
    } catch (error) {
      if (!(error instanceof TidemarkError && error.code === 'credentials')) throw error
      absent.push(error.message)
    }
  }
  if (absent.length > 0) throw new TidemarkError('credentials', absent.join('; '))
  return found
}

/** What a token endpoint tells beside the token. */
interface Told {
  readonly scopes?: readonly string[]
  /** When what is kept as a secret runs out: the refresh token, or the access token where that is all there is. */
  readonly until?: Date
}

/** An access token that is made for each run is of no interest. */
const DAY_S = 86_400

/** RFC 6749, 5.1; some list scopes with commas, and some say how long a refresh token lives. */
const TokenAnswer = z.object({
  access_token: z.string(),
  scope: z.string().optional(),
  expires_in: z.number().default(0),
  refresh_token: z.string().optional(),
  refresh_token_expires_in: z.number().optional(),
})

/** The same api; `hear` is told what its token endpoint says. */
function listening(api: Api, now: () => Date, hear: (told: Told) => void): Api {
  const { authorize } = api
  if (!authorize) return api
  const heard = async <A extends { bytes: Uint8Array }>(asked: Promise<A>): Promise<A> => {
    const answer = await asked
    const { data } = TokenAnswer.safeParse(JSON.parse(new TextDecoder().decode(answer.bytes)))
    if (!data) return answer
    const { scope, expires_in, refresh_token, refresh_token_expires_in } = data
    const own = refresh_token === undefined && expires_in > DAY_S ? expires_in : undefined
    const seconds = refresh_token_expires_in ?? own
    hear({
      ...(scope !== undefined && { scopes: scope.split(/[\s,]+/).filter(Boolean) }),
      ...(seconds !== undefined && { until: new Date(now().getTime() + seconds * 1_000) }),
    })
    return answer
  }
  return {
    ...api,
    authorize: ({ http, ...session }) => {
      const get: Http['get'] = (path, request) => heard(http.get(path, request))
      const post: Http['post'] = (path, request) => heard(http.post(path, request))
      return authorize({ ...session, http: { get, post } })
    },
  }
}

const ends = ({ until }: Told): Record<string, string> => (until ? { 'token until': until.toISOString() } : {})

/** A second look: whatever a probe says, no secret is in it. */
function redacted(health: Health, known: readonly string[]): Health {
  const hide = redactor(known)
  const { account, details, missing, error } = health
  return {
    ...health,
    account: account === null ? null : hide(account),
    details: Object.fromEntries(Object.entries(details).map(([name, value]) => [name, hide(value)])),
    missing: missing.map(({ permission, grant, for: reads }) => ({
      permission: hide(permission),
      for: hide(reads),
      grant: hide(grant),
    })),
    error: error && { ...error, message: hide(error.message) },
  }
}
