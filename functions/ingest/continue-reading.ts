import { eachDay } from '../kit/day.ts'
import type { Invocation } from '../kit/invocation.ts'
import type { Source } from '../kit/source.ts'
import { commit } from './commit.ts'
import type { IngestDeps } from './ingest-deps.ts'
import type { Quota } from './manifest.ts'
import { noteRun, type RunNote } from './note-run.ts'
import { readShare } from './read-share.ts'
import { runRecord } from './run-record.ts'
import { putSegment, type Segment } from './segment.ts'
import { addUp, type State, smallEnough, type Totals, type Unfinished } from './state.ts'
import { openTally, total } from './tally.ts'

/** A state in which something is unfinished. */
type Going = State & { readonly unfinished: Unfinished }

/** How an invocation's share of a reading ended; `seconds` is how long to wait before the next. */
export type Result =
  | { readonly end: 'committed'; readonly totals: Totals }
  | { readonly end: 'more' | 'wait' | 'parked'; readonly state: Going; readonly seconds: number }

const MAX_TURNS = 50
const FIRST_WAIT = 60
const LONGEST_WAIT = 900
/** Of a reason, which travels in the state; in characters. */
const LONGEST_REASON = 400

/**
 * Goes on with a reading until it ends, and commits it, or until the invocation has to end.
 * @param earlier what earlier invocations read of it
 * @throws whatever it meets, after noting it in the run's row
 */
export async function continueReading(
  deps: IngestDeps,
  source: Source,
  name: string,
  { unfinished, next, totals }: Going,
  earlier: readonly Segment[],
  invocation: Invocation,
): Promise<Result> {
  const { store, now } = deps
  const stream = source.streams[name]!
  const tally = openTally()
  const all = () => total([...earlier, tally])
  let quota: Quota | null = null
  const note = (how: Pick<RunNote, 'status' | 'facts' | 'through' | 'error' | 'waiting'>) =>
    noteRun(store, source.id, name, unfinished, { ...how, tally: all(), quota }, now())
  try {
    const share = await readShare(deps, source, name, unfinished, earlier, tally, invocation, (told) => {
      quota = told
    })
    const { ending, through, writer, resume, done, seen } = share
    if (ending.end === 'done') {
      const read = all()
      const reading = { ...unfinished, through }
      const record = runRecord(source.id, name, stream.kind, reading, read, quota)
      const { records, quarantined } = read
      const pages = read.pages.length
      invocation.progress?.({ phase: 'commit', source: source.id, stream: name, pages, records })
      const written = earlier.flatMap((segment) => segment.written)
      const { held, facts } = await commit(deps, source.id, name, stream, reading, writer, written, record)
      await note({ status: held > 0 ? 'held' : facts > 0 ? 'ok' : 'empty', facts, through })
      const days = eachDay(unfinished.from, unfinished.to).length
      return { end: 'committed', totals: addUp(totals, { days, pages, records, facts, quarantined, held }) }
    }
    const left: Unfinished = { ...unfinished, through, resume, done, turns: unfinished.turns + 1 }
    if (tally.pages.length > 0) {
      await putSegment(store.lake, unfinished, { ...tally, written: await writer.finish(), seen })
      left.segments += 1
    }
    let seconds = 0
    if (ending.end === 'wait') {
      left.waits += 1
      seconds = Math.min(LONGEST_WAIT, Math.max(FIRST_WAIT * 2 ** (left.waits - 1), ending.seconds ?? 0))
      left.waited += seconds
      left.waitedFor = shortened(ending.why)
    }
    const state = smallEnough({ unfinished: left, next, totals }, `${source.id}.${name}`)
    const waiting = ending.end === 'wait' ? left.waitedFor : null
    if (left.turns < MAX_TURNS) {
      // Whoever looks meanwhile is told; and no longer, once it reads on.
      if (ending.end === 'wait' || unfinished.waitedFor !== null) await note({ status: 'running', waiting })
      return { end: ending.end, state, seconds }
    }
    await note({ status: 'parked', waiting })
    return { end: 'parked', state, seconds: 0 }
  } catch (error) {
    await note({ status: 'failed', error })
    throw error
  }
}

const shortened = (reason: string) =>
  reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON).toWellFormed()}…` : reason
