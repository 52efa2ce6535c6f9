import { createHash, createPublicKey, createVerify, generateKeyPairSync } from 'node:crypto'
import type { SandboxAnswer, SandboxRequest, VendorErrors } from './messages.ts'
import { refusedToken, serveTokens, type TokenEndpoint } from './token-endpoint.ts'

/** Google's token endpoint: a server of its own, as it is in life. */
export interface GoogleTokens extends TokenEndpoint {
  /** Text of a key file of the service account. */
  readonly keyFile: string
  /** What a person consented to, as environment variables of a source would hold it. */
  readonly consent: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string }
  /** The refusal of an API, unless the request carries a living token with one of `scopes`. */
  refuse(request: SandboxRequest, scopes: readonly string[]): SandboxAnswer | undefined
  /** Ends every access token; the credentials stay good. */
  expire(): void
  /** Ends the credentials too: the key was deleted, the consent withdrawn. */
  revoke(): void
  /** Replaces the refresh token whenever one is used, as some clients are set up to. */
  rotate(): void
}

const AUDIENCE = 'https://oauth2.googleapis.com/token'
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const EMAIL = 'tidemark@sandbox.iam.gserviceaccount.com'
/** Making one takes a second; the key opens nothing but simulators of this process. */
let pair: { publicKey: string; privateKey: string } | undefined

/** How Google's APIs word the failures that `faults` can call for. */
export const googleErrors: VendorErrors = {
  tooMany: refusal(429, 'RESOURCE_EXHAUSTED', 'Exhausted concurrent requests quota.').body,
  broken: refusal(500, 'INTERNAL', 'Internal error encountered.').body,
  expired: unauthenticated('ACCESS_TOKEN_EXPIRED').body,
  revoked: unauthenticated('ACCOUNT_STATE_INVALID').body,
}

/** An error of a Google API (AIP-193). */
export function refusal(code: number, status: string, message: string, details?: readonly object[]): SandboxAnswer {
  return { status: code, body: { error: { code, message, status, ...(details && { details }) } } }
}

/** The same with `errors`, as the APIs older than AIP-193 add them. */
export function reasoned(code: number, reason: string, message: string, domain = 'global'): SandboxAnswer {
  return { status: code, body: { error: { code, message, errors: [{ message, domain, reason }] } } }
}

/** Detail of an error that names its reason. */
export function errorInfo(reason: string, metadata?: Readonly<Record<string, string>>): object {
  const type = 'type.googleapis.com/google.rpc.ErrorInfo'
  return { '@type': type, reason, domain: 'googleapis.com', ...(metadata && { metadata }) }
}

function unauthenticated(reason: string): SandboxAnswer {
  const message = 'Request had invalid authentication credentials. Expected OAuth 2 access token.'
  return refusal(401, 'UNAUTHENTICATED', message, [errorInfo(reason)])
}

/**
 * Plays oauth2.googleapis.com on loopback ("Using OAuth 2.0 for Server to Server Applications": RS256 assertions of at most
 * an hour; "Using OAuth 2.0 for Web Server Applications": refresh tokens; RFC 6749 errors).
 * @param granted scopes that the person consented to; a service account gets those it asks for
 */
export async function simulateGoogleTokens({
  granted = [],
}: {
  granted?: readonly string[]
} = {}): Promise<GoogleTokens> {
  pair ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const { publicKey, privateKey } = pair
  const consent = { clientId: 'sandbox.apps.googleusercontent.com', clientSecret: 'GOCSPX-sandbox', refreshToken: '' }
  consent.refreshToken = next('1//refresh')
  const living = new Map<string, readonly string[]>()
  let refreshToken: string | undefined = consent.refreshToken
  let revoked = false
  let rotates = false

  function grant(form: Readonly<Record<string, string>>): SandboxAnswer {
    if (form.grant_type === JWT_BEARER) {
      const scopes = revoked ? undefined : scopesOf(form.assertion ?? '', publicKey)
      return scopes ? issue(scopes) : refusedToken(400, 'invalid_grant', 'Invalid JWT Signature.')
    }
    if (form.grant_type !== 'refresh_token') return refusedToken(400, 'unsupported_grant_type', 'Invalid grant_type')
    if (form.client_id !== consent.clientId || form.client_secret !== consent.clientSecret) {
      return refusedToken(401, 'invalid_client', 'The OAuth client was not found.')
    }
    if (revoked || form.refresh_token !== refreshToken) {
      return refusedToken(400, 'invalid_grant', 'Token has been expired or revoked.')
    }
    if (!rotates) return issue(granted)
    refreshToken = next('1//refresh')
    return issue(granted, { refresh_token: refreshToken })
  }

  function issue(scopes: readonly string[], more: object = {}): SandboxAnswer {
    const access_token = next('ya29.access')
    living.set(access_token, scopes)
    return {
      status: 200,
      body: { access_token, expires_in: 3599, scope: scopes.join(' '), token_type: 'Bearer', ...more },
    }
  }

  const endpoint = await serveTokens('/token', grant)
  return {
    ...endpoint,
    keyFile: JSON.stringify({
      type: 'service_account',
      client_email: EMAIL,
      private_key: privateKey,
      token_uri: AUDIENCE,
    }),
    consent,
    refuse: ({ headers }, wanted) => {
      const scopes = living.get(headers.authorization?.replace(/^Bearer /, '') ?? '')
      if (!scopes) return unauthenticated('ACCESS_TOKEN_EXPIRED')
      if (wanted.some((scope) => scopes.includes(scope))) return undefined
      const message = 'Request had insufficient authentication scopes.'
      return refusal(403, 'PERMISSION_DENIED', message, [errorInfo('ACCESS_TOKEN_SCOPE_INSUFFICIENT')])
    },
    expire: () => living.clear(),
    revoke: () => {
      living.clear()
      revoked = true
    },
    rotate: () => {
      rotates = true
    },
  }
}

let made = 0
/** Looks like a token, and is the same in every run. */
function next(prefix: string): string {
  return `${prefix}-${createHash('sha256').update(String(made++)).digest('base64url').slice(0, 24)}`
}

/** Scopes that an assertion asks for; undefined unless it is signed by the account, for Google, and short-lived. */
function scopesOf(assertion: string, publicKey: string): readonly string[] | undefined {
  const [head = '', claim = '', signature = ''] = assertion.split('.')
  const signed = createVerify('RSA-SHA256').update(`${head}.${claim}`)
  if (!signed.verify(createPublicKey(publicKey), signature, 'base64url')) return undefined
  const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString())
  const { iss, aud, scope, iat, exp } = JSON.parse(Buffer.from(claim, 'base64url').toString())
  const now = Date.now() / 1_000
  const timely = Math.abs(iat - now) < 300 && exp > now && exp - iat <= 3_600
  return alg === 'RS256' && iss === EMAIL && aud === AUDIENCE && timely ? String(scope).split(' ') : undefined
}
