import type { SandboxAnswer, SandboxRequest } from '../../sandbox/messages.ts'
import { type Sandbox, serve } from '../../sandbox/serve.ts'

export interface AcmeReview {
  readonly id: string
  readonly written: string
  readonly stars: number
  readonly author: { readonly email: string | null } | null
}

const refusal = (message: string) => ({ error: { message } })

/** Plays Acme Reviews on loopback, as its API reference describes it: oldest first, `limit` at the most 100. */
export function simulateAcme(key: string, reviews: readonly AcmeReview[]): Promise<Sandbox> {
  const list = ({ path, headers, query }: SandboxRequest): SandboxAnswer => {
    if (headers['x-api-key'] !== key) return { status: 401, body: refusal('unknown key') }
    if (path === '/shop') return { status: 200, body: { id: '7', name: 'Acme of Berlin' } }
    const [from, before] = [query.get('from')!, query.get('before')!]
    const due = reviews.filter(({ written }) => written >= from && written < before)
    const begin = due.findIndex(({ id }) => id === query.get('after')) + 1
    const page = due.slice(begin, begin + Number(query.get('limit')))
    const next = begin + page.length < due.length ? page.at(-1)!.id : null
    return { status: 200, body: { reviews: page, next } }
  }
  return serve(list, {
    tooMany: refusal('slow down'),
    broken: refusal('internal'),
    expired: refusal('key expired'),
    revoked: refusal('key revoked'),
  })
}
