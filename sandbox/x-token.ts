import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SandboxAnswer, SandboxRequest } from './messages.ts'

/** X's token endpoint. */
export interface XTokens {
  readonly url: string
  /** Secrets of a source, as the consent gave them at first. */
  readonly consent: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string }
  /** Forms it was sent, in order. */
  readonly requests: readonly Readonly<Record<string, string>>[]
  /** The refresh token that is good now. */
  newest(): string
  /** Ends every access token. */
  expire(): void
  /** Ends the consent. */
  revoke(): void
  /** Answers all that comes with this; undefined ends it. */
  break(answer: SandboxAnswer | undefined): void
}

let made = 0
/** Looks like a token, and is the same in every run. */
const next = (prefix: string) =>
  `${prefix}${createHash('sha256').update(`x${made++}`).digest('base64url').slice(0, 30)}:1:0`

/** The token endpoint of confidential clients: Basic, and a refresh token that serves once. */
export async function serveXTokens() {
  const consent = { clientId: 'c2FuZGJveC1jbGllbnQ', clientSecret: 'sandbox-client-secret', refreshToken: '' }
  consent.refreshToken = next('rt-')
  const requests: Record<string, string>[] = []
  const living = new Set<string>()
  let refreshToken: string | undefined = consent.refreshToken
  let broken: SandboxAnswer | undefined

  function grant({ headers }: IncomingMessage, form: Record<string, string>): SandboxAnswer {
    if (broken) return broken
    const basic = `Basic ${Buffer.from(`${consent.clientId}:${consent.clientSecret}`).toString('base64')}`
    const refuse = (status: number, error: string, error_description: string) => ({
      status,
      body: { error, error_description },
    })
    if (headers.authorization !== basic) return refuse(401, 'unauthorized_client', 'Missing valid authorization header')
    if (form.grant_type !== 'refresh_token')
      return refuse(400, 'unsupported_grant_type', 'Value passed for the grant_type was invalid.')
    if (refreshToken === undefined || form.refresh_token !== refreshToken) {
      return refuse(400, 'invalid_request', 'Value passed for the token was invalid.')
    }
    refreshToken = next('rt-')
    const access_token = next('at-')
    living.add(access_token)
    const scope = 'users.read tweet.read offline.access'
    return {
      status: 200,
      body: { token_type: 'bearer', expires_in: 7200, access_token, scope, refresh_token: refreshToken },
    }
  }

  const server = createServer((incoming, response) => {
    formOf(incoming).then((form) => {
      requests.push(form)
      const { status, headers, body } = grant(incoming, form)
      response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const tokens: XTokens = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/2/oauth2/token`,
    consent,
    requests,
    newest: () => refreshToken ?? consent.refreshToken,
    expire: () => living.clear(),
    revoke: () => {
      living.clear()
      refreshToken = undefined
    },
    break: (answer) => {
      broken = answer
    },
  }
  const isLiving = ({ headers }: SandboxRequest) => living.has(headers.authorization?.replace(/^Bearer /, '') ?? '')
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { tokens, isLiving, close }
}

async function formOf(incoming: IncomingMessage): Promise<Record<string, string>> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
}
