import type { Lake } from './lake.ts'

/** A lake that is opened when it is first asked for something: most answers of the API come from the table alone. */
export function lateLake(open: () => Promise<Lake>): Lake {
  let opened: Promise<Lake> | undefined
  const lake = () => (opened ??= open())
  return {
    put: async (key, body) => (await lake()).put(key, body),
    create: async (key, body) => (await lake()).create(key, body),
    get: async (key) => (await lake()).get(key),
    async *list(prefix) {
      yield* (await lake()).list(prefix)
    },
    delete: async (keys) => (await lake()).delete(keys),
    file: async (key) => (await lake()).file(key),
    async close() {
      if (opened) await (await opened).close()
    },
  }
}
