import type { Day } from '../kit/day.ts'
import { getJson } from '../store/json-object.ts'
import type { Store } from '../store/open.ts'
import { keys, type RangeRow } from '../store/rows.ts'
import { applyCommit } from './commit.ts'
import type { LogEntry } from '../store/log.ts'

/** What a rebuild put back. API keys are not in the lake and have to be made anew. */
export interface Rebuilt {
  readonly commits: number
  readonly parts: number
  readonly revisions: number
  readonly days: number
}

/**
 * Restores the table from the lake by playing the log again, oldest entry first. A run that was killed after its log
 * entry is finished by it. Rows that are there already stay if they are newer, so a rebuild can be repeated.
 *
 * @param writeSeries fills the series chunks of the days it is given, from their newest snapshots
 */
export async function rebuild(store: Store, writeSeries: (days: readonly Day[]) => Promise<void>): Promise<Rebuilt> {
  const counted = { commits: 0, parts: 0, revisions: 0 }
  const days = new Set<Day>()
  let range: RangeRow | undefined
  for await (const { key } of store.lake.list('log/')) {
    const entry = await getJson<LogEntry>(store.lake, key)
    if (!entry) continue
    if (entry.type === 'commit') {
      await applyCommit(store, entry)
      counted.commits += 1
      counted.parts += entry.moves.length
    } else {
      for (const { day, row } of entry.revisions) {
        const body = await store.lake.get(row.object)
        if (!body) continue
        await store.table.put({ ...keys.revision(day, row.revision), ...row, body: null })
        await store.table.put({ ...keys.head(day), revision: row.revision }, older(row.revision))
        counted.revisions += 1
        days.add(day)
      }
      const { from, to } = entry.range
      range = {
        ...keys.range(),
        from: range && range.from < from ? range.from : from,
        to: range && range.to > to ? range.to : to,
      }
    }
  }
  if (range) await store.table.put(range)
  await writeSeries([...days].sort())
  return { ...counted, days: days.size }
}

const older = (revision: number) => ({ attribute: 'revision', is: '<', value: revision, orAbsent: true }) as const
