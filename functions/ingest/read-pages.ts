import { hash } from 'node:crypto'
import { type Day, dayOf } from '../kit/day.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import type { FactRow } from '../kit/fact.ts'
import type { Json, Page } from '../kit/page.ts'
import type { Reading, Source, Stream, Turn } from '../kit/source.ts'
import { pack } from '../store/json-object.ts'
import type { Lake } from '../store/lake.ts'
import type { FactsWriter } from './facts-writer.ts'
import { type Finishing, type FinishedRow, finishRow } from './finish-row.ts'
import type { RawPage } from './manifest.ts'

/** The name of the only chain of a stream without slices. */
export const ONLY = ''

const KEPT_QUARANTINE = 1_000

/** What an invocation counted; grows as pages are read. */
export interface Tally {
  pages: RawPage[]
  records: number
  repeated: number
  outside: number
  facts: number
  quarantined: number
  quarantine: { record: string; reason: string }[]
}

/** How one invocation's reading ended: `wait` with the seconds the vendor asked for, if it said. */
export type Ending = { readonly end: 'done' | 'more' } | { readonly end: 'wait'; readonly seconds: number | undefined }

/** What reading pages needs; `resume` and `done` are kept up to date as it goes. */
export interface PageReader {
  readonly lake: Lake
  readonly source: Source
  readonly stream: Stream
  readonly reading: Omit<Reading<unknown>, 'slice' | 'resume'>
  readonly finishing: Finishing
  readonly writer: FactsWriter
  readonly tally: Tally
  /** Where each slice goes on. */
  readonly resume: Record<string, Json>
  readonly done: string[]
  /** Raw pages that earlier runs wrote, by SHA-256: identical bytes are not written twice. */
  readonly known: ReadonlyMap<string, string>
  /** Key prefix of raw pages: `raw/<source>/<stream>/<run>/`. */
  readonly rawPrefix: string
  /** Tells attempts of one run apart. */
  readonly attempt: number
  /** True when the invocation has to end: reading stops after the page in hand. */
  readonly mustStop: () => boolean
  readonly onPage: () => void
}

/**
 * Reads pages of every slice until they end or the invocation must. Rows go to the writer, pages to the raw lake.
 * Whatever was counted belongs to pages that are kept, so that going on from `resume` reads nothing twice.
 */
export async function readPages(given: PageReader): Promise<Ending> {
  const { stream, reading, done } = given
  const slices = stream.slices?.(reading) ?? [ONLY]
  const seen = new Map<string, string>()
  const endings = await Promise.allSettled(
    slices.filter((slice) => !done.includes(slice)).map((slice) => readSlice(given, slice, seen)),
  )
  const failed = endings.find((ending) => ending.status === 'rejected')
  if (failed) return asWait(failed.reason)
  const all = endings.map((ending) => (ending as PromiseFulfilledResult<Ending>).value)
  return all.find(({ end }) => end === 'wait') ?? all.find(({ end }) => end === 'more') ?? { end: 'done' }
}

/** A quota that is gone for longer than a retry lasts is a wait; every other failure stays one. */
function asWait(error: unknown): Ending {
  if (error instanceof TidemarkError && error.code === 'limited' && error.retryAfter !== undefined) {
    return { end: 'wait', seconds: error.retryAfter }
  }
  throw error
}

async function readSlice(given: PageReader, slice: string, seen: Map<string, string>): Promise<Ending> {
  const { stream, reading, resume, done } = given
  const turns = stream.pages({ ...reading, slice: slice === ONLY ? undefined : slice, resume: resume[slice] ?? null })
  let next = turns.next()
  try {
    for (;;) {
      const { value: turn, done: finished } = await next
      if (finished) {
        done.push(slice)
        delete resume[slice]
        return { end: 'done' }
      }
      if ('wait' in turn) {
        resume[slice] = turn.resume
        return { end: 'wait', seconds: undefined }
      }
      // The next request is under way while this page is mapped; its failure is met when it is awaited.
      next = turns.next()
      next.catch(() => {})
      await keepPage(given, slice, turn, seen)
      resume[slice] = turn.resume
      if (given.mustStop()) return { end: 'more' }
    }
  } finally {
    // Also after a failure of our own: the generator's sockets are its to close.
    void turns.return(undefined).catch(() => {})
  }
}

async function keepPage(
  { lake, stream, writer, tally, known, rawPrefix, attempt, reading, finishing, onPage }: PageReader,
  slice: string,
  { page }: Extract<Turn, { page: Page }>,
  seen: Map<string, string>,
): Promise<void> {
  const sha256 = hash('sha256', page.bytes, 'hex')
  const number = String(tally.pages.length).padStart(6, '0')
  const key = known.get(sha256) ?? `${rawPrefix}${slice === ONLY ? '' : `${slug(slice)}-`}${number}-${attempt}.zst`
  tally.pages.push({ key, sha256, bytes: page.bytes.length, ...(page.context !== undefined && { context: page.context }) })
  const raw = known.has(sha256) ? undefined : pack(page.bytes).then((bytes) => lake.put(key, bytes))
  raw?.catch(() => {})
  let nth = 0
  for (const given of stream.records(page)) {
    tally.records += 1
    keepRecord(given, `${number}#${nth++}`, { stream, writer, tally, reading, finishing, seen })
  }
  await raw
  await writer.drain()
  onPage()
}

const slug = (slice: string) => slice.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 40)

type Keeping = Pick<PageReader, 'stream' | 'writer' | 'tally' | 'reading' | 'finishing'> & { seen: Map<string, string> }

function keepRecord(given: unknown, place: string, { stream, writer, tally, reading, finishing, seen }: Keeping): void {
  const quarantine = (record: string, reason: string) => {
    tally.quarantined += 1
    if (tally.quarantine.length < KEPT_QUARANTINE) tally.quarantine.push({ record, reason })
  }
  const parsed = stream.record.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = issue!.path.join('.')
    quarantine(keyOrPlace(stream, given, place), path ? `${path}: ${issue!.message}` : issue!.message)
    return
  }
  const record = parsed.data
  const key = stream.key(record)
  try {
    const version = stream.changed ? instantOf(stream.changed(record)) : ''
    if (stream.kind !== 'whole') {
      const before = seen.get(key)
      if (before !== undefined && before >= version) {
        tally.repeated += 1
        return
      }
      seen.set(key, version)
    }
    const mapped = stream.map(record)
    const rows = (mapped === null ? [] : Array.isArray(mapped) ? mapped : [mapped]) as readonly FactRow[]
    const finished = rows.map((row, nth) => finishRow(row, key, version, nth, finishing))
    keepRows(finished, key, version, stream.gone?.(record) ?? [], { stream, writer, tally, reading, finishing })
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.code !== 'invalid') throw error
    quarantine(key, error.message)
  }
}

/** A record that cannot be read may still name itself. */
function keyOrPlace(stream: Stream, given: unknown, place: string): string {
  try {
    const key = stream.key(given)
    return typeof key === 'string' && key !== '' ? key : `page ${place}`
  } catch {
    return `page ${place}`
  }
}

function keepRows(
  rows: readonly FinishedRow[],
  record: string,
  version: string,
  gone: readonly string[],
  { stream, writer, tally, reading, finishing }: Omit<Keeping, 'seen'>,
): void {
  const { source, stream: name, run } = finishing
  const entity = stream.kind === 'entity'
  const changedOn = entity ? clip(dayOf(Date.parse(version), finishing.dayZone), reading.from, reading.to) : null
  const partOf = (own: Day) => (entity ? (reading.baseline ? reading.to : changedOn!) : own)
  const add = (day: Day, fact: string, row: Record<string, unknown>) => {
    const content = JSON.stringify({ source, stream: name, record, version, ...row })
    writer.add(day, fact, { content, line: `${content.slice(0, -1)},"run":"${run}"}` })
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
  for (const other of gone) if (other !== record) add(day, 'records', { record: other, gone: true })
}

/** Versions are compared as text, so they are all written alike. */
function instantOf(changed: string): string {
  const ms = Date.parse(changed)
  if (Number.isNaN(ms)) throw invalid(`'${String(changed).slice(0, 40)}' is no instant of change; expected RFC 3339`)
  return new Date(ms).toISOString()
}

const clip = (day: Day, from: Day, to: Day): Day => (day < from ? from : day > to ? to : day)
