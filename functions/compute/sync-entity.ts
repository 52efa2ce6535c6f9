import { getJson } from '../store/json-object.ts'
import type { Lake } from '../store/lake.ts'
import { BASELINE, type ManifestView, objectsOfParts, putParquet, type StreamChange, type Syncing } from './compaction.ts'
import { quote } from './duck.ts'
import { earliestDifference } from './earliest-difference.ts'
import { columnList, dayExpression, fromNdjson, fromParquet, shapes } from './fact-sql.ts'

/**
 * Compacts a stream that is read by modification time: one Parquet object per fact holds the rows of every record's
 * newest version. A record that is gone takes its facts with it, except that its spells of being a customer end at
 * that moment: somebody deleted today was a customer yesterday.
 */
export async function syncEntity(syncing: Syncing, change: StreamChange): Promise<void> {
  const { id, source, stream, changed } = change
  if (changed.length === 0) return
  const { duck, lake, index, touch, garbage } = syncing
  const state = index.states[id] ?? {}
  const old = async (fact: string) => fromParquet(fact, state[fact] ? [await lake.file(state[fact])] : [])
  const fresh = async (fact: string) => {
    const objects = await objectsOfParts(lake, changed, fact)
    return { some: objects.length > 0, query: fromNdjson(fact, objects.map(({ file }) => file)) }
  }

  await duck.run(`CREATE OR REPLACE TEMP TABLE old_records AS ${await old('records')}`)
  await duck.run(`CREATE OR REPLACE TEMP TABLE new_records AS
    SELECT record, version, run, bool_or(gone) AS gone FROM (${(await fresh('records')).query}) GROUP BY ALL`)
  const baseline = changed.find(({ day }) => day === BASELINE)?.manifest
  await duck.run(`CREATE OR REPLACE TEMP TABLE winners AS
    SELECT record, version, run, gone FROM (
      SELECT record, version, run, gone FROM old_records UNION ALL SELECT record, version, run, gone FROM new_records
      ${baseline ? `UNION ALL ${silentlyGone(baseline)}` : ''})
    QUALIFY row_number() OVER (PARTITION BY record ORDER BY version DESC, run DESC, gone DESC) = 1`)
  await duck.run(`CREATE OR REPLACE TEMP TABLE touched AS
    SELECT w.record FROM winners w LEFT JOIN old_records o USING (record)
    WHERE o.record IS NULL OR (o.version, o.run, o.gone) IS DISTINCT FROM (w.version, w.run, w.gone)`)

  const next: Record<string, string> = { ...state }
  const put = async (fact: string, query: string) => {
    if (state[fact]) garbage.push(state[fact])
    next[fact] = await putParquet(syncing, `states/${source}.${stream}/${fact}`, query)
  }
  for (const fact of Object.keys(shapes)) {
    const { some, query } = await fresh(fact)
    if (!some && !state[fact]) continue
    await duck.run(`CREATE OR REPLACE TEMP TABLE old_rows AS ${await old(fact)}`)
    await duck.run(`CREATE OR REPLACE TEMP TABLE new_rows AS
      SELECT f.* EXCLUDE (filename), '' AS part_day, ${dayExpression(fact)} AS day
      FROM (${query}) f SEMI JOIN winners USING (record, version, run)
      QUALIFY row_number() OVER (PARTITION BY record, nth) = 1`)
    await duck.run(`CREATE OR REPLACE TEMP TABLE touched_rows AS ${touchedRows(fact)}`)
    const before = '(SELECT o.* FROM old_rows o SEMI JOIN touched USING (record))'
    const first = await earliestDifference(duck, fact, before, 'touched_rows')
    if (first) touch(first)
    const columns = `${columnList(fact)}, part_day, day`
    await put(fact, `SELECT ${columns} FROM old_rows ANTI JOIN touched USING (record) UNION ALL SELECT ${columns} FROM touched_rows`)
  }
  await duck.run(`CREATE OR REPLACE TEMP TABLE old_links AS ${await old('links')}`)
  const seen = fromNdjson('links', await linkFiles(lake, change))
  const links = columnList('links')
  await put('links', `SELECT DISTINCT ${links}, '' AS part_day FROM (SELECT ${links} FROM old_links UNION ALL SELECT ${links} FROM (${seen}))`)
  await put('records', `SELECT ${quote(source)} AS source, ${quote(stream)} AS stream, record, version, run, gone, '' AS part_day FROM winners`)
  index.states[id] = next
}

/** A record that the new full list no longer holds, and nothing newer was heard of, was deleted without a word. */
function silentlyGone({ read, run }: ManifestView): string {
  return `SELECT record, ${quote(read)} AS version, ${quote(run)} AS run, true AS gone FROM old_records o
    WHERE NOT gone AND o.run < ${quote(run)} AND NOT EXISTS (SELECT 1 FROM new_records n WHERE n.record = o.record)`
}

/** Rows of touched records: those of the winning version; of a gone record its spells, ended. */
function touchedRows(fact: string): string {
  const columns = `${columnList(fact, 'r.')}, r.part_day, r.day`
  const present = `SELECT ${columns} FROM new_rows r JOIN winners w USING (record) WHERE NOT w.gone`
  if (fact !== 'customers') return present
  const ended = (rows: string) =>
    `SELECT ${columns.replace('r."left"', 'coalesce(r."left", w.version) AS "left"')} FROM ${rows} r JOIN winners w USING (record) JOIN touched USING (record) WHERE w.gone`
  return `${present} UNION ALL ${ended('new_rows')}
    UNION ALL ${ended('(SELECT * FROM old_rows ANTI JOIN new_rows USING (record))')}`
}

/**
 * Link objects of the changed parts and of the parts they replaced: a pair of keys once seen is remembered even if the
 * record has changed since, and must not depend on when compute looked.
 */
async function linkFiles(lake: Lake, { source, stream, changed }: StreamChange): Promise<string[]> {
  const files: string[] = []
  for (const { day, manifest, before } of changed) {
    let current: ManifestView | undefined = manifest
    while (current) {
      for (const key of current.facts.links?.objects ?? []) files.push(await lake.file(key))
      const replaced: string | null = current.replaces
      if (replaced === null || replaced === before) break
      current = await getJson<ManifestView>(lake, `manifests/${source}/${stream}/${day}/${replaced}.json`)
    }
  }
  return files
}
