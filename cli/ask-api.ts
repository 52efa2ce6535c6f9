import { createHash, randomBytes } from 'node:crypto'
import { scopes } from '../functions/api/keys.ts'
import { invalid, TidemarkError } from '../functions/kit/errors.ts'
import { type ApiKeyRow, keys } from '../functions/store/rows.ts'
import type { Table } from '../functions/store/table.ts'
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
 * the store needs no key of it: one that opens every route is put before the table, and never written.
 * @throws `invalid` with the detail of a problem that the caller can mend
 */
export async function askApi(
  deployment: Deployment,
  path: string,
  { method = 'GET', body: sent }: Request = {},
): Promise<string> {
  const { table } = deployment.store
  const key = `tm_${randomBytes(32).toString('base64url')}`
  const at = keys.apiKey(createHash('sha256').update(key).digest('hex'))
  const row: ApiKeyRow = {
    ...at,
    id: 'cli',
    name: 'command line',
    scopes,
    created: deployment.now().toISOString(),
    until: null,
  }
  const withKey: Table = {
    get: async (pk, sk) => (pk === at.pk && sk === at.sk ? row : table.get(pk, sk)),
    put: (...given) => table.put(...given),
    delete: (...given) => table.delete(...given),
    query: (...given) => table.query(...given),
    batch: (...given) => table.batch(...given),
    close: () => table.close(),
  }
  const app = openApp({ ...deployment, store: { ...deployment.store, table: withKey } })
  const response = await app.request(`http://localhost${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, ...(sent && { 'Content-Type': 'application/json' }) },
    ...(sent && { body: JSON.stringify(sent) }),
  })
  const body = await response.text()
  if (response.ok) return body
  const { title, detail, invalid_params: params } = JSON.parse(body) as Problem
  const reasons = params?.map(({ name, reason }) => `${name} ${reason}`).join('; ')
  if (response.status < 500) throw invalid(reasons ?? detail ?? title)
  throw new TidemarkError('unavailable', detail ?? title)
}
