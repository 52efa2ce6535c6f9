import type { Lake } from '../../functions/store/lake.ts'
import type { Store } from '../../functions/store/open.ts'
import type { Item, Table } from '../../functions/store/table.ts'

/** What a write changes, in the words of the design. */
export type WriteClass = string

/** Is told of every write before it is done; the returned function, if any, of its end. */
export type WriteWatch = (what: WriteClass) => ((write: Promise<unknown>) => Promise<void>) | undefined

/** A store that tells of every write to its lake and its table. */
export function watchWrites(store: Store, watch: WriteWatch): Store {
  async function watched<T>(what: WriteClass, work: () => Promise<T>): Promise<T> {
    const done = watch(what)
    const write = work()
    await done?.(write)
    return write
  }
  const { lake, table } = store
  const watchedLake: Lake = {
    put: (key, body) => watched(classOfObject(key, body), () => lake.put(key, body)),
    create: (key, body) => watched(classOfObject(key, body), () => lake.create(key, body)),
    get: (key) => lake.get(key),
    list: (prefix) => lake.list(prefix),
    delete: (keys) => (keys.length > 0 ? watched('garbage', () => lake.delete(keys)) : lake.delete(keys)),
    file: (key) => lake.file(key),
    close: () => lake.close(),
  }
  const watchedTable: Table = {
    get: (pk, sk) => table.get(pk, sk),
    put: (item, condition) => watched(classOfRow(item), () => table.put(item, condition)),
    delete: (pk, sk, condition) => watched(`${classOfRow({ pk, sk })} gone`, () => table.delete(pk, sk, condition)),
    query: (pk, range) => table.query(pk, range),
    batch: (items) => watched(items[0] ? classOfRow(items[0]) : 'nothing', () => table.batch(items)),
    close: () => table.close(),
  }
  return { ...store, lake: watchedLake, table: watchedTable }
}

function classOfObject(key: string, body: Uint8Array): WriteClass {
  const [top] = key.split('/')
  switch (top) {
    case 'raw':
      return 'raw object'
    case 'facts':
      return 'fact object'
    case 'runs':
      return /^runs\/[^/]+\/./.test(key) ? 'run segment' : 'run record'
    case 'manifests':
      return 'manifest'
    case 'log':
      return (JSON.parse(Buffer.from(body).toString()) as { type: string }).type === 'commit'
        ? 'commit log'
        : 'snapshots log'
    case 'snapshots':
      return 'snapshot object'
    case 'derived':
      return key.startsWith('derived/index') ? 'derived index' : 'derived parquet'
    default:
      throw new Error(`object ${key} has no class`)
  }
}

function classOfRow({ pk, sk }: Pick<Item, 'pk' | 'sk'>): WriteClass {
  const [top] = pk.split('#')
  if (top === 'part') return 'pointer'
  if (top === 'snapshot') return sk === 'head' ? 'head row' : 'revision row'
  if (top === 'series') return 'series row'
  if (top === 'meta') return sk === 'cohorts' ? 'cohorts row' : 'range row'
  if (top === 'cohort') return 'cohort row'
  if (top === 'definition') return 'definition row'
  if (top === 'run') return 'run row'
  if (['held', 'cursor', 'lease', 'parked'].includes(top!)) return top!
  throw new Error(`row ${pk} / ${sk} has no class`)
}
