import type { Context } from 'hono'
import type { Finality } from '../store/rows.ts'

/** Seconds for which a caller may keep an answer. */
const MAX_AGE: Record<Finality, number> = { final: 3_600, provisional: 60 }

/** A successful answer. `body` is JSON already; its ETag is the hash of these bytes. */
export function answer(c: Context, body: string | Uint8Array<ArrayBuffer>, finality: Finality): Response {
  return c.body(body, 200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': `private, max-age=${MAX_AGE[finality]}`,
    Vary: 'Accept, Authorization',
  })
}
