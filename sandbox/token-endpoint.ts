import type { SandboxAnswer, SandboxRequest, VendorErrors } from './messages.ts'
import { type Sandbox, serve } from './serve.ts'

/** A token endpoint of RFC 6749: a server of its own, as it is with most vendors. */
export interface TokenEndpoint extends Pick<Sandbox, 'fail' | 'heal' | 'close'> {
  readonly url: string
  /** Forms it was sent, in order. */
  readonly requests: readonly Form[]
  /** Answers all that comes with this; undefined ends it. */
  break(answer: SandboxAnswer | undefined): void
}

type Form = Readonly<Record<string, string>>

const errors: VendorErrors = {
  tooMany: { error: 'rate_limit_exceeded', error_description: 'Too many requests.' },
  broken: { error: 'server_error', error_description: 'Try again later.' },
  expired: { error: 'invalid_grant', error_description: 'The token has expired.' },
  revoked: { error: 'invalid_grant', error_description: 'The token was revoked.' },
}

/** Serves `grant` on a free port of loopback: a URL-encoded form in, JSON out. */
export async function serveTokens(
  path: string,
  grant: (form: Form, request: SandboxRequest) => SandboxAnswer,
): Promise<TokenEndpoint> {
  const requests: Form[] = []
  let broken: SandboxAnswer | undefined
  const { baseUrl, fail, heal, close } = await serve((request) => {
    const form = (request.body ?? {}) as Form
    requests.push(form)
    return broken ?? (request.path === path ? grant(form, request) : { status: 404, body: '' })
  }, errors)
  return {
    url: `${baseUrl}${path.slice(1)}`,
    requests,
    fail,
    heal,
    close,
    break: (answer) => {
      broken = answer
    },
  }
}

/** A refusal of RFC 6749. */
export const refusedToken = (status: number, error: string, error_description: string): SandboxAnswer => ({
  status,
  body: { error, error_description },
})
