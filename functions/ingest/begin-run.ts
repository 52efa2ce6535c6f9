import { collectRows } from '../store/collect-rows.ts'
import { nextUlid } from '../store/log.ts'
import { keys } from '../store/rows.ts'
import type { Due } from './due.ts'
import type { IngestDeps } from './ingest-deps.ts'
import { noteRun } from './note-run.ts'
import type { Unfinished } from './state.ts'
import { openTally } from './tally.ts'

/**
 * Begins a reading under a run id of its own. Ids of a source ascend, whatever the clock does: of two runs, the one
 * with the greater id read later.
 */
export async function beginRun(
  { store, now }: Pick<IngestDeps, 'store' | 'now'>,
  source: string,
  stream: string,
  due: Due,
): Promise<Unfinished> {
  for (;;) {
    const [last] = await collectRows(store.table, keys.run(source, '').pk, { reverse: true, limit: 1 })
    const begun = { ...due, run: nextUlid(now().getTime(), last?.sk ?? ''), read: now().toISOString() }
    // Two streams of a source that begin at once may come to the same id; one of them looks again.
    if (await noteRun(store, source, stream, begun, { status: 'running', tally: openTally() }, now(), true)) {
      return {
        ...begun,
        through: null,
        resume: {},
        done: [],
        segments: 0,
        turns: 0,
        waits: 0,
        waited: 0,
        waitedFor: null,
      }
    }
  }
}
