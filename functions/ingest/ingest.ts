import { addDays, type Day, day, dayOf } from '../kit/day.ts'
import { TidemarkError } from '../kit/errors.ts'
import type { Invocation } from '../kit/invocation.ts'
import type { Source, Stream } from '../kit/source.ts'
import { collectRows } from '../store/collect-rows.ts'
import { takeLease } from '../store/lease.ts'
import { type CursorRow, type HeldRow, keys, type PartRow } from '../store/rows.ts'
import { beginRun } from './begin-run.ts'
import { continueReading } from './continue-reading.ts'
import { type Due, due } from './due.ts'
import { findStream } from './find-stream.ts'
import { finishCommit } from './finish-commit.ts'
import type { IngestDeps } from './ingest-deps.ts'
import { park, takeParked } from './parked.ts'
import { YIELD_MS } from './read-share.ts'
import { getSegments } from './segment.ts'
import { checkedState, NOTHING, type State, type Totals, type Unfinished } from './state.ts'

/** Which days of which stream to read. */
export interface IngestEvent {
  readonly source: string
  readonly stream: string
  /** Null: what is missing or due since the first day collected, or yesterday if there is none. */
  readonly from: Day | null
  /** Null: yesterday. */
  readonly to: Day | null
  /** Read the days again even if they are committed. */
  readonly force: boolean
  /** What the last answer said; null the first time. */
  readonly state: State | null
}

export interface IngestAnswer {
  readonly source: string
  readonly stream: string
  readonly status: 'ok' | 'empty' | 'more' | 'wait' | 'held' | 'parked' | 'duplicate'
  readonly run: string | null
  readonly days: number
  readonly pages: number
  readonly records: number
  readonly facts: number
  readonly quarantined: number
  readonly waitSeconds: number
  readonly state: State | null
}

/** A lease outlives an invocation that was killed, so that the workflow, which calls again at once, gets past its stream. */
const KEPT_BY_THE_DEAD_S = 60

/**
 * Reads what is due of one stream and commits it. Safe to repeat, and safe to kill at any moment: what is not
 * committed is invisible.
 *
 * @throws whatever the reading met, after noting it in the run's row
 */
export async function ingest(deps: IngestDeps, event: IngestEvent, invocation: Invocation): Promise<IngestAnswer> {
  const { source, stream } = findStream(deps.config, event.source, event.stream)
  for (const asked of [event.from, event.to]) if (asked !== null) day(asked)
  const state = event.state && checkedState(event.state)
  const seconds = invocation.getRemainingTimeInMillis() / 1000 + KEPT_BY_THE_DEAD_S
  const lease = await takeLease(deps.store.table, source.id, event.stream, deps.holder, seconds)
  if (!lease) return answer(event, 'duplicate', null, state?.totals ?? NOTHING)
  try {
    await finishCommit(deps.store, source.id, event.stream)
    return await readDue(deps, source, stream, event, state, invocation)
  } finally {
    await lease.release()
  }
}

async function readDue(
  deps: IngestDeps,
  source: Source,
  stream: Stream,
  event: IngestEvent,
  given: State | null,
  invocation: Invocation,
): Promise<IngestAnswer> {
  const { table, lake } = deps.store
  const yesterday = addDays(dayOf(deps.now().getTime(), stream.zone ?? deps.config.timezone), -1)
  const to = event.to === null || event.to > yesterday ? yesterday : event.to
  const parked = given ? null : await takeParked(table, source.id, event.stream)
  let state: State = given ?? { unfinished: parked, next: null, totals: NOTHING }
  let run: string | null = null
  for (;;) {
    let { unfinished, next } = state
    let earlier = unfinished && (await getSegments(lake, unfinished))
    if (!unfinished || !earlier) {
      // What was begun cannot be finished: its days are looked at again.
      if (unfinished) next &&= unfinished.from
      const [first] = await dueReadings(deps, source.id, stream, event, next, to)
      if (!first) break
      unfinished = await beginRun(deps, source.id, event.stream, first)
      earlier = []
      next = addDays(isReadAtOnce(stream) ? to : first.to, 1)
    }
    run = unfinished.run
    const result = await orParkAgain(
      continueReading(deps, source, event.stream, { ...state, unfinished, next }, earlier, invocation),
      (unfinished === parked && parked) || null,
      (reading) => park(table, source.id, event.stream, reading),
    )
    if (result.end === 'parked') {
      await park(table, source.id, event.stream, result.state.unfinished)
      return answer(event, 'parked', run, result.state.totals)
    }
    if (result.end !== 'committed') {
      return answer(event, result.end, run, result.state.totals, result.seconds, result.state)
    }
    state = { unfinished: null, next, totals: result.totals }
    if (next !== null && next > to) break
    if (invocation.getRemainingTimeInMillis() < YIELD_MS) return answer(event, 'more', run, state.totals, 0, state)
  }
  const { totals } = state
  const held = totals.held > 0 || (await anyHeld(deps, source.id, event.stream))
  return answer(event, held ? 'held' : totals.facts > 0 || totals.days === 0 ? 'ok' : 'empty', run, totals)
}

/** A parked reading outlives a vendor that cannot be reached; any other failure ends it, and the next is begun anew. */
async function orParkAgain<T>(
  reading: Promise<T>,
  parked: Unfinished | null,
  again: (parked: Unfinished) => Promise<void>,
): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (parked && error instanceof TidemarkError && error.code === 'unavailable') await again(parked)
    throw error
  }
}

/** Whether one reading brings the stream up to date, however many days that takes. */
const isReadAtOnce = ({ kind }: Stream) => kind === 'entity' || kind === 'whole'

async function dueReadings(
  { store, config, now }: IngestDeps,
  source: string,
  stream: Stream,
  { stream: name, force, from: asked }: IngestEvent,
  next: Day | null,
  to: Day,
): Promise<Due[]> {
  const { table } = store
  const { pk, sk } = keys.cursor(source, name)
  const cursor = (await table.get(pk, sk)) as CursorRow | undefined
  const from = next ?? asked ?? startOf(stream, cursor, to)
  if (from > to) return []
  const parts = byDay((await collectRows(table, keys.part(source, name, to).pk, { from, to })) as PartRow[])
  const held = byDay((await collectRows(table, keys.held(source, name, to).pk, { from, to })) as HeldRow[])
  const { timezone } = config
  return due(stream, from, to, force, { now: now(), zone: stream.zone ?? timezone, timezone, cursor, parts, held })
}

const byDay = <T extends { sk: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row.sk as Day, row]))

/** Where to look without being told: from the first day collected, since days may be missing, held or unsettled. */
function startOf(stream: Stream, cursor: CursorRow | undefined, to: Day): Day {
  if (!cursor || stream.past === false) return to
  const first = isReadAtOnce(stream) ? addDays(cursor.through, 1) : cursor.from
  return first < to ? first : to
}

async function anyHeld({ store }: IngestDeps, source: string, stream: string): Promise<boolean> {
  const { pk } = keys.held(source, stream, '' as Day)
  return (await collectRows(store.table, pk, { limit: 1 })).length > 0
}

function answer(
  { source, stream }: IngestEvent,
  status: IngestAnswer['status'],
  run: string | null,
  { days, pages, records, facts, quarantined }: Totals,
  waitSeconds = 0,
  state: State | null = null,
): IngestAnswer {
  return { source, stream, status, run, days, pages, records, facts, quarantined, waitSeconds, state }
}
