import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Temporal } from 'temporal-polyfill'

/** A post with the counters it ended with. */
export interface PastPost {
  readonly id: string
  /** An instant. */
  readonly createdAt: string
  readonly reactions: number
  readonly comments: number
  readonly shares: number
}

/** The posts of data/posts.csv.gz, oldest first, moved by whole weeks; their wall time is that of `zone`. */
export function pastPosts(weeks: number, zone: string): PastPost[] {
  const text = gunzipSync(readFileSync(new URL('data/posts.csv.gz', import.meta.url))).toString()
  const [, ...lines] = text.trimEnd().split('\n')
  return lines.map((line) => {
    const [id, at, , ...counts] = line.split(',')
    const wall = Temporal.PlainDateTime.from(at!).add({ weeks })
    const [reactions, comments, shares] = counts.map(Number)
    const createdAt = wall.toZonedDateTime(zone).toInstant().toString()
    return { id: id!, createdAt, reactions: reactions!, comments: comments!, shares: shares! }
  })
}
