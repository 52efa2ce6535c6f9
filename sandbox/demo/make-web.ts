import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'

/**
 * Makes data/web.csv.gz out of the folder of the Upworthy Google Analytics export that is its argument. The README beside it
 * says what was changed. The same input gives the same bytes.
 */
const [folder] = process.argv.slice(2)
if (!folder) throw new Error('usage: node sandbox/demo/make-web.ts <folder of upworthy_ga_daily>')

const table: Record<string, string>[] = parse(gunzipSync(readFileSync(join(folder, 'daily_users.csv.gz'))), {
  columns: true,
})
const lastGap = table.findLastIndex((row) => row.Sessions === 'N/A' || row.Pageviews === 'N/A')
const lines = table.slice(lastGap + 1).map((row) => {
  const [month, day, year] = row['Day Index']!.split('/').map(Number)
  const [hours, minutes, seconds] = row['Avg. Session Duration']!.split(':').map(Number)
  return [
    `20${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`,
    plain(row.Users!),
    plain(row['New Users']!),
    plain(row.Sessions!),
    plain(row.Pageviews!),
    hours! * 3_600 + minutes! * 60 + seconds!,
    row['Bounce Rate']!.replace('%', ''),
  ].join()
})
const header = 'day,users,new_users,sessions,views,seconds,bounce'
writeFileSync(new URL('data/web.csv.gz', import.meta.url), gzipSync(`${[header, ...lines].join('\n')}\n`, { level: 9 }))

function plain(amount: string): string {
  return amount.replaceAll(',', '')
}
