import { createHash } from 'node:crypto'
import type { ConfigData } from '../kit/config.ts'
import { bounds, type Day } from '../kit/day.ts'
import type { Metric } from '../kit/metric.ts'
import { collectRows } from '../store/collect-rows.ts'
import type { Lake } from '../store/lake.ts'
import { asksVendor, keys, type RunRow, type Warning } from '../store/rows.ts'
import type { Table } from '../store/table.ts'
import type { SourceSays } from './assemble.ts'
import type { Coverage } from './coverage.ts'
import { type DerivedIndex, objectsOf, type StreamId, streamId } from './derived.ts'
import { type Duck, quote } from './duck.ts'
import { fromParquet, shapes, storedColumns } from './fact-sql.ts'
import { flagWarnings } from './flags.ts'
import { leftOut } from './left-out.ts'
import { matchedPeople } from './matched-people.ts'

const WORST_FIRST = ['failed', 'missing', 'late'] as const
/** Runs looked at to find each stream's newest. */
const RECENT_RUNS = 100

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
  metrics: readonly Metric[],
  index: DerivedIndex,
  coverage: Coverage,
  from: Day,
  to: Day,
): Promise<(day: Day) => SourceSays> {
  const counted = await countRows(duck, lake, index, from, to)
  const matched = await matchedPeople(duck, lake, index, from, to)
  const runs = await newestRuns(table, config)
  const failed = new Set([...runs].filter(([, { last }]) => last?.status === 'failed').map(([stream]) => stream))
  const flags = flagWarnings(config, index, (stream) => runs.get(stream)?.read)
  const general = await leftOut(duck, config, metrics)
  const who: Warning[] = index.contactsOnly && (await anyContact(duck)) ? [CONTACTS_ONLY] : []
  return (day) => {
    const warnings: Warning[] = [...who, ...general(day), ...flags(day), ...ownDays(config, day)]
    const peopleOf = matched(day)
    const sources = config.sources.map(({ id, streams }) => {
      const cursorOf = (name: string) => index.cursors[streamId(id, name)]
      // What only "now" can be read of has no past that could still come.
      const expected = streams.filter(({ name, past }) => {
        const through = cursorOf(name)?.through
        return past || failed.has(streamId(id, name)) || (through !== undefined && through < day)
      })
      const missing = expected.filter(({ name }) => !coverage.isCovered(id, name, day))
      const cursors = expected.map(({ name }) => cursorOf(name))
      const through = cursors.map((cursor) => cursor?.through ?? null).reduce<Day | null>(earliest, day)
      const found = missing.map(({ name }) => {
        const stream = streamId(id, name)
        const status = failed.has(stream) ? 'failed' : index.cursors[stream] ? 'late' : 'missing'
        warnings.push({ code: `source_${status}`, source: id, stream: name, effect: 'may rise' })
        return status
      })
      const status = WORST_FIRST.find((one) => found.includes(one)) ?? 'ok'
      const { rows, digest } = counted.get(`${id} ${day}`) ?? { rows: 0, digest: digestOf([]) }
      const people = peopleOf.get(id)
      return { id, status, data_through: through, rows, digest, ...(people && { people }) } as const
    })
    return { sources, warnings }
  }
}

const earliest = (a: Day | null, b: Day | null): Day | null => (a === null || b === null ? null : a < b ? a : b)

const digestOf = (sums: readonly string[]) => `sha256:${createHash('sha256').update(sums.join('\n')).digest('hex')}`

/** Sums of row hashes do not depend on the order of rows; records, runs and versions are left out. */
async function countRows(
  duck: Duck,
  lake: Lake,
  index: DerivedIndex,
  from: Day,
  to: Day,
): Promise<Map<string, Counted>> {
  const found = new Map<string, { rows: number; sums: string[] }>()
  for (const fact of Object.keys(shapes)) {
    const files = await Promise.all(objectsOf(index, fact).map((key) => lake.file(key)))
    if (files.length === 0) continue
    const columns = Object.keys(storedColumns(fact)).filter((name) => !['record', 'run', 'version'].includes(name))
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

interface NewestRuns {
  /** The newest that asked the vendor. */
  readonly last: RunRow | undefined
  /** The newest that read everything it was to read. */
  readonly read: RunRow | undefined
}

async function newestRuns(table: Table, config: ConfigData): Promise<Map<StreamId, NewestRuns>> {
  const found = new Map<StreamId, NewestRuns>()
  for (const { id, streams } of config.sources) {
    const recent = (await collectRows(table, keys.run(id, '').pk, { reverse: true, limit: RECENT_RUNS })) as RunRow[]
    for (const { name } of streams) {
      const runs = recent.filter(({ stream }) => stream === name)
      const isRead = ({ status }: RunRow) => ['ok', 'empty', 'held', 'remapped'].includes(status)
      found.set(streamId(id, name), { last: runs.find(asksVendor), read: runs.find(isRead) })
    }
  }
  return found
}

/** Reports come by the vendor's day, which may begin and end at other instants than the reporting day of that date. */
function ownDays({ sources, timezone }: ConfigData, day: Day): Warning[] {
  const reporting = bounds(day, timezone)
  return sources.flatMap(({ id, streams }) =>
    streams.flatMap(({ name, kind, zone }) => {
      if (kind !== 'report' || zone === undefined || bounds(day, zone).start === reporting.start) return []
      const message = `its days are those of ${zone}, and are kept: they begin and end at other times than those of ${timezone}`
      return [{ code: 'own_days', source: id, stream: name, message }]
    }),
  )
}

const CONTACTS_ONLY: Warning = {
  code: 'contacts_only',
  effect: 'may fall',
  message: 'nobody is known to be a customer, so contacts are counted',
}

async function anyContact(duck: Duck): Promise<boolean> {
  return (await duck.rows('SELECT 1 AS one FROM f_customers LIMIT 1')).length > 0
}
