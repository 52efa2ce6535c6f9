import type { Day } from '../kit/day.ts'
import { objectsOfParts, putParquet, type StreamChange, type Syncing } from './compaction.ts'
import { type Duck, quote, quoteAll } from './duck.ts'
import { earliestDifference } from './earliest-difference.ts'
import { columnList, datedColumns, fromNdjson, fromParquet, shapes } from './fact-sql.ts'

/**
 * Compacts changed parts of streams whose parts replace each other (`events`, `report`, `level`): every (fact, day)
 * that one of them touches is written anew, once, from its older Parquet and the new rows.
 */
export async function syncDays(syncing: Syncing, changes: readonly StreamChange[]): Promise<void> {
  const changed = changes.flatMap((change) =>
    change.changed.map((part) => ({ ...part, source: change.source, stream: change.stream })),
  )
  if (changed.length === 0) return
  const { duck, lake, index, touch, garbage } = syncing
  await duck.run('CREATE OR REPLACE TEMP TABLE replaced (source VARCHAR, stream VARCHAR, part_day VARCHAR)')
  const rows = changed.map(({ source, stream, day }) => `(${quote(source)}, ${quote(stream)}, ${quote(day)})`)
  await duck.run(`INSERT INTO replaced VALUES ${rows.join(', ')}`)
  for (const fact of Object.keys(shapes)) {
    const objects = await objectsOfParts(lake, changed, fact)
    const held = (day: Day) => index.days[fact]?.[day]
    const days = [...new Set(changed.map(({ day }) => day))].filter(
      (day) => held(day) || objects.some(({ part }) => part.day === day),
    )
    if (days.length === 0) continue
    const oldFiles = await Promise.all(days.flatMap((day) => held(day) ?? []).map((key) => lake.file(key)))
    await loadNew(syncing, fact, objects)
    await duck.run(`CREATE OR REPLACE TEMP TABLE old_rows AS ${fromParquet(fact, oldFiles)}`)
    const gone = `(SELECT o.* FROM old_rows o SEMI JOIN replaced USING (source, stream, part_day))`
    const first = await earliestDifference(duck, fact, gone, 'new_rows')
    if (!first) continue
    touch(first)
    await duck.run(`CREATE OR REPLACE TEMP TABLE merged AS
      SELECT ${columnList(fact)}, part_day, day FROM old_rows ANTI JOIN replaced USING (source, stream, part_day)
      UNION ALL SELECT ${columnList(fact)}, part_day, day FROM new_rows`)
    for (const day of days) {
      const before = held(day)
      if (before) garbage.push(before)
      index.days[fact] ??= {}
      index.days[fact][day] = await putParquet(
        syncing,
        `days/${fact}/day=${day}`,
        `SELECT * FROM merged WHERE part_day = ${quote(day)}`,
      )
    }
  }
  for (const change of changes) await keepLinks(syncing, change)
}

/** A record that a vendor sent on two pages counts once. */
async function loadNew(
  { duck }: Syncing,
  fact: string,
  objects: Awaited<ReturnType<typeof objectsOfParts>>,
): Promise<void> {
  await loadParts(duck, objects)
  await duck.run(`CREATE OR REPLACE TEMP TABLE new_rows AS
    SELECT ${datedColumns(fact)}
    FROM (${fromNdjson(
      fact,
      objects.map(({ file }) => file),
    )}) JOIN part_of USING (filename)
    QUALIFY row_number() OVER (PARTITION BY source, stream, part_day, record, nth ORDER BY version DESC) = 1`)
}

/** Which part each object belongs to, as the table `part_of`. */
async function loadParts(duck: Duck, objects: Awaited<ReturnType<typeof objectsOfParts>>): Promise<void> {
  await duck.run('CREATE OR REPLACE TEMP TABLE part_of (filename VARCHAR, part_day VARCHAR)')
  if (objects.length === 0) return
  await duck.run(
    `INSERT INTO part_of VALUES ${objects.map(({ file, part }) => `(${quote(file)}, ${quote(part.day)})`).join(', ')}`,
  )
}

/** Links are replaced with the part that says them, as its rows are. */
async function keepLinks(syncing: Syncing, { id, source, stream, changed }: StreamChange): Promise<void> {
  const { duck, lake, index, garbage } = syncing
  const objects = await objectsOfParts(lake, changed, 'links')
  const before = index.states[id]?.links
  if (!before && objects.length === 0) return
  await loadParts(duck, objects)
  await duck.run(
    `CREATE OR REPLACE TEMP TABLE moved_parts AS SELECT unnest(${quoteAll(changed.map(({ day }) => day))}) AS part_day`,
  )
  const query = `SELECT ${quote(source)} AS source, ${quote(stream)} AS stream, '' AS record, '' AS version, '' AS run, a, a_kind, b, b_kind, part_day
    FROM (SELECT a, a_kind, b, b_kind, part_day FROM (${fromParquet('links', before ? [await lake.file(before)] : [])}) ANTI JOIN moved_parts USING (part_day)
      UNION SELECT a, a_kind, b, b_kind, part_day FROM (${fromNdjson(
        'links',
        objects.map(({ file }) => file),
      )}) JOIN part_of USING (filename))`
  if (before) garbage.push(before)
  index.states[id] = {
    ...index.states[id],
    links: await putParquet(syncing, `states/${source}.${stream}/links`, query),
  }
}
