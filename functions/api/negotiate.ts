import type { Context } from 'hono'
import { accepts } from 'hono/accepts'

export type Coding = 'br' | 'gzip' | 'identity'

/** The content coding that the caller would like best, of those there are (RFC 9110, §12.5.3). */
export function codingOf(c: Context): Coding {
  const given = (c.req.header('Accept-Encoding') ?? '').toLowerCase()
  const weights = new Map(
    given.split(',').map((part) => {
      const [name, q] = part.split(';').map((one) => one.trim())
      const weight = q?.startsWith('q=') ? Number(q.slice(2)) : 1
      return [name, Number.isNaN(weight) ? 0 : weight] as const
    }),
  )
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0
  const [br, gzip] = [weightOf('br'), weightOf('gzip')]
  if (br > 0 && br >= gzip) return 'br'
  return gzip > 0 ? 'gzip' : 'identity'
}

/** Whether the caller wants CSV: `format` says, or else `Accept`. */
export function wantsCsv(c: Context): boolean {
  const format = c.req.query('format')
  if (format !== undefined) return format === 'csv'
  const supports = ['application/json', 'text/csv']
  return accepts(c, { header: 'Accept', supports, default: 'application/json' }) === 'text/csv'
}

/** Whether one of the ETags that the caller has is this one (RFC 9110, §13.1.2). */
export function hasAlready(c: Context, etag: string): boolean {
  const given = c.req.header('If-None-Match')
  if (given === undefined) return false
  const tags = given.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(etag)
}
