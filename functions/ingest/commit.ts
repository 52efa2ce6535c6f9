import { type Day, eachDay } from '../kit/day.ts'
import type { Stream } from '../kit/source.ts'
import { collectRows } from '../store/collect-rows.ts'
import { putJson } from '../store/json-object.ts'
import { type CursorRow, type HeldRow, keys, type PartRow } from '../store/rows.ts'
import { Digest } from './digest.ts'
import { HELD_AGAIN } from './due.ts'
import type { FactsWriter, WrittenFact } from './facts-writer.ts'
import { inBatches } from '../store/in-batches.ts'
import { mappingDigest, type IngestDeps } from './ingest.ts'
import { appendLog, type LogEntry, type Move } from '../store/log.ts'
import { BASELINE, type Manifest, type ManifestFact, manifestKey, type RunRecord, runKey } from './manifest.ts'

/** A part with fewer rows than this is never held: small days vary. */
const HELD_MIN_ROWS = 20
/** Two readings this close agree. */
const HELD_AGREES = 0.02

interface Part {
  readonly day: Day
  readonly facts: Record<string, ManifestFact>
  readonly rows: number
  readonly digest: string
}

type Commit = Extract<LogEntry, { type: 'commit' }>

/** What is read by a commit of the reading it ends. */
export interface Reading {
  readonly run: string
  readonly from: Day
  readonly to: Day
  readonly baseline: boolean
  readonly read: string
}

/**
 * Lets a reading in: objects, manifests, log, pointers, and the cursor last and alone. Killed in between, the reading
 * stays invisible as far as it got, and the next one takes its place. Returns how many parts are held.
 *
 * @param earlier what earlier invocations of the same run wrote
 */
export async function commit(
  { store, now }: IngestDeps,
  source: string,
  name: string,
  stream: Stream,
  reading: Reading,
  writer: FactsWriter,
  earlier: readonly WrittenFact[],
  record: RunRecord,
): Promise<number> {
  const { lake, table } = store
  const { run } = reading
  const pointers = new Map(
    ((await collectRows(table, keys.part(source, name, reading.from).pk, bound(stream, reading))) as PartRow[]).map((row) => [
      row.sk as Day,
      row,
    ]),
  )
  const isNew = ({ day, digest }: Part) => stream.kind !== 'whole' || pointers.get(day)?.digest !== digest
  const summed = new Map(parts(stream, reading, [...earlier, ...writer.summary()], pointers).map((part) => [part.day, part]))
  const written = await writer.finish((day) => stream.kind !== 'whole' || isNew(summed.get(day)!))
  const ready = parts(stream, reading, [...earlier, ...written], pointers).filter((part) => isNew(summed.get(part.day)!))

  const waiting = (await collectRows(table, keys.held(source, name, reading.from).pk, bound(stream, reading))) as HeldRow[]
  const held = ready.filter((part) => isHeld(stream, part, pointers.get(part.day), waiting, now()))
  const let_in = ready.filter((part) => !held.includes(part))

  await putJson(lake, runKey(run), record)
  await inBatches(ready, async (part) => {
    const manifest = manifestOf(source, name, stream, reading, part, pointers.get(part.day)?.run ?? null)
    await putJson(lake, manifestKey(source, name, part.day, run), manifest)
  })

  const before = (await table.get(...pair(keys.cursor(source, name)))) as CursorRow | undefined
  const seen = [...summed.values()].flatMap((part) => Object.keys(part.facts)).filter((fact) => fact !== 'links' && fact !== 'records')
  const row = ({ day, rows, digest }: Part) => ({ run, manifest: manifestKey(source, name, day, run), rows, digest, read: reading.read })
  const entry: Commit = {
    type: 'commit',
    at: now().toISOString(),
    source,
    stream: name,
    run,
    moves: let_in.map((part): Move => ({ day: part.day, row: row(part) })),
    held: held.map((part) => {
      const { digest: _, ...rest } = row(part)
      return { day: part.day, row: { ...rest, before: pointers.get(part.day)!.rows } }
    }),
    released: waiting.map(({ sk }) => sk as Day).filter((day) => let_in.some((part) => part.day === day)),
    cursor: held.length > 0 ? null : cursorAfter(reading, before, [...new Set([...(before?.facts ?? []), ...seen])].sort()),
  }
  await appendLog(lake, entry)
  await applyCommit(store, entry)
  return held.length
}

/** Carries out a log entry on the table; rebuild does the same. A pointer or cursor of a newer run stays. */
export async function applyCommit({ table }: Pick<IngestDeps['store'], 'table'>, entry: Commit): Promise<void> {
  const { source, stream } = entry
  const newer = { attribute: 'run', is: '<', value: entry.run, orAbsent: true } as const
  await inBatches(entry.moves, ({ day, row }) => table.put({ ...keys.part(source, stream, day), ...row }, newer))
  await inBatches(entry.held, ({ day, row }) => table.put({ ...keys.held(source, stream, day), ...row }, newer))
  await inBatches(entry.released, (day) => table.delete(...pair(keys.held(source, stream, day))))
  if (entry.cursor) await table.put({ ...keys.cursor(source, stream), ...entry.cursor }, newer)
}

const pair = ({ pk, sk }: { pk: string; sk: string }): [string, string] => [pk, sk]

/** Which parts a reading can replace: those of its range, or all of a stream that is read whole. */
const bound = (stream: Stream, { from, to }: Reading) => (stream.kind === 'whole' ? {} : { from, to })

/** One part per day: every day of the range, empty or not; of a whole stream every day that has or had rows. */
function parts(
  stream: Stream,
  { from, to, baseline }: Reading,
  written: readonly WrittenFact[],
  pointers: ReadonlyMap<Day, PartRow>,
): Part[] {
  const byDay = new Map<Day, Map<string, WrittenFact[]>>()
  const days = baseline ? [BASELINE] : stream.kind === 'whole' ? pointers.keys() : eachDay(from, to)
  for (const day of days) byDay.set(day, new Map())
  for (const one of written) {
    const day = baseline ? BASELINE : one.day
    const facts = byDay.get(day) ?? new Map<string, WrittenFact[]>()
    facts.set(one.fact, [...(facts.get(one.fact) ?? []), one])
    byDay.set(day, facts)
  }
  return [...byDay].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, facts]) => partOf(day, facts))
}

function partOf(day: Day, written: ReadonlyMap<string, readonly WrittenFact[]>): Part {
  const whole = new Digest()
  const facts: Record<string, ManifestFact> = {}
  let rows = 0
  for (const [fact, pieces] of [...written].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const digest = new Digest()
    for (const piece of pieces) digest.merge(piece.digest)
    whole.merge(digest.toString())
    const count = pieces.reduce((n, piece) => n + piece.rows, 0)
    facts[fact] = { rows: count, digest: digest.toString(), objects: pieces.flatMap(({ objects }) => objects) }
    if (fact !== 'links' && fact !== 'records') rows += count
  }
  return { day, facts, rows, digest: whole.toString() }
}

/** Vendors that lose most of a day usually find it again: such a part waits, unless a later reading says the same. */
function isHeld({ kind }: Stream, part: Part, current: PartRow | undefined, waiting: readonly HeldRow[], now: Date): boolean {
  if (kind !== 'events' && kind !== 'report') return false
  if (!current || current.rows < HELD_MIN_ROWS || part.rows * 2 >= current.rows) return false
  const before = waiting.find(({ sk }) => sk === part.day)
  if (!before || now.getTime() - Date.parse(before.read) < HELD_AGAIN) return true
  return Math.abs(part.rows - before.rows) > HELD_AGREES * before.rows
}

function manifestOf(
  source: string,
  name: string,
  stream: Stream,
  { run, from, to, baseline, read }: Reading,
  { day, facts, rows, digest }: Part,
  replaces: string | null,
): Manifest {
  return {
    source,
    stream: name,
    kind: stream.kind,
    day,
    run,
    baseline,
    range: { from, to },
    read,
    mapping: mappingDigest(stream),
    facts,
    rows,
    digest,
    replaces,
    record: runKey(run),
  }
}

function cursorAfter(
  { run, from, to, baseline, read }: Reading,
  before: CursorRow | undefined,
  facts: readonly string[],
): Commit['cursor'] {
  return {
    run,
    from: before && before.from < from ? before.from : from,
    through: before && before.through > to ? before.through : to,
    read,
    baseline: baseline ? read : (before?.baseline ?? null),
    facts,
  }
}
