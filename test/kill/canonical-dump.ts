import { loadIndex, objectsOf } from '../../functions/compute/derived.ts'
import { type Duck, openDuck } from '../../functions/compute/duck.ts'
import { fromParquet, shapes, storedColumns } from '../../functions/compute/fact-sql.ts'
import type { Manifest } from '../../functions/ingest/manifest.ts'
import type { Config } from '../../functions/kit/config.ts'
import { addDays, type Day, eachDay } from '../../functions/kit/day.ts'
import { periods } from '../../functions/kit/period.ts'
import { collectRows } from '../../functions/store/collect-rows.ts'
import { getJson, unpack } from '../../functions/store/json-object.ts'
import type { Store } from '../../functions/store/open.ts'
import {
  type CohortRow,
  type CursorRow,
  type HeadRow,
  type HeldRow,
  keys,
  type PartRow,
  type RangeRow,
  type RevisionRow,
  type SeriesChunk,
  type SeriesRow,
  type Snapshot,
} from '../../functions/store/rows.ts'

/**
 * Everything that a home says, as sorted text: the facts that compute sees, parts, cursors, held days, the range, every
 * revision of every snapshot, the series and the cohorts. Left out is what tells one way there from another: runs,
 * versions of derived objects, and the times of reading and computing. Two homes with one pepper that were told the same
 * give the same text.
 *
 * @throws if something that is pointed at is not there, or a snapshot is not the same in lake and table
 */
export async function canonicalDump(store: Store, config: Config): Promise<string> {
  const lines = [
    ...(await dumpFacts(store, config)),
    ...(await dumpStreams(store, config)),
    ...(await dumpSnapshots(store)),
    ...(await dumpSeries(store, config)),
    ...(await dumpCohorts(store)),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

/** What a rebuild alone puts back: cohorts are computed again from the facts. */
export function withoutCohorts(dump: string): string {
  return dump.replace(/^cohort .*\n/gm, '')
}

const line = (kind: string, ...given: unknown[]) => [kind, ...given.map((one) => JSON.stringify(one))].join(' ')

async function dumpFacts({ lake }: Store, { timezone }: Config): Promise<string[]> {
  const { index, fresh } = await loadIndex(lake, timezone)
  if (fresh) throw new Error('there is no derived index')
  const duck = await openDuck(timezone)
  try {
    const lines: string[] = []
    for (const fact of Object.keys(shapes)) {
      const columns = Object.keys(storedColumns(fact)).filter((name) => name !== 'run')
      lines.push(...(await rowsOf(duck, fact, columns, await files(objectsOf(index, fact)))))
    }
    const states = Object.values(index.states)
    const records = ['source', 'stream', 'record', 'version', 'gone']
    lines.push(...(await rowsOf(duck, 'records', records, await files(states.flatMap((state) => state.records ?? [])))))
    const links = ['source', 'stream', 'a', 'a_kind', 'b', 'b_kind']
    const seen = await rowsOf(duck, 'links', links, await files(states.flatMap((state) => state.links ?? [])))
    lines.push(...new Set(seen))
    if (index.identity) {
      const people = await duck.rows(`SELECT * FROM read_parquet('${await lake.file(index.identity)}') ORDER BY ALL`)
      lines.push(...people.map((row) => line('person', row)))
    }
    lines.push(line('dirty', index.dirty), line('computed', index.computed), line('provisional', index.provisional))
    return lines
  } finally {
    await duck.close()
  }

  async function files(found: readonly string[]): Promise<string[]> {
    return Promise.all(found.map((key) => lake.file(key)))
  }
}

async function rowsOf(
  duck: Duck,
  fact: string,
  columns: readonly string[],
  files: readonly string[],
): Promise<string[]> {
  const list = columns.map((name) => `"${name}"`).join(', ')
  const rows = await duck.rows(`SELECT ${list} FROM (${fromParquet(fact, files)})`)
  return rows.map((row) => line(fact, row)).sort()
}

async function dumpStreams(store: Store, { sources }: Config): Promise<string[]> {
  const lines: string[] = []
  for (const { id, streams } of sources) {
    for (const [name, { kind }] of Object.entries(streams)) {
      const parts = (await collectRows(store.table, keys.part(id, name, '' as Day).pk)) as PartRow[]
      for (const part of parts) {
        await checkManifest(store, part)
        // Parts of an entity stream pile up, one more for every reading; what they amount to are the facts.
        if (kind !== 'entity') lines.push(line('part', id, name, part.sk, part.rows, part.digest))
      }
      const held = (await collectRows(store.table, keys.held(id, name, '' as Day).pk)) as HeldRow[]
      for (const { sk, rows, before } of held) lines.push(line('held', id, name, sk, rows, before))
      const at = keys.cursor(id, name)
      const cursor = (await store.table.get(at.pk, at.sk)) as CursorRow | undefined
      if (cursor) {
        const { from, through, facts, baseline } = cursor
        lines.push(line('cursor', id, name, from, through, facts, baseline !== null))
      }
      const parked = keys.parked(id, name)
      if (await store.table.get(parked.pk, parked.sk)) lines.push(line('parked', id, name))
    }
  }
  return lines
}

async function dumpCohorts({ table }: Store): Promise<string[]> {
  const lines: string[] = []
  for (const period of periods) {
    for (const { sk, body } of (await collectRows(table, keys.cohort(period, '' as Day).pk)) as CohortRow[]) {
      lines.push(line('cohort', period, sk, JSON.parse((await unpack(body)).toString())))
    }
  }
  return lines
}

/** What a pointer leads to is all there. */
async function checkManifest({ lake }: Store, { pk, sk, manifest: key, rows, digest }: PartRow): Promise<void> {
  const manifest = await getJson<Manifest>(lake, key)
  if (!manifest) throw new Error(`${pk} ${sk} points at ${key}, which is not there`)
  if (manifest.rows !== rows || manifest.digest !== digest) throw new Error(`${pk} ${sk} is not what ${key} says`)
  const objects = [manifest.record, ...Object.values(manifest.facts).flatMap((fact) => fact.objects)]
  for (const object of objects)
    if (!(await lake.get(object))) throw new Error(`${key} names ${object}, which is not there`)
}

async function dumpSnapshots({ lake, table }: Store): Promise<string[]> {
  const { pk, sk } = keys.range()
  const range = (await table.get(pk, sk)) as RangeRow | undefined
  if (!range) return ['no range']
  const lines = [line('range', range.from, range.to)]
  // A week more on both sides: there must be nothing.
  for (const day of eachDay(addDays(range.from, -7), addDays(range.to, 7))) {
    const at = keys.head(day)
    const rows = await collectRows(table, at.pk)
    const head = rows.find((row) => row.sk === at.sk) as HeadRow | undefined
    if (head) lines.push(line('head', day, head.revision))
    for (const row of rows.filter((one) => one !== head) as RevisionRow[]) {
      const { revision, cause, changed_metrics, finality } = row
      const snapshot = await getJson<Snapshot>(lake, row.object)
      if (!snapshot) throw new Error(`revision ${revision} of ${day} is not in the lake`)
      const body = row.body && (JSON.parse((await unpack(row.body)).toString()) as Snapshot)
      if (body && JSON.stringify(body) !== JSON.stringify(snapshot)) {
        throw new Error(`revision ${revision} of ${day} differs between lake and table`)
      }
      const { computed_at: _, ...said } = snapshot
      lines.push(line('revision', day, revision, cause, changed_metrics, finality, said))
    }
  }
  return lines
}

async function dumpSeries({ table }: Store, { windows }: Config): Promise<string[]> {
  const { metrics } = await import('../../functions/metrics/index.ts')
  const lines: string[] = []
  for (const { id } of metrics) {
    for (const window of windows) {
      const name = window === 'all' ? 'all' : `${window}d`
      for (const row of (await collectRows(table, keys.series(id, name, '').pk)) as SeriesRow[]) {
        const chunk = JSON.parse((await unpack(row.body)).toString()) as SeriesChunk
        lines.push(line('series', id, name, row.sk, chunk))
      }
    }
  }
  return lines
}
