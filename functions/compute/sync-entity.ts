import { getJson } from '../store/json-object.ts'
import type { Lake } from '../store/lake.ts'
import { type ManifestView, objectsOfParts, putParquet, type StreamChange, type Syncing } from './compaction.ts'
import { quote } from './duck.ts'
import { earliestDifference } from './earliest-difference.ts'
import { columnList, datedColumns, fromNdjson, fromParquet, shapes } from './fact-sql.ts'

/**
 * Compacts a stream that is read by modification time: one Parquet object per fact holds the rows of every record's
 * newest version. A record that is gone takes its facts with it, except that its spells of being a customer end at
 * that moment: somebody deleted today was a customer yesterday.
 */
export async function syncEntity(syncing: Syncing, change: StreamChange): Promise<void> {
  for (const manifests of await generations(syncing.lake, change)) await addGeneration(syncing, change, manifests)
}

/**
 * Manifests of the changed parts and of the parts they replaced since compute looked last, in order of their runs, a
 * new group from every full list on. Parts accumulate, and a full list tells what was silently deleted before it, so
 * going through them in this order comes to the same whenever compute looked.
 */
async function generations(lake: Lake, { source, stream, changed }: StreamChange): Promise<ManifestView[][]> {
  const found: ManifestView[] = []
  for (const { day, manifest, before } of changed) {
    let current: ManifestView | undefined = manifest
    while (current) {
      found.push(current)
      const replaced: string | null = current.replaces
      if (replaced === null || replaced === before) break
      current = await getJson<ManifestView>(lake, `manifests/${source}/${stream}/${day}/${replaced}.json`)
    }
  }
  const groups: ManifestView[][] = []
  for (const manifest of found.sort((a, b) => (a.run < b.run ? -1 : 1))) {
    if (manifest.baseline || groups.length === 0) groups.push([])
    groups.at(-1)!.push(manifest)
  }
  return groups
}

async function addGeneration(
  syncing: Syncing,
  { id, source, stream }: StreamChange,
  manifests: readonly ManifestView[],
): Promise<void> {
  const { duck, lake, index, touch, garbage } = syncing
  const parts = manifests.map((manifest) => ({ manifest }))
  const state = index.states[id] ?? {}
  const old = async (fact: string) => fromParquet(fact, state[fact] ? [await lake.file(state[fact])] : [])
  const fresh = async (fact: string) => {
    const objects = await objectsOfParts(lake, parts, fact)
    return {
      some: objects.length > 0,
      query: fromNdjson(
        fact,
        objects.map(({ file }) => file),
      ),
    }
  }

  await duck.run(`CREATE OR REPLACE TEMP TABLE old_records AS ${await old('records')}`)
  await duck.run(`CREATE OR REPLACE TEMP TABLE new_records AS
    SELECT record, version, run, bool_or(gone) AS gone, CASE WHEN bool_or(gone) THEN version END AS ended FROM (${(await fresh('records')).query}) GROUP BY record, version, run`)
  const baseline = manifests.find((manifest) => manifest.baseline)
  await duck.run(`CREATE OR REPLACE TEMP TABLE heard AS
    SELECT *, max(CASE WHEN NOT gone THEN version || run END) OVER (PARTITION BY record) AS alive FROM (
      SELECT record, version, run, gone, ended FROM old_records UNION ALL SELECT record, version, run, gone, ended FROM new_records
      ${baseline ? `UNION ALL ${silentlyGone(baseline)}` : ''})`)
  // A record ended when that was first heard since it was last alive: the survivor of a merge may tell it again.
  await duck.run(`CREATE OR REPLACE TEMP TABLE winners AS
    SELECT record, version, run, gone,
      min(CASE WHEN alive IS NULL OR version || run > alive THEN CASE WHEN ended < left(alive, length(version)) THEN version ELSE ended END END) OVER (PARTITION BY record) AS ended
    FROM heard
    QUALIFY row_number() OVER (PARTITION BY record ORDER BY version DESC, run DESC, gone DESC) = 1`)
  // What a gone record last said of its spells, alive or going.
  await duck.run(`CREATE OR REPLACE TEMP TABLE last_said AS
    SELECT record, version, run FROM new_records n
    WHERE EXISTS (SELECT 1 FROM winners w WHERE w.record = n.record AND w.gone)
      AND (NOT gone OR (record, version, run) IN (SELECT (record, version, run) FROM (${(await fresh('customers')).query})))
    QUALIFY row_number() OVER (PARTITION BY record ORDER BY version DESC, run DESC) = 1`)
  await duck.run(`CREATE OR REPLACE TEMP TABLE touched AS
    SELECT w.record FROM winners w LEFT JOIN old_records o USING (record)
    WHERE o.record IS NULL OR (o.version, o.run, o.gone, o.ended) IS DISTINCT FROM (w.version, w.run, w.gone, w.ended)
      OR w.record IN (SELECT record FROM last_said)`)

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
      SELECT ${columnList(fact)}, '' AS part_day, day
      FROM (SELECT ${datedColumns(fact)} FROM (${query})) f SEMI JOIN (SELECT record, version, run FROM winners UNION SELECT * FROM last_said) USING (record, version, run)
      QUALIFY row_number() OVER (PARTITION BY record, version, run, nth) = 1`)
    await duck.run(`CREATE OR REPLACE TEMP TABLE touched_rows AS ${touchedRows(fact)}`)
    const before = '(SELECT o.* FROM old_rows o SEMI JOIN touched USING (record))'
    const first = await earliestDifference(duck, fact, before, 'touched_rows')
    if (first) touch(first)
    const columns = `${columnList(fact)}, part_day, day`
    await put(
      fact,
      `SELECT ${columns} FROM old_rows ANTI JOIN touched USING (record) UNION ALL SELECT ${columns} FROM touched_rows`,
    )
  }
  await duck.run(`CREATE OR REPLACE TEMP TABLE old_links AS ${await old('links')}`)
  const seen = (await fresh('links')).query
  const links = columnList('links')
  await put(
    'links',
    `SELECT DISTINCT ${links}, '' AS part_day FROM (SELECT ${links} FROM old_links UNION ALL SELECT ${links} FROM (${seen}))`,
  )
  await put(
    'records',
    `SELECT ${quote(source)} AS source, ${quote(stream)} AS stream, record, version, run, gone, ended, '' AS part_day FROM winners`,
  )
  index.states[id] = next
}

/**
 * A record that the new full list no longer holds, and nothing newer was heard of, was deleted without a word. Its
 * version stays, so that the vendor only has to list it again for it to be back.
 */
function silentlyGone({ read, run }: ManifestView): string {
  return `SELECT record, version, ${quote(run)} AS run, true AS gone, ${quote(read)} AS ended FROM old_records o
    WHERE NOT gone AND o.run < ${quote(run)} AND NOT EXISTS (SELECT 1 FROM new_records n WHERE n.record = o.record)`
}

/** Rows of touched records: those of the winning version; of a gone record the spells that it last said, ended. */
function touchedRows(fact: string): string {
  const columns = `${columnList(fact, 'r.')}, r.part_day, r.day`
  const present = `SELECT ${columns} FROM new_rows r JOIN winners w USING (record, version, run) WHERE NOT w.gone`
  if (fact !== 'customers') return present
  const ended = columns.replace('r."left"', 'least(coalesce(r."left", w.ended), w.ended) AS "left"')
  return `${present} UNION ALL
    SELECT ${ended} FROM (
      SELECT * FROM new_rows SEMI JOIN last_said USING (record, version, run)
      UNION ALL SELECT * FROM old_rows o
        WHERE NOT EXISTS (SELECT 1 FROM last_said l WHERE l.record = o.record AND l.version || l.run >= o.version || o.run)) r
    JOIN winners w ON w.record = r.record SEMI JOIN touched t ON t.record = r.record WHERE w.gone
    QUALIFY r.version || r.run = max(r.version || r.run) OVER (PARTITION BY r.record)`
}
