import { hash } from 'node:crypto'
import type { Config } from '../kit/config.ts'
import { addDays, bounds, type Day, dayOf, eachDay } from '../kit/day.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import { type Http, openHttp } from '../kit/http.ts'
import type { Invocation } from '../kit/invocation.ts'
import type { Json } from '../kit/page.ts'
import type { Files, Source, Stream } from '../kit/source.ts'
import { getJson, putJson } from '../store/json-object.ts'
import type { Store } from '../store/open.ts'
import { type CursorRow, type HeldRow, keys, type PartRow, type RunRow, type RunStatus } from '../store/rows.ts'
import { collectRows } from '../store/collect-rows.ts'
import { commit } from './commit.ts'
import { type Due, due } from './due.ts'
import { FactsWriter, type WrittenFact } from './facts-writer.ts'
import { takeLease } from '../store/lease.ts'
import { nextUlid } from '../store/log.ts'
import { type RunRecord, runKey } from './manifest.ts'
import { type Ending, readPages, type Tally } from './read-pages.ts'

/** Which days of which stream to read. */
export interface IngestEvent {
  readonly source: string
  readonly stream: string
  /** Null: from where the cursor stands, or yesterday if it never stood. */
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

interface Totals {
  readonly days: number
  readonly pages: number
  readonly records: number
  readonly facts: number
  readonly quarantined: number
  readonly held: number
}

/** A reading that an invocation left unfinished. */
interface Unfinished {
  readonly run: string
  readonly from: Day
  readonly to: Day
  readonly baseline: boolean
  /** Instant at which it began, and at which it cuts off. */
  readonly read: string
  readonly resume: Readonly<Record<string, Json>>
  readonly done: readonly string[]
  /** Invocations that wrote something for it. */
  readonly segments: number
  readonly turns: number
  readonly waits: number
  readonly waited: number
}

/** Goes through the workflow between two invocations; at most 4 KB. */
export interface State {
  readonly unfinished: Unfinished | null
  /** First day that is still to be looked at. */
  readonly next: Day | null
  readonly totals: Totals
}

/** What ingest works with. */
export interface IngestDeps {
  readonly store: Store
  readonly config: Config
  readonly now: () => Date
  readonly files: (source: string) => Files
  /** Unique to the invocation, for the lease. */
  readonly holder: string
}

/** An invocation stops reading when this little time is left, and commits. */
const YIELD_MS = 60_000
const MAX_TURNS = 50
const MAX_STATE = 4_096
const FIRST_WAIT = 60
const LONGEST_WAIT = 900

const NOTHING: Totals = { days: 0, pages: 0, records: 0, facts: 0, quarantined: 0, held: 0 }

/**
 * Reads what is due of one stream and commits it. Safe to repeat, and safe to kill at any moment: what is not
 * committed is invisible.
 *
 * @throws whatever the reading met, after noting it in the run's row
 */
export async function ingest(deps: IngestDeps, event: IngestEvent, invocation: Invocation): Promise<IngestAnswer> {
  const source = deps.config.sources.find(({ id }) => id === event.source)
  if (!source) {
    throw invalid(`no source '${event.source}' in the config; have ${deps.config.sources.map(({ id }) => id).join(', ')}`)
  }
  const stream = source.streams[event.stream]
  if (!stream) {
    throw invalid(`source '${source.id}' has no stream '${event.stream}'; have ${Object.keys(source.streams).join(', ')}`)
  }
  const seconds = invocation.getRemainingTimeInMillis() / 1000
  const lease = await takeLease(deps.store.table, source.id, event.stream, deps.holder, seconds)
  if (!lease) return answer(event, 'duplicate', null, event.state?.totals ?? NOTHING, 0, null)
  try {
    return await readDue(deps, source, stream, event, invocation)
  } finally {
    await lease.release()
  }
}

async function readDue(
  deps: IngestDeps,
  source: Source,
  stream: Stream,
  event: IngestEvent,
  invocation: Invocation,
): Promise<IngestAnswer> {
  const { table } = deps.store
  const zone = stream.zone ?? deps.config.timezone
  const yesterday = addDays(dayOf(deps.now().getTime(), zone), -1)
  const to = event.to === null || event.to > yesterday ? yesterday : event.to
  const parked = event.state ? undefined : await table.get(...pair(keys.parked(source.id, event.stream)))
  let state: State = event.state ?? { unfinished: unparked(parked?.state), next: null, totals: NOTHING }
  let run: string | null = null
  for (;;) {
    let unfinished = state.unfinished
    if (!unfinished) {
      const [first] = await dueReadings(deps, source.id, stream, event, state.next, to)
      if (!first) break
      unfinished = await begin(deps, source.id, event.stream, first)
    }
    run = unfinished.run
    const result = await continueReading(deps, source, stream, event.stream, unfinished, state.totals, invocation)
    if (result.end !== 'committed') {
      await parkOrClear(table, source.id, event.stream, result.end === 'parked' ? result.unfinished : null)
      const left = { unfinished: result.unfinished, next: null, totals: result.totals }
      const size = Buffer.byteLength(JSON.stringify(left))
      if (size > MAX_STATE) throw new TidemarkError('changed', `resume of ${source.id}.${event.stream} takes ${size} bytes; expected at most ${MAX_STATE}`)
      return answer(event, result.end, run, result.totals, result.seconds, result.end === 'parked' ? null : left)
    }
    if (parked) await parkOrClear(table, source.id, event.stream, null)
    state = { unfinished: null, next: addDays(unfinished.to, 1), totals: result.totals }
    if (unfinished.baseline || stream.kind === 'entity' || stream.kind === 'whole' || state.next! > to) break
    if (invocation.getRemainingTimeInMillis() < YIELD_MS) return answer(event, 'more', run, state.totals, 0, state)
  }
  const { totals } = state
  const stillHeld = totals.held > 0 || (await anyHeld(deps, source.id, event.stream))
  const status = stillHeld ? 'held' : totals.facts > 0 || totals.days === 0 ? 'ok' : 'empty'
  return answer(event, status, run, totals, 0, null)
}

const pair = ({ pk, sk }: { pk: string; sk: string }): [string, string] => [pk, sk]

async function dueReadings(
  { store, config, now }: IngestDeps,
  source: string,
  stream: Stream,
  { stream: name, force, from: asked }: IngestEvent,
  next: Day | null,
  to: Day,
): Promise<Due[]> {
  const { table } = store
  const cursor = (await table.get(...pair(keys.cursor(source, name)))) as CursorRow | undefined
  const held = byDay((await collectRows(table, keys.held(source, name, to).pk, { to })) as HeldRow[])
  const from = next ?? asked ?? goOn(stream, cursor, [...held.keys()], to)
  const parts = byDay((await collectRows(table, keys.part(source, name, to).pk, { from, to })) as PartRow[])
  return due(stream, from, to, force, { now: now(), zone: stream.zone ?? config.timezone, cursor, parts, held })
}

const byDay = <T extends { sk: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row.sk as Day, row]))

/** Where to look on without being told: after the cursor, less the days that are read again, or at a held day. */
function goOn({ repull = 0 }: Stream, cursor: CursorRow | undefined, held: readonly Day[], to: Day): Day {
  if (!cursor) return to
  const again = addDays(cursor.through < to ? addDays(cursor.through, 1) : to, -repull)
  const since = again < cursor.from ? cursor.from : again
  return held[0] !== undefined && held[0] < since ? held[0] : since
}

async function begin({ store, now }: IngestDeps, source: string, stream: string, first: Due): Promise<Unfinished> {
  const [last] = await collectRows(store.table, keys.run(source, '').pk, { reverse: true, limit: 1 })
  const run = nextUlid(now().getTime(), last?.sk ?? '')
  const unfinished = { ...first, run, read: now().toISOString() }
  await noteRun(store, source, stream, unfinished, 'running', NOTHING, null, now())
  return { ...unfinished, resume: {}, done: [], segments: 0, turns: 0, waits: 0, waited: 0 }
}

type Result =
  | { readonly end: 'committed'; readonly totals: Totals }
  | {
      readonly end: 'more' | 'wait' | 'parked'
      readonly unfinished: Unfinished
      readonly totals: Totals
      readonly seconds: number
    }

interface Segment extends Tally {
  readonly written: readonly WrittenFact[]
}

async function continueReading(
  deps: IngestDeps,
  source: Source,
  stream: Stream,
  name: string,
  unfinished: Unfinished,
  before: Totals,
  invocation: Invocation,
): Promise<Result> {
  const { store, now } = deps
  const tally: Tally = { pages: [], records: 0, repeated: 0, outside: 0, facts: 0, quarantined: 0, quarantine: [] }
  let quota: Readonly<Record<string, number>> | null = null
  try {
    const { ending, writer, resume, done } = await read(deps, source, stream, name, unfinished, tally, invocation, (q) => {
      quota = q
    })
    const turns = unfinished.turns + 1
    if (ending.end === 'done') {
      const earlier = await segments(store, unfinished)
      const record = runRecord(source.id, name, unfinished, [...earlier, tally], turns, quota)
      refuseIfMostlyBad(stream, source.id, name, record)
      invocation.progress?.({ phase: 'commit', source: source.id, stream: name, pages: record.pages.length, records: record.records })
      const held = await commit(deps, source.id, name, stream, unfinished, writer, earlier.flatMap(({ written }) => written), record)
      const facts = [...earlier, tally].reduce((n, one) => n + one.facts, 0)
      const days = eachDay(unfinished.from, unfinished.to).length
      const here = { days, pages: record.pages.length, records: record.records, facts, quarantined: record.quarantined, held }
      const status: RunStatus = held > 0 ? 'held' : facts > 0 ? 'ok' : 'empty'
      await noteRun(store, source.id, name, unfinished, status, here, null, now(), quota)
      return { end: 'committed', totals: add(before, here) }
    }
    const written = await writer.finish()
    const segment: Segment = { ...tally, written }
    await putJson(store.lake, segmentKey(unfinished.run, unfinished.segments), segment)
    const waits = ending.end === 'wait' ? unfinished.waits + 1 : unfinished.waits
    const seconds = ending.end === 'wait' ? waitSeconds(waits, ending.seconds) : 0
    const waited = unfinished.waited + seconds
    const left = { ...unfinished, resume, done, segments: unfinished.segments + 1, turns, waits, waited }
    if (turns >= MAX_TURNS) {
      await noteRun(store, source.id, name, unfinished, 'parked', NOTHING, null, now(), quota)
      return { end: 'parked', unfinished: { ...left, turns: 0, waits: 0 }, totals: before, seconds: 0 }
    }
    return { end: ending.end, unfinished: left, totals: before, seconds }
  } catch (error) {
    const known = error instanceof TidemarkError ? error : new TidemarkError('changed', `unexpected: ${(error as Error).message}`, { cause: error })
    await noteRun(store, source.id, name, unfinished, 'failed', { ...NOTHING, ...counts(tally) }, known, now(), quota)
    throw error
  }
}

async function read(
  { store, config, now, files }: IngestDeps,
  source: Source,
  stream: Stream,
  name: string,
  unfinished: Unfinished,
  tally: Tally,
  invocation: Invocation,
  onQuota: (quota: Readonly<Record<string, number>>) => void,
): Promise<{ ending: Ending; writer: FactsWriter; resume: Record<string, Json>; done: string[] }> {
  const { definition, options } = source
  const secrets: Record<string, string> = {}
  for (const secret of definition.secrets) secrets[secret] = await store.secrets.get(source.id, secret)
  const api = definition.api?.({ options, secrets })
  const left = () => invocation.getRemainingTimeInMillis() - YIELD_MS
  const http: (Http & { close(): void }) | undefined =
    api && openHttp(api, { secrets: Object.values(secrets), onQuota, patience: () => Math.min(left(), 20_000) })
  const { run, from, to, baseline } = unfinished
  const zone = stream.zone ?? config.timezone
  const range = { start: bounds(from, zone).start, end: stream.kind === 'entity' ? Date.parse(unfinished.read) : bounds(to, zone).end }
  const writer = new FactsWriter(store.lake, `${source.id}.${name}.${run}.${unfinished.segments}`)
  const resume = { ...unfinished.resume }
  const done = [...unfinished.done]
  const daysTotal = eachDay(from, to).length
  try {
    const ending = await readPages({
      lake: store.lake,
      source,
      stream,
      reading: { http: http ?? noHttp(source.id), files: files(source.id), options, from, to, range, baseline, now: new Date(unfinished.read) },
      finishing: {
        source: source.id,
        stream: name,
        run,
        pepper: await store.secrets.pepper(),
        localZone: stream.zone,
        dayZone: stream.kind === 'whole' ? config.timezone : zone,
        kinds: config.kinds,
      },
      writer,
      tally,
      resume,
      done,
      known: await knownPages(store, source.id, name),
      rawPrefix: `raw/${source.id}/${name}/${run}/`,
      attempt: unfinished.segments,
      mustStop: () => left() <= 0,
      onPage: () =>
        invocation.progress?.({ phase: 'read', source: source.id, stream: name, daysTotal, pages: tally.pages.length, records: tally.records }),
    })
    return { ending, writer, resume, done }
  } finally {
    http?.close()
  }
}

function noHttp(source: string): Http {
  const refuse = async () => {
    throw invalid(`source '${source}' declares no api and cannot call one`)
  }
  return { get: refuse, post: refuse }
}

/** Raw pages of the stream's last complete run, which need not be written again. */
async function knownPages({ table, lake }: Store, source: string, stream: string): Promise<Map<string, string>> {
  const cursor = (await table.get(...pair(keys.cursor(source, stream)))) as CursorRow | undefined
  const last = cursor && (await getJson<RunRecord>(lake, runKey(cursor.run)))
  return new Map(last?.pages.map(({ sha256, key }) => [sha256, key]))
}

const segmentKey = (run: string, segment: number) => `runs/${run}/${String(segment).padStart(3, '0')}.json.zst`

async function segments({ lake }: Store, { run, segments: count }: Unfinished): Promise<Segment[]> {
  const found: Segment[] = []
  for (let i = 0; i < count; i++) {
    const segment = await getJson<Segment>(lake, segmentKey(run, i))
    if (!segment) throw new TidemarkError('unavailable', `part ${i} of run ${run} is not in the lake; the stream is read anew`)
    found.push(segment)
  }
  return found
}

function runRecord(
  source: string,
  stream: string,
  { run, from, to, read, baseline, waited }: Unfinished,
  tallies: readonly Tally[],
  turns: number,
  quota: Readonly<Record<string, number>> | null,
): RunRecord {
  const total = (what: (tally: Tally) => number) => tallies.reduce((n, tally) => n + what(tally), 0)
  return {
    run,
    source,
    stream,
    from,
    to,
    read,
    baseline,
    pages: tallies.flatMap(({ pages }) => pages),
    records: total(({ records }) => records),
    repeated: total(({ repeated }) => repeated),
    outside: total(({ outside }) => outside),
    quarantined: total(({ quarantined }) => quarantined),
    quarantine: tallies.flatMap(({ quarantine }) => quarantine).slice(0, 1_000),
    turns,
    waited,
    quota,
  }
}

/** A few bad rows are quarantined; more than half of them, or more than ten and a tenth, are no reading at all. */
function refuseIfMostlyBad(stream: Stream, source: string, name: string, { quarantined, records, quarantine }: RunRecord): void {
  if (quarantined * 2 <= records && quarantined <= Math.max(10, records / 10)) return
  const [first] = quarantine
  const what = `${quarantined} of ${records} records of ${source}.${name} cannot be read; expected at most a tenth`
  const code = stream.kind === 'whole' ? 'invalid' : 'changed'
  throw new TidemarkError(code, `${what}; the first, ${first?.record}: ${first?.reason}`)
}

function waitSeconds(waits: number, asked: number | undefined): number {
  return Math.min(LONGEST_WAIT, Math.max(FIRST_WAIT * 2 ** (waits - 1), asked ?? 0))
}

function unparked(state: unknown): Unfinished | null {
  return typeof state === 'string' ? (JSON.parse(state) as Unfinished) : null
}

async function parkOrClear(table: Store['table'], source: string, stream: string, parked: Unfinished | null): Promise<void> {
  if (parked) await table.put({ ...keys.parked(source, stream), state: JSON.stringify(parked) })
  else await table.delete(...pair(keys.parked(source, stream)))
}

async function anyHeld({ store }: IngestDeps, source: string, stream: string): Promise<boolean> {
  const { pk } = keys.held(source, stream, '' as Day)
  return (await collectRows(store.table, pk, { limit: 1 })).length > 0
}

const counts = ({ pages, records, facts, quarantined }: Tally) => ({ pages: pages.length, records, facts, quarantined })

function add(a: Totals, b: Totals): Totals {
  return {
    days: a.days + b.days,
    pages: a.pages + b.pages,
    records: a.records + b.records,
    facts: a.facts + b.facts,
    quarantined: a.quarantined + b.quarantined,
    held: a.held + b.held,
  }
}

async function noteRun(
  { table }: Store,
  source: string,
  stream: string,
  { run, from, to, read }: Pick<Unfinished, 'run' | 'from' | 'to' | 'read'>,
  status: RunStatus,
  { pages, records, facts, quarantined }: Totals,
  error: TidemarkError | null,
  now: Date,
  quota: Readonly<Record<string, number>> | null = null,
): Promise<void> {
  const warnings = quarantined > 0 ? [{ code: 'quarantined', message: `${quarantined} of ${records} records could not be read` }] : []
  const row: RunRow = {
    ...keys.run(source, run),
    stream,
    status,
    from,
    to,
    started: read,
    ended: status === 'running' ? null : now.toISOString(),
    pages,
    records,
    facts,
    quarantined,
    error: error && { code: error.code, message: error.message },
    warnings,
    quota,
  }
  await table.put(row)
}

function answer(
  { source, stream }: IngestEvent,
  status: IngestAnswer['status'],
  run: string | null,
  { days, pages, records, facts, quarantined }: Totals,
  waitSeconds: number,
  state: State | null,
): IngestAnswer {
  return { source, stream, status, run, days, pages, records, facts, quarantined, waitSeconds, state }
}

/** Tells whether two versions of a mapping are the same code; closures over other modules are not seen. */
export function mappingDigest(stream: Stream): string {
  return hash('sha256', `${stream.map}${stream.records}${stream.key}${stream.changed}${stream.gone}`, 'hex').slice(0, 16)
}
