import type { Lake } from '../store/lake.ts'

/** What compute read from the lake, so that "no older facts are read" can be shown and not only said. */
export interface Reads {
  readonly lake: Lake
  /** Keys read, in order. */
  readonly keys: string[]
}

/** A lake that notes every key that is read through it. */
export function countReads(lake: Lake): Reads {
  const keys: string[] = []
  const noting = {
    put: (key: string, body: Uint8Array) => lake.put(key, body),
    create: (key: string, body: Uint8Array) => lake.create(key, body),
    get: (key: string) => {
      keys.push(key)
      return lake.get(key)
    },
    list: (prefix: string) => lake.list(prefix),
    delete: (gone: readonly string[]) => lake.delete(gone),
    file: (key: string) => {
      keys.push(key)
      return lake.file(key)
    },
    close: () => lake.close(),
  }
  return { lake: noting, keys }
}
