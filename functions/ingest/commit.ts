import type { Day } from '../kit/day.ts'
import type { Stream } from '../kit/source.ts'
import { collectRows } from '../store/collect-rows.ts'
import { inBatches } from '../store/in-batches.ts'
import { putJson } from '../store/json-object.ts'
import { appendLog, type LogEntry, type Move } from '../store/log.ts'
import type { Store } from '../store/open.ts'
import { type CursorRow, type HeldRow, keys, type PartRow } from '../store/rows.ts'
import type { Range } from '../store/table.ts'
import { deleteUnnamed } from './delete-unnamed.ts'
import { HELD_AGAIN } from './due.ts'
import type { FactsWriter, WrittenFact } from './facts-writer.ts'
import type { IngestDeps } from './ingest-deps.ts'
import { BASELINE, manifestKey, type RunRecord, runKey } from './manifest.ts'
import { manifestOf } from './manifest-of.ts'
import { isFact, type Part, partsOf } from './parts.ts'

/** A part with fewer rows than this is never held: small days vary. */
const HELD_MIN_ROWS = 20
/** Two readings this close agree. */
const HELD_AGREES = 0.02

type Commit = Extract<LogEntry, { type: 'commit' }>

/** What a commit has to know of the reading it ends. */
export interface Reading {
  readonly run: string
  readonly from: Day
  readonly to: Day
  /** Last day that the vendor is done with, where it said so. */
  readonly through: Day | null
  readonly baseline: boolean
  readonly read: string
}

/**
 * Lets a reading in: objects, manifests, log, pointers, and the cursor last and alone. Killed before the log, it is as if
 * it had not been; killed after it, `finishCommit` carries it out. Returns how many parts are held, and how many rows of
 * facts the committed days have.
 *
 * @param earlier what earlier invocations of the same run wrote
 */
export async function commit(
  { store, now }: Pick<IngestDeps, 'store' | 'now'>,
  source: string,
  name: string,
  stream: Stream,
  given: Reading,
  writer: FactsWriter,
  earlier: readonly WrittenFact[],
  record: RunRecord,
): Promise<{ held: number; facts: number }> {
  const { lake, table } = store
  const reading = given.through !== null && given.through < given.to ? { ...given, to: given.through } : given
  const { run } = reading
  const within = bound(stream, reading)
  const pointers = byDay((await collectRows(table, keys.part(source, name, reading.from).pk, within)) as PartRow[])
  const waiting = byDay((await collectRows(table, keys.held(source, name, reading.from).pk, within)) as HeldRow[])
  const before = (await table.get(...pair(keys.cursor(source, name)))) as CursorRow | undefined

  const read = partsOf(stream, reading, [...earlier, ...writer.summary()], pointers)
  const fresh = read.filter((part) => isNews(stream, run, part, pointers.get(part.day)))
  const wanted = new Set(fresh.flatMap(({ writtenDays }) => writtenDays))
  const written = [...earlier, ...(await writer.finish((day) => wanted.has(day)))]
  const ready = partsOf(stream, reading, written, pointers).filter(({ day }) => fresh.some((part) => part.day === day))
  await deleteUnnamed(lake, written, ready)

  await putJson(lake, runKey(run), record)
  await inBatches(ready, (part) => {
    const manifest = manifestOf(
      source,
      name,
      stream,
      { ...record, ...reading },
      part,
      pointers.get(part.day)?.run ?? null,
    )
    return putJson(lake, manifestKey(source, name, part.day, run), manifest)
  })

  const held = ready.filter((part) => isHeld(stream, part, pointers.get(part.day), waiting.get(part.day), now()))
  const letIn = ready.filter((part) => !held.includes(part))
  const pointerTo = ({ day, rows, digest }: Part) => ({
    run,
    manifest: manifestKey(source, name, day, run),
    rows,
    digest,
    read: reading.read,
  })
  const entry: Commit = {
    type: 'commit',
    at: now().toISOString(),
    source,
    stream: name,
    run,
    moves: letIn.map((part): Move => ({ day: part.day, row: pointerTo(part) })),
    held: held.map((part) => {
      const { digest: _, ...row } = pointerTo(part)
      return { day: part.day, row: { ...row, before: pointers.get(part.day)!.rows } }
    }),
    released: letIn.map(({ day }) => day).filter((day) => waiting.has(day)),
    cursor: held.length > 0 || reading.to < reading.from ? null : cursorAfter(reading, before, read),
    facts: read.reduce((rows, part) => rows + part.rows, 0),
  }
  await appendLog(lake, entry)
  await applyCommit(store, entry)
  return { held: held.length, facts: entry.facts }
}

/** Carries out a log entry on the table; rebuild does the same. A pointer, hold or cursor of a newer run stays. */
export async function applyCommit({ table }: Pick<Store, 'table'>, entry: Commit): Promise<void> {
  const { source, stream, run } = entry
  const older = { attribute: 'run', is: '<', value: run } as const
  const newer = { ...older, orAbsent: true } as const
  await inBatches(entry.moves, ({ day, row }) =>
    // An accepted part was read by an earlier run than the one that lets it in.
    table.put({ ...keys.part(source, stream, day), ...row }, { ...newer, value: row.run }),
  )
  await inBatches(entry.held, ({ day, row }) => table.put({ ...keys.held(source, stream, day), ...row }, newer))
  await inBatches(entry.released, (day) => table.delete(...pair(keys.held(source, stream, day)), older))
  if (entry.cursor) await table.put({ ...keys.cursor(source, stream), ...entry.cursor }, newer)
}

const pair = ({ pk, sk }: { pk: string; sk: string }): [string, string] => [pk, sk]

const byDay = <T extends { sk: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row.sk as Day, row]))

/** Which parts a reading can replace: those of its range, or all of a stream that is read whole. */
function bound({ kind }: Stream, { from, to, baseline }: Reading): Range {
  if (kind === 'whole') return {}
  return baseline ? { from: BASELINE, to: BASELINE } : { from, to }
}

/** A newer run's part stays; and of a stream that is read whole, a part that says the same as before. */
function isNews({ kind }: Stream, run: string, { digest }: Part, current: PartRow | undefined): boolean {
  if (!current) return true
  return current.run < run && (kind !== 'whole' || current.digest !== digest)
}

/** Vendors that lose most of a day usually find it again: such a part waits, unless a later reading says the same. */
function isHeld(
  { kind }: Stream,
  part: Part,
  current: PartRow | undefined,
  before: HeldRow | undefined,
  now: Date,
): boolean {
  if (kind !== 'events' && kind !== 'report') return false
  if (!current || current.rows < HELD_MIN_ROWS || part.rows * 2 >= current.rows) return false
  if (!before || now.getTime() - Date.parse(before.read) < HELD_AGAIN) return true
  return Math.abs(part.rows - before.rows) > HELD_AGREES * before.rows
}

function cursorAfter(
  { run, from, to, baseline, read }: Reading,
  before: CursorRow | undefined,
  parts: readonly Part[],
): Commit['cursor'] {
  const facts = [...(before?.facts ?? []), ...parts.flatMap((part) => Object.keys(part.facts)).filter(isFact)]
  return {
    run,
    from: before && before.from < from ? before.from : from,
    through: before && before.through > to ? before.through : to,
    read,
    baseline: baseline ? read : (before?.baseline ?? null),
    facts: [...new Set(facts)].sort(),
  }
}
