import { createHash } from 'node:crypto'
import type { SandboxAnswer, SandboxRequest } from './messages.ts'
import { refusedToken, serveTokens, type TokenEndpoint } from './token-endpoint.ts'

/** X's token endpoint. */
export interface XTokens extends TokenEndpoint {
  /** Secrets of a source, as the consent gave them at first. */
  readonly consent: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string }
  /** The refresh token that is good now. */
  newest(): string
  /** Ends every access token. */
  expire(): void
  /** Ends the consent. */
  revoke(): void
}

let made = 0
/** Looks like a token, and is the same in every run. */
const next = (prefix: string) =>
  `${prefix}${createHash('sha256').update(`x${made++}`).digest('base64url').slice(0, 30)}:1:0`

/**
 * The token endpoint of confidential clients: Basic, and a refresh token that serves once.
 * @param first the refresh token of the consent
 * @param scope what was consented to
 */
export async function serveXTokens(first: string = next('rt-'), scope = 'users.read tweet.read offline.access') {
  const consent = { clientId: 'c2FuZGJveC1jbGllbnQ', clientSecret: 'sandbox-client-secret', refreshToken: first }
  const living = new Set<string>()
  let refreshToken: string | undefined = consent.refreshToken

  function grant(form: Readonly<Record<string, string>>, { headers }: SandboxRequest): SandboxAnswer {
    const basic = `Basic ${Buffer.from(`${consent.clientId}:${consent.clientSecret}`).toString('base64')}`
    if (headers.authorization !== basic)
      return refusedToken(401, 'unauthorized_client', 'Missing valid authorization header')
    if (form.grant_type !== 'refresh_token')
      return refusedToken(400, 'unsupported_grant_type', 'Value passed for the grant_type was invalid.')
    if (refreshToken === undefined || form.refresh_token !== refreshToken) {
      return refusedToken(400, 'invalid_request', 'Value passed for the token was invalid.')
    }
    refreshToken = next('rt-')
    const access_token = next('at-')
    living.add(access_token)
    return {
      status: 200,
      body: { token_type: 'bearer', expires_in: 7200, access_token, scope, refresh_token: refreshToken },
    }
  }

  const endpoint = await serveTokens('/2/oauth2/token', grant)
  const tokens: XTokens = {
    ...endpoint,
    consent,
    newest: () => refreshToken ?? consent.refreshToken,
    expire: () => living.clear(),
    revoke: () => {
      living.clear()
      refreshToken = undefined
    },
  }
  const isLiving = ({ headers }: SandboxRequest) => living.has(headers.authorization?.replace(/^Bearer /, '') ?? '')
  return { tokens, isLiving }
}
