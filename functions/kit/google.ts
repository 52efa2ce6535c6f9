import { createPrivateKey } from 'node:crypto'
import type { gaxios, OAuth2Client } from 'google-auth-library'
import * as z from 'zod'
import type { Answer, Api, Http, Session } from './api.ts'
import { bounds, dayOf } from './day.ts'
import { TidemarkError } from './errors.ts'

/**
 * What the sources share that read from Google: its own libraries word the requests, for data as for access tokens, and
 * the kit sends them. They are imported where they are used, so that a bundle loads them only then.
 */

/** A request as a generated client words it. */
interface Worded {
  readonly url: string | URL
  readonly method?: string
  readonly params?: Record<string, string | number | boolean | readonly string[] | undefined>
  readonly data?: unknown
}

/**
 * Lets a generated client word one request: `word` passes `auth` on to a method of the client. The kit sends it to `base`
 * in place of the host that the client names, so that retries, budget, allowed hosts and wire bytes are the kit's.
 */
export async function sendWorded<Z extends z.ZodType>(
  http: Http,
  base: string,
  schema: Z,
  word: (auth: OAuth2Client) => Promise<unknown>,
): Promise<Answer<z.output<Z>>> {
  let answer: Answer<z.output<Z>> | undefined
  const request = async ({ url, method, params, data }: Worded) => {
    const path = withSlash(base) + new URL(url).pathname.slice(1)
    answer = await (method === 'POST'
      ? http.post(path, { body: data, schema, ...(params && { query: params }) })
      : http.get(path, { schema, ...(params && { query: params }) }))
    return { data: answer.body }
  }
  // Of an auth client, the generated ones call only `request`.
  await word({ request } as unknown as OAuth2Client)
  return answer!
}

/** Text of a key file: of a service account, or of a person who consented (as `gcloud auth application-default` writes it). */
const KeyFile = z.discriminatedUnion('type', [
  z.object({ type: z.literal('service_account'), client_email: z.string().min(1), private_key: z.string().min(1) }),
  z.object({
    type: z.literal('authorized_user'),
    client_id: z.string().min(1),
    client_secret: z.string().min(1),
    refresh_token: z.string().min(1),
    /** The cloud project whose quota counts: gcloud's own client has none (its `set-quota-project` writes it here). */
    quota_project_id: z.string().min(1).optional(),
  }),
])

/** Whose access token it is to be. */
export type GoogleAccount = z.output<typeof KeyFile>

/** @throws `credentials` if the secret's text is no key file */
export function readKeyFile(secret: string, text: string): GoogleAccount {
  const expected = 'expected the JSON of a key file, of type service_account or authorized_user'
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, which is secret.
    const hint = text.trimStart().startsWith('{')
      ? 'in .env its text stands in single quotes, which leave \\n as it is'
      : 'the text of the file is meant, not its path'
    throw new TidemarkError('credentials', `secret '${secret}' is no JSON; ${expected}: ${hint}`)
  }
  const parsed = KeyFile.safeParse(json)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map(({ path }) => path.join('.') || '(all of it)').join(', ')
  throw new TidemarkError('credentials', `secret '${secret}' lacks ${fields}; ${expected}`)
}

const Token = z.object({ access_token: z.string().min(1), refresh_token: z.string().optional() })

/** Gets an access token, good for an hour, and returns the header that carries it; `rotated` is a new refresh token. */
async function getToken(
  http: Session['http'],
  tokenUrl: string,
  account: GoogleAccount,
  scopes: readonly string[],
): Promise<{ headers: Readonly<Record<string, string>>; rotated: string | undefined }> {
  // The default is what the package exports, in Node and in a bundle; by name it is there in Node only.
  const { JWT, UserRefreshClient } = (await import('google-auth-library')).default
  let token: z.output<typeof Token> | undefined
  const request = async ({ data }: { data: URLSearchParams }) => {
    const { body } = await http.post(tokenUrl, { form: Object.fromEntries(data), schema: Token })
    token = body
    return { data: { ...body } }
  }
  // Of its transporter, the library calls only `request`.
  const how = { transporter: { request } as unknown as gaxios.Gaxios, useAuthRequestParameters: false }
  if (account.type === 'service_account') {
    const { client_email: email, private_key } = account
    // Line breaks that were escaped once more on the way into a variable.
    const key = private_key.replaceAll('\\n', '\n')
    refuseBadKey(key)
    await new JWT({ email, key, scopes: [...scopes], ...how }).authorize()
  } else {
    const { client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken } = account
    await new UserRefreshClient({ clientId, clientSecret, refreshToken, ...how }).refreshAccessToken()
  }
  const { access_token: access, refresh_token: rotated } = token!
  const project = account.type === 'authorized_user' ? account.quota_project_id : undefined
  return { headers: { authorization: `Bearer ${access}`, ...(project && { 'x-goog-user-project': project }) }, rotated }
}

function refuseBadKey(key: string): void {
  try {
    createPrivateKey(key)
  } catch {
    throw new TidemarkError('credentials', 'the private_key of the service account is no key; make a new one for it')
  }
}

/** Where a source reads from, and as whom. */
export interface GoogleApi {
  readonly baseUrl: string
  /** @default - Google's token endpoint; `token` under `baseUrl`, where that is not Google's */
  readonly tokenUrl?: string | undefined
  /** Hosts beside that of `baseUrl` and of the token endpoint. @default - none */
  readonly hosts?: readonly string[]
  account(session: Session): Promise<GoogleAccount>
  /** Saves a refresh token that replaces the account's. @default - Google does not rotate them */
  keep?(session: Session, rotated: string): Promise<void>
  readonly scopes: readonly string[]
  /** What the account must be given to be allowed to read, for messages. */
  readonly needs: string
}

/** The part of an `api` that is the same for everything of Google's: access tokens of an hour, and what refusals mean. */
export function googleApi({ baseUrl, tokenUrl, hosts = [], account, keep, scopes, needs }: GoogleApi): Api {
  const base = withSlash(baseUrl)
  const tokens = tokenUrl ?? (isGoogle(baseUrl) ? 'https://oauth2.googleapis.com/token' : `${base}token`)
  return {
    baseUrl: base,
    hosts: [...hosts, new URL(tokens).host],
    authorize: async (session) => {
      const { headers, rotated } = await getToken(session.http, tokens, await account(session), scopes)
      if (rotated) await keep?.(session, rotated)
      return headers
    },
    failure: (answer) => googleFailure(answer, needs),
  }
}

export const isGoogle = (url: string): boolean => new URL(url).hostname.endsWith('.googleapis.com')

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`)

/** Refusals of an API (AIP-193; older ones list `errors`), and of the token endpoint (RFC 6749). */
const Refusal = z.object({
  error: z.object({
    message: z.string().default(''),
    status: z.string().default(''),
    errors: z.array(z.object({ reason: z.string().optional() })).default([]),
    details: z
      .array(
        z.object({
          reason: z.string().optional(),
          metadata: z.object({ activationUrl: z.string().optional() }).optional(),
        }),
      )
      .default([]),
  }),
})
const TokenRefusal = z.object({ error: z.string(), error_description: z.string().default('') })

/** What a 400, 401 or 403 of the token endpoint can mean that only the operator can mend. */
const LOST =
  /^(invalid_grant|invalid_client|unauthorized_client|deleted_client|disabled_client|invalid_scope|access_denied|admin_policy_enforced|org_internal)$/
const SLOWER = /^(rateLimitExceeded|userRateLimitExceeded|RATE_LIMIT_EXCEEDED|RESOURCE_EXHAUSTED|rate_limit_exceeded)$/
const HOUR = 3_600
/** Of Google's quota days. */
const ZONE = 'America/Los_Angeles'

/**
 * What a refusal means. Daily quotas end at midnight in California, hourly ones within the hour (Data API, "Limits and
 * quotas"; YouTube Data API, "Daily Limit Exceeded").
 * @param needs what the account must be given to be allowed to read
 */
function googleFailure(
  { status, headers, body }: Parameters<NonNullable<Api['failure']>>[0],
  needs: string,
): TidemarkError | undefined {
  const token = TokenRefusal.safeParse(body)
  if (token.success) return tokenFailure(status, token.data.error, token.data.error_description)
  const refusal = Refusal.safeParse(body)
  if (!refusal.success) return undefined
  const { message, status: name, errors, details } = refusal.data.error
  const reasons = [name, ...errors.map(({ reason }) => reason), ...details.map(({ reason }) => reason)]
  const is = (pattern: RegExp) => reasons.some((reason) => reason !== undefined && pattern.test(reason))
  const said = message
    .replace(/<[^<>]*>/g, '')
    .split('. ')[0]!
    .slice(0, 200)
  const exhausted = is(/^RESOURCE_EXHAUSTED$/) || status === 429
  if (is(/^(quotaExceeded|dailyLimitExceeded)$/) || (exhausted && /per day/i.test(message))) {
    const retryAfter = secondsToMidnight(headers.date)
    return new TidemarkError('limited', `${said}: the quota returns at midnight in California`, { retryAfter })
  }
  if (exhausted && /per hour|under an hour/i.test(message)) {
    return new TidemarkError('limited', `${said}: the quota returns within the hour`, { retryAfter: HOUR })
  }
  if (is(SLOWER) || status === 429) return new TidemarkError('limited', said)
  if (is(/^CANCELLED$/)) return new TidemarkError('unavailable', said)
  if (status === 200) return new TidemarkError('unavailable', `200 with an error: ${said}`)
  if (status === 403) {
    const at =
      details.map(({ metadata }) => metadata?.activationUrl).find((url) => url !== undefined) ??
      /https:\/\/console\.\S+\/overview\?project=\w+/.exec(message)?.[0]
    const ask = /requires a quota project/.test(message)
      ? 'name a quota project: gcloud auth application-default set-quota-project, then enter the file again'
      : is(/^USER_PROJECT_DENIED$/)
        ? 'grant it the role Service Usage Consumer on that project, or name another quota_project_id in the file'
        : is(/^(SERVICE_DISABLED|accessNotConfigured)$/)
          ? `enable the API in the cloud project of the credentials${at ? `: ${at.slice(0, 200)}` : ''}`
          : is(/^ACCESS_TOKEN_SCOPE_INSUFFICIENT$/)
            ? `authorise again: it takes ${needs}`
            : `give the account ${needs}`
    return new TidemarkError('credentials', `not allowed (${said}); ${ask}`)
  }
  if (status === 400) return new TidemarkError('changed', `the request no longer fits the interface: ${said}`)
  return undefined
}

function tokenFailure(status: number, error: string, description: string): TidemarkError | undefined {
  const said = `the token endpoint says ${error.slice(0, 60)}${description && ` (${description.slice(0, 120)})`}`
  if (status < 500 && /reasonable timeframe/.test(description)) {
    return new TidemarkError('credentials', `${said}: the clock of this machine is wrong; set it`)
  }
  if (status < 500 && LOST.test(error)) {
    return new TidemarkError(
      'credentials',
      `${said}: the credentials have ended or were revoked; make a new key, or authorise again`,
    )
  }
  if (SLOWER.test(error)) return new TidemarkError('limited', said)
  return status === 200 ? new TidemarkError('unavailable', said) : undefined
}

/** @param date of the answer that counts them, as in its header */
export function secondsToMidnight(date: string | undefined): number {
  const now = Date.parse(date ?? '') || Date.now()
  const end = bounds(dayOf(now, ZONE), ZONE).end
  return Math.ceil((end - now) / 1_000)
}
