import type { Day } from '../kit/day.ts'
import type { Progress } from '../kit/invocation.ts'
import type { Source, Stream } from '../kit/source.ts'
import { collectRows } from '../store/collect-rows.ts'
import { inBatches } from '../store/in-batches.ts'
import { putJson } from '../store/json-object.ts'
import { takeLease } from '../store/lease.ts'
import { appendLog, type LogEntry } from '../store/log.ts'
import { type Cursor, type CursorRow, keys, type PartRow } from '../store/rows.ts'
import { beginRun } from './begin-run.ts'
import { applyCommit } from './commit.ts'
import { deleteUnnamed } from './delete-unnamed.ts'
import { deriveAgain } from './derive-again.ts'
import { FactsWriter } from './facts-writer.ts'
import { findStream } from './find-stream.ts'
import { finishCommit } from './finish-commit.ts'
import { finishingOf } from './finishing-of.ts'
import type { IngestDeps } from './ingest-deps.ts'
import { type Manifest, manifestKey, type RunRecord, runKey } from './manifest.ts'
import { manifestOf } from './manifest-of.ts'
import { noteCommit } from './note-commit.ts'
import { noteRun } from './note-run.ts'
import { isFact, type Part, partsOf } from './parts.ts'
import { readingsOf } from './readings-of.ts'
import { runRecord } from './run-record.ts'
import { openTally, type Tally } from './tally.ts'

/** What a remap of one stream came to. */
export interface Remapped {
  readonly source: string
  readonly stream: string
  /**
   * `unchanged`: today's mapping says what is there. `incomplete`: some parts could not be derived again. `duplicate`:
   * another process has the stream in hand. `parked`: a reading of it is under way, and would be lost.
   */
  readonly status: 'ok' | 'unchanged' | 'incomplete' | 'duplicate' | 'parked'
  /** Readings whose pages were mapped again. */
  readonly readings: number
  /** Parts that say something else now, or had to be written behind such. */
  readonly parts: number
  readonly records: number
  readonly left: readonly LeftPart[]
}

/** Parts that stay as they are. */
export interface LeftPart {
  /** The run that read them. */
  readonly run: string
  readonly days: readonly Day[]
  /** `expired`: its pages are no longer in the lake. `held`: a newer part waits to be accepted. */
  readonly why: 'expired' | 'held'
}

/** What a remap works with. */
export type RemapDeps = Omit<IngestDeps, 'files'> & { readonly progress?: (progress: Progress) => void }

/** A remap is no invocation of Lambda. Whoever dies on another machine blocks the stream for so long. */
const LEASE_SECONDS = 3_600

/** A stream, its parts, and how its rows are finished. */
interface Remapping extends RemapDeps {
  readonly source: Source
  readonly name: string
  readonly stream: Stream
  readonly pepper: string
  readonly parts: ReadonlyMap<Day, PartRow>
  /** How much was mapped so far. */
  readonly onPage: (tally: Tally) => void
}

interface Plan {
  readonly record: RunRecord
  readonly origin: string
  readonly days: ReadonlySet<Day>
}

/**
 * Derives a stream's facts again from the pages in the lake, without the vendor, and commits the parts that say
 * something else now. Readings keep their instant, range and kind, so finality does not move. Everything is mapped
 * before anything is written; safe to repeat and to kill.
 *
 * @throws what a mapping throws; then nothing is written
 */
export async function remap(deps: RemapDeps, id: string, name: string): Promise<Remapped> {
  const { store, config, holder } = deps
  const { source, stream } = findStream(config, id, name)
  const nothing = { source: id, stream: name, readings: 0, parts: 0, records: 0, left: [] }
  const lease = await takeLease(store.table, id, name, holder, LEASE_SECONDS)
  if (!lease) return { ...nothing, status: 'duplicate' }
  try {
    await finishCommit(store, id, name)
    // Its run is older than what would be written here, so its parts would give way.
    const parked = keys.parked(id, name)
    if (await store.table.get(parked.pk, parked.sk)) return { ...nothing, status: 'parked' }
    return await remapParts(deps, source, name, stream)
  } finally {
    await lease.release()
  }
}

async function remapParts(deps: RemapDeps, source: Source, name: string, stream: Stream): Promise<Remapped> {
  const { lake, table, secrets } = deps.store
  const rows = (await collectRows(table, keys.part(source.id, name, '' as Day).pk)) as PartRow[]
  const waiting = new Set(
    (await collectRows(table, keys.held(source.id, name, '' as Day).pk)).map(({ sk }) => sk as Day),
  )
  const at = keys.cursor(source.id, name)
  const row = (await table.get(at.pk, at.sk)) as CursorRow | undefined
  let cursor = row && bare(row)
  let [pages, records] = [0, 0]
  const remapping: Remapping = {
    ...deps,
    source,
    name,
    stream,
    pepper: await secrets.pepper(),
    parts: new Map(rows.map((row) => [row.sk as Day, row])),
    onPage: (tally) =>
      deps.progress?.({
        phase: 'read',
        source: source.id,
        stream: name,
        pages: pages + tally.pages.length,
        records: records + tally.records,
      }),
  }
  const plans: Plan[] = []
  const left: LeftPart[] = []
  let [readings, newestBefore, moves] = [0, '', false]
  for (const { origin, record, days } of await readingsOf(lake, source.id, name, stream.kind, rows, cursor)) {
    const runs = days.map((day) => remapping.parts.get(day)!.run)
    if (!record) {
      left.push({ run: origin, days, why: 'expired' })
    } else {
      const held = days.filter((day) => waiting.has(day))
      if (held.length > 0) left.push({ run: origin, days: held, why: 'held' })
      const { parts, tally } = await derive(remapping, record, origin, nowhere(remapping, origin))
      readings += 1
      pages += tally.pages.length
      records += tally.records
      // Of two tellings of one version the later run's counts, and a full list ends what is older: parts of an entity
      // stream keep the order of their readings.
      const isBehind = ({ day }: Part) =>
        stream.kind === 'entity' && (moves || remapping.parts.get(day)!.run < newestBefore)
      const changed = parts.filter((part) => {
        const current = remapping.parts.get(part.day)
        if (stream.kind === 'whole') return current?.digest !== part.digest
        if (!current || !days.includes(part.day) || waiting.has(part.day)) return false
        return current.digest !== part.digest || isBehind(part)
      })
      if (changed.length > 0) {
        moves = true
        plans.push({ record, origin, days: new Set(changed.map(({ day }) => day)) })
      }
    }
    newestBefore = [newestBefore, ...runs].sort().at(-1)!
  }
  for (const plan of plans) cursor = await carryOut(remapping, plan, cursor)
  const parts = plans.reduce((sum, { days }) => sum + days.size, 0)
  const status = left.length > 0 ? 'incomplete' : parts > 0 ? 'ok' : 'unchanged'
  return { source: source.id, stream: name, status, readings, parts, records, left }
}

const bare = ({ pk: _, sk: __, ...cursor }: CursorRow): Cursor => cursor

/** Counts and forgets. */
const nowhere = ({ source, name }: Remapping, run: string) =>
  new FactsWriter({ put: async () => {} }, `${source.id}.${name}.${run}`, 0)

/** The days that a reading committed: those that the vendor was done with. */
const committed = ({ from, to, through, baseline }: RunRecord) => ({
  from,
  to: through !== null && through < to ? through : to,
  baseline,
})

async function derive(
  { store, config, source, name, stream, pepper, parts, onPage }: Remapping,
  record: RunRecord,
  run: string,
  writer: FactsWriter,
): Promise<{ parts: Part[]; tally: Tally }> {
  const finishing = finishingOf(config, source.id, name, stream, run, pepper)
  const tally = await deriveAgain(store.lake, stream, record, finishing, writer, onPage)
  // Refuses a mapping that can use next to nothing, before anything is written.
  runRecord(source.id, name, stream.kind, { ...record, ...UNCOUNTED }, tally, null)
  return { parts: partsOf(stream, committed(record), writer.summary(), parts), tally }
}

const UNCOUNTED = { resume: {}, done: [], segments: 0, turns: 0, waits: 0, waited: 0, waitedFor: null }

/** Commits one reading's parts under a run of its own, in the order of every commit. Returns where the cursor is then. */
async function carryOut(
  remapping: Remapping,
  { record, origin, days }: Plan,
  cursor: Cursor | undefined,
): Promise<Cursor | undefined> {
  const { store, now, source, name, stream, parts } = remapping
  const { lake } = store
  const { from, to, baseline, through, read } = record
  const begun = { ...(await beginRun({ store, now }, source.id, name, { from, to, baseline })), through }
  const { run } = begun
  const writer = new FactsWriter(lake, `${source.id}.${name}.${run}`, 0)
  let tally = openTally()
  try {
    const derived = await derive(remapping, record, run, writer)
    tally = derived.tally
    const written = await writer.finish(wantedBy(derived.parts, days))
    const ready = partsOf(stream, committed(record), written, parts).filter(({ day }) => days.has(day))
    await deleteUnnamed(lake, written, ready)

    const own = runRecord(source.id, name, stream.kind, begun, tally, null)
    await putJson(lake, runKey(run), { ...own, remaps: origin } satisfies RunRecord)
    await inBatches(ready, (part) => {
      const replaces = parts.get(part.day)?.run ?? null
      const manifest = manifestOf(source.id, name, stream, { ...own, ...committed(record), read }, part, replaces)
      return putJson(lake, manifestKey(source.id, name, part.day, run), {
        ...manifest,
        remapped: true,
      } satisfies Manifest)
    })
    const facts = ready.flatMap((part) => Object.keys(part.facts)).filter(isFact)
    const entry: Extract<LogEntry, { type: 'commit' }> = {
      type: 'commit',
      at: now().toISOString(),
      source: source.id,
      stream: name,
      run,
      moves: ready.map(({ day, rows, digest }) => {
        const manifest = manifestKey(source.id, name, day, run)
        return { day, row: { run, manifest, rows, digest, read } }
      }),
      held: [],
      released: [],
      // Compute leaves a stream that is read whole alone while its parts are newer than its cursor.
      cursor: cursor ? { ...cursor, run, facts: [...new Set([...cursor.facts, ...facts])].sort() } : null,
      facts: ready.reduce((rows, part) => rows + part.rows, 0),
    }
    await appendLog(lake, entry)
    await applyCommit(store, entry)
    await noteCommit(store, entry)
    return entry.cursor ?? cursor
  } catch (error) {
    await writer.settle()
    await noteRun(store, source.id, name, begun, { status: 'failed', tally, error }, now())
    throw error
  }
}

/** Whether rows written under a day belong to a part that is to be committed. */
function wantedBy(parts: readonly Part[], days: ReadonlySet<Day>): (day: Day) => boolean {
  const wanted = new Set(parts.filter(({ day }) => days.has(day)).flatMap(({ writtenDays }) => writtenDays))
  return (day) => wanted.has(day)
}
