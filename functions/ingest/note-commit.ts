import { getJson } from '../store/json-object.ts'
import type { LogEntry } from '../store/log.ts'
import type { Store } from '../store/open.ts'
import { type RunRecord, runKey } from './manifest.ts'
import { noteRun } from './note-run.ts'

/**
 * Writes the row of a run that committed, from what the lake says of it: as the run itself would have.
 * @param fresh leave a row that is there
 */
export async function noteCommit(
  store: Pick<Store, 'table' | 'lake'>,
  { source, stream, run, held, cursor, facts, at }: Extract<LogEntry, { type: 'commit' }>,
  fresh = false,
): Promise<void> {
  const record = await getJson<RunRecord>(store.lake, runKey(run))
  if (!record) return
  const read = held.length > 0 ? 'held' : facts > 0 ? 'ok' : 'empty'
  // Only an acceptance moves parts, holds nothing and leaves the cursor.
  const status = record.remaps ? 'remapped' : cursor === null && held.length === 0 ? 'accepted' : read
  const { through, quota } = record
  const note = { status, tally: { ...record, facts }, through, quota } as const
  await noteRun(store, source, stream, record, note, new Date(at), fresh)
}
