import { createHash } from 'node:crypto'
import type { ConfigData } from '../kit/config.ts'
import type { Day } from '../kit/day.ts'
import type { Lake } from '../store/lake.ts'
import { collectRows } from '../store/collect-rows.ts'
import { keys, type RunRow, type Warning } from '../store/rows.ts'
import type { Table } from '../store/table.ts'
import type { SourceSays } from './assemble.ts'
import type { Coverage } from './coverage.ts'
import { type DerivedIndex, objectsOf, streamId } from './derived.ts'
import { type Duck, quote } from './duck.ts'
import { fromParquet, shapes, storedColumns } from './fact-sql.ts'

interface Counted {
  readonly rows: number
  readonly digest: string
}

/**
 * What every source had said about each day of a sweep: rows whose own day it is, their digest, how far it was read,
 * and what is missing.
 */
export async function sourceSays(
  duck: Duck,
  lake: Lake,
  table: Table,
  config: ConfigData,
  index: DerivedIndex,
  coverage: Coverage,
  from: Day,
  to: Day,
): Promise<(day: Day) => SourceSays> {
  const counted = await countRows(duck, lake, index, from, to)
  const failed = await failedSources(table, config)
  const general = await generalWarnings(duck, config)
  return (day) => {
    const warnings: Warning[] = [...general]
    const sources = config.sources.map(({ id, streams }) => {
      const missing = streams.filter(({ name }) => !coverage.isCovered(id, name, day))
      const cursors = streams.map(({ name }) => index.cursors[streamId(id, name)])
      const through = cursors.map((cursor) => cursor?.through ?? null).reduce<Day | null>(earliest, day)
      const status = missing.length === 0 ? 'ok' : failed.has(id) ? 'failed' : cursors.every((cursor) => !cursor) ? 'missing' : 'late'
      for (const { name } of missing) warnings.push({ code: `source_${status}`, source: id, stream: name, effect: 'may rise' })
      const { rows, digest } = counted.get(`${id} ${day}`) ?? { rows: 0, digest: digestOf([]) }
      return { id, status, data_through: through, rows, digest } as const
    })
    return { sources, warnings }
  }
}

const earliest = (a: Day | null, b: Day | null): Day | null => (a === null || b === null ? null : a < b ? a : b)

const digestOf = (sums: readonly string[]) => `sha256:${createHash('sha256').update(sums.join('\n')).digest('hex')}`

/** Sums of row hashes do not depend on the order of rows; runs and versions are left out. */
async function countRows(duck: Duck, lake: Lake, index: DerivedIndex, from: Day, to: Day): Promise<Map<string, Counted>> {
  const found = new Map<string, { rows: number; sums: string[] }>()
  for (const fact of Object.keys(shapes)) {
    const files = await Promise.all(objectsOf(index, fact).map((key) => lake.file(key)))
    if (files.length === 0) continue
    const columns = Object.keys(storedColumns(fact)).filter((name) => name !== 'run' && name !== 'version')
    const text = columns.map((name) => `coalesce(CAST("${name}" AS VARCHAR), chr(0))`).join(', ')
    const rows = await duck.rows<{ source: string; day: string; n: number; s: string }>(`
      SELECT source, CAST(day AS VARCHAR) AS day, CAST(count(*) AS DOUBLE) AS n, CAST(sum(CAST(md5_number_lower(concat_ws(chr(1), ${text})) AS HUGEINT)) AS VARCHAR) AS s
      FROM (${fromParquet(fact, files)}) WHERE day BETWEEN DATE ${quote(from)} AND DATE ${quote(to)} GROUP BY ALL`)
    for (const { source, day, n, s } of rows) {
      const key = `${source} ${day}`
      const known = found.get(key) ?? { rows: 0, sums: [] }
      found.set(key, { rows: known.rows + n, sums: [...known.sums, `${fact} ${n} ${s}`] })
    }
  }
  return new Map([...found].map(([key, { rows, sums }]) => [key, { rows, digest: digestOf(sums) }]))
}

/** Sources whose newest run failed. */
async function failedSources(table: Table, config: ConfigData): Promise<Set<string>> {
  const failed = new Set<string>()
  for (const { id } of config.sources) {
    const [last] = (await collectRows(table, keys.run(id, '').pk, { reverse: true, limit: 1 })) as RunRow[]
    if (last?.status === 'failed') failed.add(id)
  }
  return failed
}

/** What holds of every day: who is counted, and what is left out. */
async function generalWarnings(duck: Duck, config: ConfigData): Promise<Warning[]> {
  const warnings: Warning[] = []
  const [people] = await duck.rows<{ customers: boolean; contacts: boolean }>(
    `SELECT coalesce(bool_or(role = 'customer'), false) AS customers, coalesce(bool_or(role = 'contact'), false) AS contacts FROM f_customers`,
  )
  if (people!.contacts && !people!.customers) {
    warnings.push({ code: 'contacts_only', effect: 'may fall', message: 'nobody is known to be a customer, so contacts are counted' })
  }
  const unknown = await duck.rows<{ currency: string; n: number }>(
    'SELECT currency, CAST(count(*) AS DOUBLE) AS n FROM f_orders WHERE amount IS NULL GROUP BY currency ORDER BY currency',
  )
  for (const { currency, n } of unknown) {
    const message = `${n} orders in ${currency} are left out of money metrics: no rate to ${config.currency} for their day`
    warnings.push({ code: 'currency_missing', effect: 'may rise', message })
  }
  for (const fact of ['interactions', 'customers', 'orders', 'responses', 'tickets', 'referrals', 'posts']) {
    const others = await duck.rows<{ source: string; n: number }>(`
      SELECT source, CAST(count(*) AS DOUBLE) AS n FROM (SELECT source FROM raw_${fact} EXCEPT ALL SELECT source FROM owned_${fact}) GROUP BY source ORDER BY source`)
    for (const { source, n } of others) {
      warnings.push({ code: 'not_counted', source, message: `${n} ${fact} are kept and not counted: another source owns them` })
    }
  }
  return warnings
}
