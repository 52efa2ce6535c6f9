import type { Lake } from '../../functions/store/lake.ts'
import type { Store } from '../../functions/store/open.ts'
import { memoryTable } from '../store/memory-table.ts'
import { PEPPER } from './deployment.ts'

/** A store that lives as long as the test. */
export function openMemoryStore(): Store {
  const objects = new Map<string, Uint8Array>()
  const lake: Lake = {
    put: async (key, body) => void objects.set(key, body),
    create: async (key, body) => {
      if (objects.has(key)) return false
      objects.set(key, body)
      return true
    },
    get: async (key) => objects.get(key),
    async *list(prefix) {
      for (const key of [...objects.keys()].sort()) {
        if (key.startsWith(prefix)) yield { key, bytes: objects.get(key)!.length }
      }
    },
    delete: async (keys) => {
      for (const key of keys) objects.delete(key)
    },
    file: async () => {
      throw new Error('objects in memory have no files')
    },
    close: async () => {},
  }
  const secrets: Store['secrets'] = {
    get: async () => 'secret',
    put: async () => {},
    pepper: async () => PEPPER,
  }
  return { lake, table: memoryTable(Date.now), secrets, close: async () => {} }
}
