import { createClient } from './client.js'
import { keptKey } from './session.ts'

/**
 * The API of this deployment. It rejects with a `Refusal`, and with nothing else. What the browser has kept is asked for
 * again, at the cost of a 304: whoever reloads wants to see what is, and a revoked key must not show numbers.
 */
export const api = createClient({
  baseUrl: document.baseURI,
  key: () => keptKey() ?? '',
  fetch: (url, init) => fetch(url, { ...init, cache: 'no-cache' }),
})
