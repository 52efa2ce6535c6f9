import type { Day } from '../kit/day.ts'
import { TidemarkError } from '../kit/errors.ts'
import type { Store } from '../store/open.ts'
import { keys, type RunRow, type RunStatus } from '../store/rows.ts'
import type { Due } from './due.ts'
import type { Quota, RunRecord } from './manifest.ts'
import { withoutPeople } from './without-people.ts'

/** What was counted, by the run itself or by its record. */
type Counted = Pick<RunRecord, 'pages' | 'records' | 'quarantined' | 'quarantine' | 'notes'> & {
  readonly facts: number
}

/** What a run's row says beside what it was to read. */
export interface RunNote {
  readonly status: RunStatus
  readonly tally: Counted
  /** Rows of facts in the days committed. @default - those that the tally counted */
  readonly facts?: number
  /** Last day that the vendor was done with. @default - it did not say */
  readonly through?: Day | null
  readonly error?: unknown
  readonly quota?: Quota | null
  /** Why the reading stands still. @default - it does not */
  readonly waiting?: string | null
}

/**
 * Writes the row of a run: what it was to read and what came of it.
 * @param fresh write nothing if there is a run of that id; false then
 */
export async function noteRun(
  { table }: Pick<Store, 'table'>,
  source: string,
  stream: string,
  { run, from, to, read }: Due & { readonly run: string; readonly read: string },
  { status, tally, facts = tally.facts, through = null, error, quota = null, waiting = null }: RunNote,
  now: Date,
  fresh = false,
): Promise<boolean> {
  const { pages, records, quarantined } = tally
  const row: RunRow = {
    ...keys.run(source, run),
    stream,
    status,
    from,
    to,
    started: read,
    ended: status === 'running' ? null : now.toISOString(),
    pages: pages.length,
    records,
    facts,
    quarantined,
    error: error === undefined ? null : described(error, `${source}.${stream}`),
    warnings: [
      ...(waiting === null ? [] : [{ code: 'waiting', message: waiting }]),
      ...warnings(tally, through !== null && through < to ? through : null),
      ...tally.notes.map(({ code, message }) => ({ code, message })),
    ],
    quota,
  }
  return table.put(row, fresh ? 'absent' : undefined)
}

function warnings({ records, quarantined, quarantine }: Counted, through: Day | null): RunRow['warnings'][number][] {
  const found = []
  const [first] = quarantine
  if (first) {
    const message = `${quarantined} of ${records} records could not be read; the first, ${first.record}: ${first.reason}`
    found.push({ code: 'quarantined', message })
  }
  if (through) found.push({ code: 'not_ready', message: `the vendor is not done with the days after ${through}` })
  return found
}

/** An error of any other kind is a fault in the source's code, or in ours. */
function described(error: unknown, what: string): RunRow['error'] {
  if (error instanceof TidemarkError) return { code: error.code, message: error.message }
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return { code: 'changed', message: withoutPeople(`${name} in the code of ${what}: ${message}`) }
}
