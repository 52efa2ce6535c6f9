import { invalid, TidemarkError } from '../functions/kit/errors.ts'
import { openApp } from './open-app.ts'
import type { Deployment } from './open-deployment.ts'

interface Problem {
  readonly title: string
  readonly detail?: string
  readonly invalid_params?: readonly { readonly name: string; readonly reason: string }[]
}

/** What is sent, where it is more than a question. */
export interface Request {
  /** @default 'GET' */
  readonly method?: 'GET' | 'POST' | 'DELETE'
  /** Sent as JSON. @default - nothing */
  readonly body?: object
}

/**
 * Asks the API in this process, so that a command says what its route says, word for word. Whoever may run a command on
 * the store needs no key of it.
 * @throws `invalid` with the detail of a problem that the caller can mend
 */
export async function askApi(
  deployment: Deployment,
  path: string,
  { method = 'GET', body: sent }: Request = {},
): Promise<string> {
  const app = openApp(deployment, { inProcess: { id: 'cli', name: 'command line' } })
  const response = await app.request(`http://localhost${path}`, {
    method,
    ...(sent && { headers: { 'Content-Type': 'application/json' } }),
    ...(sent && { body: JSON.stringify(sent) }),
  })
  const body = await response.text()
  if (response.ok) return body
  const { title, detail, invalid_params: params } = JSON.parse(body) as Problem
  const reasons = params?.map(({ name, reason }) => `${name} ${reason}`).join('; ')
  if (response.status < 500) throw invalid(reasons ?? detail ?? title)
  throw new TidemarkError('unavailable', detail ?? title)
}
