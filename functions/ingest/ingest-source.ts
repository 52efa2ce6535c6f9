import * as z from 'zod'
import type { Day } from '../kit/day.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import type { Invocation } from '../kit/invocation.ts'
import { type IngestAnswer, ingest } from './ingest.ts'
import type { IngestDeps } from './ingest-deps.ts'
import { hasDied, noteDeath } from './note-death.ts'
import type { State } from './state.ts'

/** Which days of which streams of a source to read. */
export interface SourceEvent {
  /** Names the run of the workflow. */
  readonly execution: string
  readonly source: string
  /** Read in this order, one after the other. */
  readonly streams: readonly string[]
  readonly from: Day | null
  readonly to: Day | null
  readonly force: boolean
  /** What the last answer said; empty the first time. */
  readonly results: readonly StreamEnd[]
  /** What the last answer said; null the first time. */
  readonly state: SourceState | null
}

/** Where the first stream without a result stands. */
export interface SourceState {
  /** How often it has failed in a row in a way that passes. */
  readonly failures: number
  readonly reading: State | null
}

/** What became of a stream: figures, or the error by the name that Step Functions would give it. */
export type StreamEnd =
  | (Pick<IngestAnswer, 'source' | 'stream' | 'run' | 'days' | 'pages' | 'records' | 'facts' | 'quarantined'> & {
      readonly status: Exclude<IngestAnswer['status'], 'more' | 'wait'>
    })
  | {
      readonly source: string
      readonly stream: string
      readonly status: 'failed'
      readonly error: { readonly Error: string; readonly Cause: string }
    }

export interface SourceAnswer {
  /** `more`: call again with `results` and `state`; `wait`: the same, after `waitSeconds`. */
  readonly status: 'more' | 'wait' | 'done'
  /** Of the streams that have come to an end, in their order. */
  readonly results: readonly StreamEnd[]
  readonly waitSeconds: number
  readonly state: SourceState | null
}

/** What ingest works with, and who reads. */
export interface SourceDeps extends Omit<IngestDeps, 'holder'> {
  /** How the holders of its leases begin: `localHolder()` outside Lambda. */
  readonly host: string
  readonly watch: StreamWatch
}

/** Is told as it happens; the answer says the same later, without messages of our own faults. */
export interface StreamWatch {
  answered(answer: IngestAnswer): void
  /** It may be tried again. */
  failed(source: string, stream: string, error: unknown): void
}

const FRESH: SourceState = { failures: 0, reading: null }
/** How often what may pass is tried again, and how long after the first time; the next waits are longer. */
const RETRIES = 3
const FIRST_WAIT_S = 5
const WAIT_GROWTH = 3
/** No further stream is begun after that: whatever ends the process then, little has to be read again. */
const GOES_ON_MS = 60_000

const AnyState = z.strictObject({ failures: z.int().min(0), reading: z.unknown() })

/**
 * Reads the streams of a source in turn. One that fails does not stop the others: what may pass is tried again three
 * times, and everything else is its result. Never throws because of a stream.
 */
export async function ingestSource(
  { host, watch, ...given }: SourceDeps,
  { execution, streams, results, state, ...event }: SourceEvent,
  invocation: Invocation,
): Promise<SourceAnswer> {
  const holders = `${host}:${execution}:`
  const deps: IngestDeps = { ...given, holder: `${holders}${invocation.awsRequestId}` }
  const begun = invocation.getRemainingTimeInMillis()
  const ended = [...results]
  let { failures, reading } = state ? checkedState(state) : FRESH
  const named = (stream: string) => ({ source: event.source, stream })
  const again = (status: 'more' | 'wait', waitSeconds: number, next: SourceState): SourceAnswer => ({
    status,
    results: ended,
    waitSeconds,
    state: next,
  })
  for (const stream of streams.slice(ended.length)) {
    if (ended.length > results.length && begun - invocation.getRemainingTimeInMillis() > GOES_ON_MS) {
      return again('more', 0, FRESH)
    }
    try {
      const answer = await ingest(deps, { ...event, stream, state: reading }, invocation)
      const { status, state: left, waitSeconds, ...figures } = answer
      if (status === 'duplicate' && (await hasDied(deps.store, event.source, stream, holders))) {
        const death = await noteDeath(deps.store, event.source, stream, deps.now())
        watch.failed(event.source, stream, death)
        ended.push({ ...named(stream), status: 'failed', error: { Error: 'died', Cause: death.message } })
      } else {
        watch.answered(answer)
        if (status === 'more' || status === 'wait') return again(status, waitSeconds, { failures: 0, reading: left })
        ended.push({ ...figures, status })
      }
    } catch (error) {
      watch.failed(event.source, stream, error)
      if (mayPass(error) && failures < RETRIES) {
        return again('wait', pause(failures), { failures: failures + 1, reading })
      }
      ended.push({ ...named(stream), status: 'failed', error: described(error) })
    }
    ;({ failures, reading } = FRESH)
  }
  return { status: 'done', results: ended, waitSeconds: 0, state: null }
}

function checkedState(state: unknown): SourceState {
  const parsed = AnyState.safeParse(state)
  // `ingest` checks the reading.
  if (parsed.success) return parsed.data as SourceState
  throw invalid('the state of the source is not of this version; start anew')
}

const mayPass = (error: unknown) =>
  error instanceof TidemarkError && (error.code === 'limited' || error.code === 'unavailable')

/** Anything up to the longest, so that sources which failed together do not come back together. */
const pause = (failures: number) => 1 + Math.floor(Math.random() * FIRST_WAIT_S * WAIT_GROWTH ** failures)

/** A fault of our own may quote a record: its message stays in the log. */
function described(error: unknown): { Error: string; Cause: string } {
  if (error instanceof TidemarkError) return { Error: error.code, Cause: error.message }
  const name = error instanceof Error ? error.name : 'Error'
  return { Error: name, Cause: 'unexpected; the log of the function says more' }
}
