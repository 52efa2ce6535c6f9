import type { Day } from '../../functions/kit/day.ts'
import type { Store } from '../../functions/store/open.ts'
import { readSnapshot } from '../../functions/store/read-snapshot.ts'
import type { Item } from '../../functions/store/table.ts'

/** By day and revision, every text that a reader was given for it. */
export type Seen = Map<string, Set<string>>

/** The same store, of which a reader reads a day's snapshot after every write of one of the day's rows. */
export function readBetween(store: Store, seen: Seen): Store {
  const { table } = store
  const read = async ({ pk }: Item) => {
    if (!pk.startsWith('snapshot#')) return
    const snapshot = await readSnapshot(store, pk.slice('snapshot#'.length) as Day)
    if (!snapshot) return
    const key = `${snapshot.date} ${snapshot.revision}`
    seen.set(key, (seen.get(key) ?? new Set()).add(JSON.stringify(snapshot)))
  }
  return {
    ...store,
    table: {
      get: (pk, sk) => table.get(pk, sk),
      delete: (pk, sk, condition) => table.delete(pk, sk, condition),
      query: (pk, range) => table.query(pk, range),
      batch: (items) => table.batch(items),
      close: () => table.close(),
      put: async (item, condition) => {
        const done = await table.put(item, condition)
        await read(item)
        return done
      },
    },
  }
}
