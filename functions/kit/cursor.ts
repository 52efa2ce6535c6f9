import { createHash } from 'node:crypto'
import { TidemarkError } from './errors.ts'

/** Cursors that are remembered; a loop longer than this is not noticed. */
const REMEMBERED = 100_000

/**
 * Returns a function that hands on the vendor's next cursor and throws as soon as it sees one twice, since that page
 * loop would never end. Null and undefined (the last page) pass.
 * @throws `changed` from that function
 */
export function noRepeat(): <C extends string | number | null | undefined>(cursor: C) => C {
  const seen = new Set<string>()
  return (cursor) => {
    if (cursor === null || cursor === undefined) return cursor
    const hash = createHash('sha256').update(String(cursor)).digest('base64').slice(0, 16)
    if (seen.has(hash)) {
      throw new TidemarkError('changed', `the vendor repeats cursor '${shown(String(cursor))}': page loop`)
    }
    seen.add(hash)
    if (seen.size > REMEMBERED) seen.delete(seen.values().next().value!)
    return cursor
  }
}

/** Enough to find it again, and nothing of a link's query string, which may hold a token. */
function shown(cursor: string): string {
  const start = cursor.split('?')[0]!
  return start.length > 40 || start !== cursor ? `${start.slice(0, 40)}…` : start
}
