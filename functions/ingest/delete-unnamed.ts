import type { Lake } from '../store/lake.ts'
import type { WrittenFact } from './facts-writer.ts'
import type { Part } from './parts.ts'

/** Deletes objects that memory forced out, of days that turned out not to be news. */
export async function deleteUnnamed(
  lake: Lake,
  written: readonly WrittenFact[],
  ready: readonly Part[],
): Promise<void> {
  const named = new Set(ready.flatMap(({ facts }) => Object.values(facts).flatMap(({ objects }) => objects)))
  const unnamed = written.flatMap(({ objects }) => objects).filter((key) => !named.has(key))
  if (unnamed.length > 0) await lake.delete(unnamed)
}
