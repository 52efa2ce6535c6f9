import { readCommit } from '../store/log.ts'
import type { Store } from '../store/open.ts'
import { type CursorRow, keys, type RunRow } from '../store/rows.ts'
import { applyCommit } from './commit.ts'
import { noteCommit } from './note-commit.ts'

/**
 * Carries out what the stream's newest run wrote into the log and did not live to do: what stands there is committed,
 * and a rebuild would say so. Only for the holder of the stream's lease.
 */
export async function finishCommit(
  store: Pick<Store, 'table' | 'lake'>,
  source: string,
  stream: string,
): Promise<void> {
  const last = await newestRun(store, source, stream)
  if (last?.status !== 'running' && last?.status !== 'failed') return
  const entry = await readCommit(store.lake, last.sk)
  if (!entry) return
  await applyCommit(store, entry)
  await noteCommit(store, entry)
}

/** Runs of a source's streams lie side by side; those before the cursor's are done with. */
async function newestRun({ table }: Pick<Store, 'table'>, source: string, stream: string): Promise<RunRow | undefined> {
  const at = keys.cursor(source, stream)
  const cursor = (await table.get(at.pk, at.sk)) as CursorRow | undefined
  const since = { reverse: true, ...(cursor && { from: cursor.run }) }
  for await (const row of table.query(keys.run(source, '').pk, since)) {
    if ((row as RunRow).stream === stream) return row as RunRow
  }
  return undefined
}
