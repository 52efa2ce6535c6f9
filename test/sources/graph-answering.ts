import { onTestFinished } from 'vitest'
import { facebook } from '../../functions/sources/facebook.ts'
import { instagram } from '../../functions/sources/instagram.ts'
import { graphErrors } from '../../sandbox/graph-api.ts'
import type { SandboxAnswer } from '../../sandbox/messages.ts'
import { serve } from '../../sandbox/serve.ts'
import { type Asked, readStream } from './read-stream.ts'

export const PAGE = '100200300400500'
export const ACCOUNT = '17841400000000001'
export const TOKEN = 'EAAcanary0123456789'
export const DAY = '2026-09-04'
export const NOW = new Date('2026-09-06T12:00:00Z')

/** A call, as far as answers depend on it. */
export interface Call {
  /** The edge, with a star in front of it where it is not the account's. */
  readonly edge: string
  readonly id: string
  readonly query: URLSearchParams
}
export type Answer = (call: Call) => SandboxAnswer | object

/** Plays answers as somebody else recorded or documented them; a body without a status is a 200. */
export async function playing(answer: Answer) {
  const sandbox = await serve(({ path, query }) => {
    const [, id = '', edge = 'node'] = path.split('/').filter(Boolean)
    if (edge === 'node' && query.get('fields') === 'access_token') return { status: 200, body: { id } }
    const given = answer({ edge: [PAGE, ACCOUNT].includes(id) ? edge : `*${edge}`, id, query })
    return 'status' in given ? (given as SandboxAnswer) : { status: 200, body: given }
  }, graphErrors)
  onTestFinished(() => sandbox.close())
  return sandbox
}

/** Reads a stream of a Page that is answered so. */
export async function ofPage(stream: string, answer: Answer, more: object = {}, asked: Partial<Asked> = {}) {
  const { baseUrl, requests } = await playing(answer)
  const source = facebook({ page: PAGE, baseUrl, ...more })
  const secrets = { token: TOKEN }
  return { ...(await readStream(source, stream, { from: DAY, now: NOW, secrets, ...asked })), requests }
}

/** Reads a stream of an Instagram account that is answered so. */
export async function ofAccount(stream: string, answer: Answer, more: object = {}, asked: Partial<Asked> = {}) {
  const { baseUrl, requests } = await playing(answer)
  const source = instagram({ account: ACCOUNT, baseUrl, ...more })
  const secrets = { token: TOKEN }
  return { ...(await readStream(source, stream, { from: DAY, now: NOW, secrets, ...asked })), requests }
}

/** An error as Meta words it. */
export const refusal = (code: number | string | undefined, message: string, more: object = {}, status = 400) => ({
  status,
  body: { error: { message, type: 'OAuthException', code, fbtrace_id: 'AbC', ...more } },
})
const link = (after: string) =>
  `https://graph.facebook.com/v25.0/${PAGE}/x?access_token=${TOKEN}&limit=25&after=${after}`
/** `paging` of a list that goes on. */
export const more = (after: string) => ({ cursors: { before: 'b', after }, next: link(after) })
