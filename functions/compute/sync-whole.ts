import { objectsOfParts, putParquet, type StreamChange, type Syncing } from './compaction.ts'
import { quote } from './duck.ts'
import { earliestDifference } from './earliest-difference.ts'
import { columnList, datedColumns, fromNdjson, fromParquet, shapes } from './fact-sql.ts'

/**
 * Compacts a stream that is read whole: one Parquet object per fact holds all its days; rows of changed parts take the
 * place of the older ones of those days.
 */
export async function syncWhole(syncing: Syncing, { id, source, stream, changed }: StreamChange): Promise<void> {
  if (changed.length === 0) return
  const { duck, lake, index, touch, garbage } = syncing
  await duck.run('CREATE OR REPLACE TEMP TABLE replaced (part_day VARCHAR)')
  await duck.run(`INSERT INTO replaced VALUES ${changed.map(({ day }) => `(${quote(day)})`).join(', ')}`)
  for (const fact of [...Object.keys(shapes), 'links']) {
    const objects = await objectsOfParts(lake, changed, fact)
    const before = index.states[id]?.[fact]
    if (!before && objects.length === 0) continue
    const isFact = fact !== 'links'
    await duck.run(
      `CREATE OR REPLACE TEMP TABLE old_rows AS ${fromParquet(fact, before ? [await lake.file(before)] : [])}`,
    )
    await duck.run('CREATE OR REPLACE TEMP TABLE part_of (filename VARCHAR, part_day VARCHAR)')
    if (objects.length > 0) {
      await duck.run(
        `INSERT INTO part_of VALUES ${objects.map(({ file, part }) => `(${quote(file)}, ${quote(part.day)})`).join(', ')}`,
      )
    }
    await duck.run(`CREATE OR REPLACE TEMP TABLE new_rows AS
      SELECT ${isFact ? datedColumns(fact) : '* EXCLUDE (filename)'}
      FROM (${fromNdjson(
        fact,
        objects.map(({ file }) => file),
      )}) JOIN part_of USING (filename)`)
    const gone = '(SELECT o.* FROM old_rows o SEMI JOIN replaced USING (part_day))'
    const first = await earliestDifference(duck, fact, gone, 'new_rows')
    if (isFact && !first) continue
    if (first) touch(first)
    const columns = `${columnList(fact)}, part_day${isFact ? ', day' : ''}`
    const query = `SELECT ${columns} FROM old_rows ANTI JOIN replaced USING (part_day) UNION ALL SELECT ${columns} FROM new_rows`
    if (before) garbage.push(before)
    index.states[id] = {
      ...index.states[id],
      [fact]: await putParquet(syncing, `states/${source}.${stream}/${fact}`, query),
    }
  }
}
