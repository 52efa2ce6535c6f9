import { type Day, dayOf, isDay } from '../kit/day.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import type { FactRow } from '../kit/fact.ts'
import type { Reading, Stream } from '../kit/source.ts'
import type { FactsWriter } from './facts-writer.ts'
import { type FinishedRow, type Finishing, finishRow, stamped } from './finish-row.ts'
import type { SeenRecords } from './seen-records.ts'
import { KEPT_QUARANTINE, type Tally } from './tally.ts'
import { withoutPeople } from './without-people.ts'

/** Where records go, and what is counted of them. */
export interface Keeping {
  readonly stream: Stream
  readonly reading: Pick<Reading<unknown>, 'from' | 'to' | 'baseline'>
  readonly finishing: Finishing
  readonly writer: FactsWriter
  readonly tally: Tally
  /** Records met so far, in any invocation of the run, with their versions. */
  readonly seen: SeenRecords
}

const LONGEST_NAME = 200

/**
 * Maps a record and hands its rows to the writer. One that cannot be read is quarantined; one that was met before, in
 * the same version, counts once.
 * @param place names a record that does not name itself
 * @throws what a mapping throws that is not `invalid`: a fault in its code
 */
export function keepRecord(keeping: Keeping, given: unknown, place: string): void {
  const { stream, tally, seen, finishing } = keeping
  tally.records += 1
  const parsed = stream.record.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = issue!.path.join('.')
    quarantine(tally, nameOf(stream, given, place), path ? `${path}: ${issue!.message}` : issue!.message)
    return
  }
  const record = parsed.data
  let name = place
  try {
    const key = keyOf(stream, record)
    name = key
    const version = stream.changed ? instantOf(stream.changed(record)) : ''
    if (stream.kind !== 'whole') {
      // Every version is kept, so that it does not matter in which order they come.
      if (!seen.add(`${key}\u0000${version}`)) {
        tally.repeated += 1
        return
      }
    }
    const mapped = stream.map(record)
    const rows = (mapped === null ? [] : Array.isArray(mapped) ? mapped : [mapped]) as readonly FactRow[]
    const finished = rows.map((row, nth) => finishRow(row, key, version, nth, finishing))
    const gone = stream.gone?.(record).map((other) => other.toWellFormed()) ?? []
    keepRows(keeping, finished, key, version, gone)
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.code !== 'invalid') throw error
    quarantine(tally, name, error.message)
  }
}

function quarantine(tally: Tally, record: string, reason: string): void {
  tally.quarantined += 1
  if (tally.quarantine.length < KEPT_QUARANTINE) {
    tally.quarantine.push({ record: record.slice(0, LONGEST_NAME).toWellFormed(), reason: withoutPeople(reason) })
  }
}

/** Half a surrogate pair would make a whole object unreadable. */
function keyOf(stream: Stream, record: unknown): string {
  const key: unknown = stream.key(record)
  if (typeof key !== 'string' || key === '')
    throw invalid(`the record's key is ${key === '' ? 'empty' : typeof key}; expected text`)
  return key.toWellFormed()
}

/** A record that cannot be read may still name itself. */
function nameOf(stream: Stream, given: unknown, place: string): string {
  try {
    return keyOf(stream, given)
  } catch {
    return place
  }
}

function keepRows(
  { stream, writer, tally, reading, finishing }: Keeping,
  rows: readonly FinishedRow[],
  record: string,
  version: string,
  gone: readonly string[],
): void {
  const { source, stream: name, run, dayZone } = finishing
  const entity = stream.kind === 'entity'
  const changedOn = entity ? clip(dayOf(Date.parse(version), dayZone), reading.from, reading.to) : null
  const partOf = (own: Day) => (entity ? (reading.baseline ? reading.to : changedOn!) : own)
  const add = (day: Day, fact: string, row: Record<string, unknown>, of = record) => {
    const content = JSON.stringify({ source, stream: name, version, ...row })
    writer.add(day, fact, { content: entity ? `${of} ${content}` : content, line: stamped(content, of, run) })
  }
  for (const row of rows) {
    const day = partOf(row.day)
    if (!entity && stream.kind !== 'whole' && (day < reading.from || day > reading.to)) {
      tally.outside += 1
      continue
    }
    writer.add(day, row.fact, row)
    tally.facts += 1
    for (const link of row.links) add(day, 'links', { ...link })
  }
  if (!entity) return
  const day = partOf(reading.to)
  add(day, 'records', { gone: gone.includes(record) })
  for (const other of gone) if (other !== record) add(day, 'records', { gone: true }, other)
}

/** Versions are compared as text, so they are all written alike. */
function instantOf(changed: string): string {
  const ms = Date.parse(changed)
  const iso = Number.isNaN(ms) ? '' : new Date(ms).toISOString()
  if (!isDay(iso.slice(0, 10))) {
    throw invalid(`'${String(changed).slice(0, 40)}' is no instant of change; expected RFC 3339, between 1900 and 2200`)
  }
  return iso
}

const clip = (day: Day, from: Day, to: Day): Day => (day < from ? from : day > to ? to : day)
