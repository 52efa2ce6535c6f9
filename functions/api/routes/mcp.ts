import { problem } from '../problem.ts'
import { secured } from '../secured.ts'
import type { Api, Serving } from '../serving.ts'

/**
 * `POST /mcp`: the Model Context Protocol, for language models. Every request stands alone: no session, no stream. It is
 * no part of the OpenAPI document. Its code is loaded by the first request that needs it.
 */
export function mcp(api: Api, serving: Serving): void {
  for (const check of secured(serving, 'metrics:read').middleware) api.post('/mcp', check)
  api.post('/mcp', async (c) => {
    const message: unknown = await c.req.json().catch(() => undefined)
    if (typeof message !== 'object' || message === null || Array.isArray(message)) {
      return problem(c, 'invalid-request', { detail: 'expected one JSON-RPC message; batches are not taken' })
    }
    const { answerMessage } = await import('../mcp/answer-message.ts')
    const { version, demo } = serving
    const answer = await answerMessage(c.req.raw, message, {
      version,
      demo,
      ask: async (path) => {
        const url = new URL(path, c.req.url)
        const headers = new Headers({ 'X-Request-Id': c.get('requestId') })
        for (const name of ['Authorization', 'Host']) headers.set(name, c.req.header(name) ?? url.host)
        return api.request(url, { headers }, c.env)
      },
    })
    answer.headers.set('Cache-Control', 'no-store')
    return answer
  })
}
