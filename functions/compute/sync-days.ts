import type { Day } from '../kit/day.ts'
import { objectsOfParts, putParquet, type StreamChange, type Syncing } from './compaction.ts'
import { quote } from './duck.ts'
import { earliestDifference } from './earliest-difference.ts'
import { columnList, dayExpression, fromNdjson, fromParquet, shapes } from './fact-sql.ts'

/**
 * Compacts changed parts of streams whose parts replace each other (`events`, `report`, `level`): every (fact, day)
 * that one of them touches is written anew, once, from its older Parquet and the new rows.
 */
export async function syncDays(syncing: Syncing, changes: readonly StreamChange[]): Promise<void> {
  const changed = changes.flatMap((change) => change.changed.map((part) => ({ ...part, source: change.source, stream: change.stream })))
  if (changed.length === 0) return
  const { duck, lake, index, touch, garbage } = syncing
  await duck.run('CREATE OR REPLACE TEMP TABLE replaced (source VARCHAR, stream VARCHAR, part_day VARCHAR)')
  for (const { source, stream, day } of changed) {
    await duck.run(`INSERT INTO replaced VALUES (${quote(source)}, ${quote(stream)}, ${quote(day)})`)
  }
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
      const byDay = (index.days[fact] ??= {})
      byDay[day] = await putParquet(syncing, `days/${fact}/day=${day}`, `SELECT * FROM merged WHERE part_day = ${quote(day)}`)
    }
  }
  for (const change of changes) await keepLinks(syncing, change)
}

/** A record that a vendor sent on two pages counts once. */
async function loadNew({ duck }: Syncing, fact: string, objects: Awaited<ReturnType<typeof objectsOfParts>>): Promise<void> {
  await duck.run('CREATE OR REPLACE TEMP TABLE part_of (filename VARCHAR, part_day VARCHAR)')
  for (const { file, part } of objects) {
    await duck.run(`INSERT INTO part_of VALUES (${quote(file)}, ${quote(part.day)})`)
  }
  await duck.run(`CREATE OR REPLACE TEMP TABLE new_rows AS
    SELECT * EXCLUDE (filename), ${dayExpression(fact)} AS day
    FROM (${fromNdjson(fact, objects.map(({ file }) => file))}) JOIN part_of USING (filename)
    QUALIFY row_number() OVER (PARTITION BY source, stream, part_day, record, nth ORDER BY version DESC) = 1`)
}

/** Links of such streams add up: a pair of keys once seen together stays together. */
async function keepLinks(syncing: Syncing, { id, source, stream, changed }: StreamChange): Promise<void> {
  const { duck, lake, index, garbage } = syncing
  const objects = await objectsOfParts(lake, changed, 'links')
  if (objects.length === 0) return
  const before = index.states[id]?.links
  const old = fromParquet('links', before ? [await lake.file(before)] : [])
  const query = `SELECT ${quote(source)} AS source, ${quote(stream)} AS stream, '' AS record, '' AS version, '' AS run, a, a_kind, b, b_kind, '' AS part_day
    FROM (SELECT a, a_kind, b, b_kind FROM (${old}) UNION SELECT a, a_kind, b, b_kind FROM (${fromNdjson('links', objects.map(({ file }) => file))}))`
  if (before) garbage.push(before)
  index.states[id] = { ...index.states[id], links: await putParquet(syncing, `states/${source}.${stream}/links`, query) }
}

