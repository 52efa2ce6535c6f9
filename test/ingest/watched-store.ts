import type { Store } from '../../functions/store/open.ts'

/** One call of the lake or the table. */
export interface Call {
  /** `lake.put`, `table.query`, … */
  readonly what: string
  /** The lake key; of rows, `<partition key> / <sort key>`. */
  readonly key: string
}

/** The store, with `around` called in place of every call; it makes the call itself by `go`. */
export function watch(store: Store, around: <T>(call: Call, go: () => Promise<T>) => Promise<T>): Store {
  const { lake, table } = store
  const row = (pk: string, sk: string) => `${pk} / ${sk}`
  return {
    ...store,
    lake: {
      ...lake,
      put: (key, body) => around({ what: 'lake.put', key }, () => lake.put(key, body)),
      create: (key, body) => around({ what: 'lake.create', key }, () => lake.create(key, body)),
      get: (key) => around({ what: 'lake.get', key }, () => lake.get(key)),
      delete: (keys) => around({ what: 'lake.delete', key: keys.join(' ') }, () => lake.delete(keys)),
    },
    table: {
      ...table,
      get: (pk, sk) => around({ what: 'table.get', key: row(pk, sk) }, () => table.get(pk, sk)),
      put: (item, on) => around({ what: 'table.put', key: row(item.pk, item.sk) }, () => table.put(item, on)),
      delete: (pk, sk, on) => around({ what: 'table.delete', key: row(pk, sk) }, () => table.delete(pk, sk, on)),
      async *query(pk, range) {
        yield* await around({ what: 'table.query', key: pk }, () => Array.fromAsync(table.query(pk, range)))
      },
    },
  }
}
