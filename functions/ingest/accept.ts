import type { Day } from '../kit/day.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import { collectRows } from '../store/collect-rows.ts'
import { getJson, putJson } from '../store/json-object.ts'
import { takeLease } from '../store/lease.ts'
import { appendLog, type LogEntry, type Move } from '../store/log.ts'
import { type HeldRow, keys, type PartRow } from '../store/rows.ts'
import { beginRun } from './begin-run.ts'
import { applyCommit } from './commit.ts'
import { findStream } from './find-stream.ts'
import { finishCommit } from './finish-commit.ts'
import type { IngestDeps } from './ingest-deps.ts'
import { type Manifest, runKey } from './manifest.ts'
import { noteCommit } from './note-commit.ts'
import { noteRun } from './note-run.ts'
import { runRecord } from './run-record.ts'
import { openTally } from './tally.ts'

/** What became of a held part. */
export interface AcceptedPart {
  readonly day: Day
  /** The run that read it. */
  readonly run: string
  readonly rows: number
  /** Rows of the part that it was held against. */
  readonly before: number
  /** `superseded`: a newer run's part is there already and stays; only the hold is gone. */
  readonly status: 'accepted' | 'superseded'
}

const LEASE_SECONDS = 60

/**
 * Lets held parts in: by an entry of the log, so that a rebuild does it again. The cursor moves with the next reading.
 * @param day null: every held part of the stream
 * @throws `invalid` if nothing is held there, naming what is; `unavailable` while another process has the stream
 */
export async function accept(
  { store, config, now, holder }: Omit<IngestDeps, 'files'>,
  source: string,
  name: string,
  day: Day | null,
): Promise<AcceptedPart[]> {
  const { stream } = findStream(config, source, name)
  const lease = await takeLease(store.table, source, name, holder, LEASE_SECONDS)
  if (!lease) {
    throw new TidemarkError('unavailable', `another process has ${source}.${name} in hand; try again when that is done`)
  }
  try {
    await finishCommit(store, source, name)
    const chosen = await heldParts({ store }, source, name, day)
    const moves: Move[] = []
    const parts: AcceptedPart[] = []
    for (const row of chosen) {
      const { pk: _, sk, before, ...held } = row
      const key = keys.part(source, name, sk as Day)
      const current = (await store.table.get(key.pk, key.sk)) as PartRow | undefined
      const status = current && current.run > held.run ? 'superseded' : 'accepted'
      parts.push({ day: sk as Day, run: held.run, rows: held.rows, before, status })
      if (status === 'superseded') continue
      const manifest = await getJson<Manifest>(store.lake, held.manifest)
      if (!manifest)
        throw new TidemarkError('unavailable', `${held.manifest} is not in the lake; collect the day again`)
      moves.push({ day: sk as Day, row: { ...held, digest: manifest.digest } })
    }
    const days = parts.map((part) => part.day)
    const begun = await beginRun({ store, now }, source, name, { from: days[0]!, to: days.at(-1)!, baseline: false })
    const { run } = begun
    try {
      await putJson(store.lake, runKey(run), runRecord(source, name, stream.kind, begun, openTally(), null))
      const entry: Extract<LogEntry, { type: 'commit' }> = {
        type: 'commit',
        at: now().toISOString(),
        source,
        stream: name,
        run,
        moves,
        held: [],
        released: days,
        cursor: null,
        facts: moves.reduce((rows, { row }) => rows + row.rows, 0),
      }
      await appendLog(store.lake, entry)
      await applyCommit(store, entry)
      await noteCommit(store, entry)
    } catch (error) {
      await noteRun(store, source, name, begun, { status: 'failed', tally: openTally(), error }, now())
      throw error
    }
    return parts
  } finally {
    await lease.release()
  }
}

async function heldParts(
  { store }: Pick<IngestDeps, 'store'>,
  source: string,
  name: string,
  day: Day | null,
): Promise<HeldRow[]> {
  const held = (await collectRows(store.table, keys.held(source, name, '' as Day).pk)) as HeldRow[]
  if (held.length === 0) throw invalid(`nothing of ${source}.${name} is held; 'tidemark sources' tells what is`)
  const chosen = day === null ? held : held.filter(({ sk }) => sk === day)
  if (chosen.length > 0) return chosen
  throw invalid(`nothing of ${source}.${name} is held on ${day}; held: ${held.map(({ sk }) => sk).join(', ')}`)
}
