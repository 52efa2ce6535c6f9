import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { type Coding, codingOf, hasAlready } from './negotiate.ts'
import { writeQuotaHeaders } from './quota.ts'
import type { Env, Serving } from './serving.ts'

/** What is smaller is sent as it is. */
const LEAST_BYTES = 1_024
/** Of 0 … 11: beyond this, an answer takes longer to pack than to send. */
const BROTLI_QUALITY = 4

const brotliAsync = promisify(brotliCompress)
const gzipAsync = promisify(gzip)

/**
 * Gives what was read its ETag (SHA-256 of the body before coding, and the coding where there is one) and its coding,
 * and sends nothing that the caller has already.
 */
export function represent({ known }: Serving) {
  return createMiddleware<Env>(async (c, next) => {
    await next()
    const { res } = c
    if (res.status !== 200 || (c.req.method !== 'GET' && c.req.method !== 'HEAD')) return
    const body = new Uint8Array(await res.arrayBuffer())
    const coding = body.length < LEAST_BYTES ? 'identity' : codingOf(c)
    const hash = createHash('sha256').update(body).digest('hex')
    const etag = coding === 'identity' ? `"${hash}"` : `"${hash}-${coding}"`
    const headers = new Headers(res.headers)
    headers.set('ETag', etag)
    const vary = headers.get('Vary')
    if (!vary?.includes('Accept-Encoding')) headers.set('Vary', vary ? `${vary}, Accept-Encoding` : 'Accept-Encoding')
    const rememberAs = c.get('rememberAs')
    const cacheControl = headers.get('Cache-Control')
    if (rememberAs && cacheControl) known.remember(rememberAs.request, rememberAs.published, { etag, cacheControl })
    if (hasAlready(c, etag)) {
      for (const name of ['Content-Type', 'Content-Length', 'Content-Disposition']) headers.delete(name)
      c.res = undefined
      c.res = new Response(null, { status: 304, headers })
      chargeNothing(c)
      return
    }
    if (coding !== 'identity') headers.set('Content-Encoding', coding)
    headers.delete('Content-Length')
    c.res = undefined
    c.res = new Response(await packed(body, coding), { status: 200, headers })
  })
}

/** The answer to a caller who is known to have it already. */
export function notModified(c: Context<Env>, etag: string, cacheControl: string): Response {
  chargeNothing(c)
  return c.body(null, 304, {
    ETag: etag,
    'Cache-Control': cacheControl,
    Vary: 'Accept, Accept-Encoding, Authorization',
  })
}

function chargeNothing(c: Context<Env>): void {
  const standing = c.get('standing')
  if (standing) writeQuotaHeaders(c, standing.giveBack())
}

async function packed(body: Uint8Array<ArrayBuffer>, coding: Coding): Promise<Uint8Array<ArrayBuffer>> {
  if (coding === 'identity') return body
  if (coding === 'gzip') return new Uint8Array(await gzipAsync(body))
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: body.length }
  return new Uint8Array(await brotliAsync(body, { params }))
}
