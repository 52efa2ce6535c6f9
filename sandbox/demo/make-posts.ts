import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { Temporal } from 'temporal-polyfill'

/**
 * Makes data/posts.csv.gz out of the folder of the Facebook Live Sellers data that is its argument. The README beside
 * it says what was changed. The same input gives the same bytes.
 */
const [folder] = process.argv.slice(2)
if (!folder) throw new Error('usage: node sandbox/demo/make-posts.ts <folder of facebook_live_sellers>')

/** The page with a year of posts at about one a day. */
const PAGE = '246675545449582'
/** Moves its last day onto that of the shop's data, 31 December 2017, a Sunday as well. */
const WEEKS = -16
const FIRST = '2017-01-01'

const table: Record<string, string>[] = parse(gunzipSync(readFileSync(join(folder, 'posts.csv.gz'))), { columns: true })
const rows = new Map<string, string[]>()
for (const line of table) {
  const [page, id] = line.status_id!.split('_')
  const at = moved(line.status_published!)
  if (page !== PAGE || at < FIRST || rows.has(id!)) continue
  rows.set(id!, [id!, at, line.status_type!, line.num_reactions!, line.num_comments!, line.num_shares!])
}
const sorted = [...rows.values()].sort((a, b) => (a[1]! < b[1]! ? -1 : a[1]! > b[1]! ? 1 : 0))
const lines = [['id', 'at', 'type', 'reactions', 'comments', 'shares'], ...sorted].map((row) => `${row.join(',')}\n`)
writeFileSync(new URL('data/posts.csv.gz', import.meta.url), gzipSync(lines.join(''), { level: 9 }))

/** `4/22/2018 6:00` as wall time. */
function moved(published: string): string {
  const [, month, day, year, hour, minute] = /^(\d+)\/(\d+)\/(\d+) (\d+):(\d+)$/.exec(published)!.map(Number)
  const at = { year: year!, month: month!, day: day!, hour: hour!, minute: minute! }
  return Temporal.PlainDateTime.from(at).add({ weeks: WEEKS }).toString()
}
