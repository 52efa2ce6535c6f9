import { createHash, randomUUID } from 'node:crypto'
import { checkTargets } from '../kit/check-targets.ts'
import type { ConfigData } from '../kit/config.ts'
import { addDays, type Day, dayOf, daysBetween, eachDay } from '../kit/day.ts'
import type { Invocation } from '../kit/invocation.ts'
import type { Metric } from '../kit/metric.ts'
import type { Lake } from '../store/lake.ts'
import { isHeldNextDoor, takeLease } from '../store/lease.ts'
import type { Store } from '../store/open.ts'
import { keys, type RangeRow } from '../store/rows.ts'
import type { Table } from '../store/table.ts'
import { assemble } from './assemble.ts'
import { beginningOf } from './beginning-of.ts'
import { checkOwners } from './check-owners.ts'
import { checkScore } from './check-score.ts'
import { noteCohortsDirty, updateCohorts } from './cohorts.ts'
import type { Syncing } from './compaction.ts'
import { Coverage } from './coverage.ts'
import { noteDefinitions, withBefore } from './definitions.ts'
import { type DerivedIndex, loadIndex, noCauses, saveIndex } from './derived.ts'
import { type Duck, openDuck } from './duck.ts'
import { evaluate, measuresOf, prepareMeasures } from './evaluate.ts'
import { loadFacts } from './load-facts.ts'
import { onlyContacts } from './only-contacts.ts'
import { publish } from './publish.ts'
import { reachOf } from './reach-of.ts'
import { countReads } from './reads.ts'
import { sourceSays } from './source-says.ts'
import { EVER, sync } from './sync.ts'
import { syncIdentity } from './sync-identity.ts'

/** Which days snapshots are asked for. */
export interface ComputeEvent {
  readonly task: 'compute'
  /** Null: as far as snapshots go back already, or `to`. */
  readonly from: Day | null
  /** Null: yesterday. */
  readonly to: Day | null
}

export interface ComputeAnswer {
  /** `more`: the sweep is not done; call again with the same event. */
  readonly status: 'more' | 'done' | 'duplicate'
  /** Days for which snapshots exist when the sweep is done. */
  readonly from: Day
  readonly to: Day
  /** Days that this invocation computed. */
  readonly computed: number
  /** Revisions that this invocation wrote. */
  readonly revisions: number
  /** Days that got a revision, the newest 60. */
  readonly changed: readonly Day[]
  readonly reads: ReadCounts
}

/** Objects that an invocation read, by what they are. */
export interface ReadCounts {
  readonly facts: number
  /** Earliest and latest part day of the facts read; null where none were. */
  readonly factsFrom: string | null
  readonly factsTo: string | null
  readonly manifests: number
  readonly derived: number
}

/** What compute works with. */
export interface ComputeDeps {
  readonly store: Store
  readonly config: ConfigData
  readonly metrics: readonly Metric[]
  readonly now: () => Date
  /** Unique to the invocation, for the lease. */
  readonly holder: string
}

/** Days evaluated and written at once. */
const CHUNK = 92
const YIELD_MS = 60_000

/**
 * Brings snapshots up to date: compacts parts that moved, then sweeps ascending from the earliest day whose values may
 * have changed. Safe to repeat and to kill: what it has not finished it does again, to the same values.
 */
export async function compute(deps: ComputeDeps, event: ComputeEvent, invocation: Invocation): Promise<ComputeAnswer> {
  const { store, config } = deps
  const range = await extendRange(deps, event)
  const duplicate = {
    status: 'duplicate',
    ...range,
    computed: 0,
    revisions: 0,
    changed: [],
    reads: readCounts([]),
  } as const
  if (await isBeingRead(deps)) return duplicate
  const lease = await takeLease(
    store.table,
    'compute',
    'sweep',
    deps.holder,
    invocation.getRemainingTimeInMillis() / 1000,
  )
  if (!lease) return duplicate
  const duck = await openDuck(config.timezone)
  try {
    const begun = await noteBegun(store.table, range)
    const { lake, keys: read } = countReads(store.lake)
    const index = await compact(deps, duck, lake)
    // Before the sweep, which may use up the time.
    await updateCohorts(deps, duck, lake, index, range)
    const swept = await sweep(deps, duck, lake, index, range, invocation)
    if (swept.status === 'done') await notePublished(store.table, begun)
    return { ...swept, ...range, reads: readCounts(read) }
  } finally {
    await duck.close()
    await lease.release()
  }
}

/**
 * Whether another process of this machine is reading a stream. It computes when it is done, and a snapshot before that
 * would be one of half the data. Of two such processes, the last to end finds nobody reading. In Lambda nobody can be
 * seen to be alive, so an early snapshot is written there, and says what it lacks.
 */
async function isBeingRead({ store, config, holder }: ComputeDeps): Promise<boolean> {
  if (!holder.startsWith('local:')) return false
  for (const { id, streams } of config.sources) {
    for (const { name } of streams) if (await isHeldNextDoor(store.table, id, name)) return true
  }
  return false
}

function readCounts(keys: readonly string[]): ReadCounts {
  const under = (prefix: string) => keys.filter((key) => key.startsWith(prefix))
  const days = under('facts/')
    .map((key) => /day=([^/]+)/.exec(key)?.[1] ?? '')
    .sort()
  return {
    facts: days.length,
    factsFrom: days[0] ?? null,
    factsTo: days.at(-1) ?? null,
    manifests: under('manifests/').length,
    derived: under('derived/').length,
  }
}

/**
 * Snapshots exist for all days from the earliest asked for to the latest, and never for one that has not ended. What is
 * asked for is noted also by a compute that finds another at work: whoever is next does it.
 */
async function extendRange({ store, config, now }: ComputeDeps, event: ComputeEvent): Promise<{ from: Day; to: Day }> {
  const { pk, sk } = keys.range()
  const known = (await store.table.get(pk, sk)) as RangeRow | undefined
  const yesterday = addDays(dayOf(now().getTime(), config.timezone), -1)
  const asked = event.to === null || event.to > yesterday ? yesterday : event.to
  const to = known && known.to > asked ? known.to : asked
  const first = event.from ?? known?.from ?? asked
  const from = known && known.from < first ? known.from : first
  if (from !== known?.from || to !== known.to) {
    await store.table.put({ pk, sk, from, to, ...(known?.begun !== undefined && { begun: known.begun }) })
  }
  return { from, to }
}

/** Takes the name of what is published away, so that half of a compute's writes are never taken for all. */
async function noteBegun(table: Table, range: { from: Day; to: Day }): Promise<string> {
  const begun = randomUUID()
  const known = (await table.get(keys.range().pk, keys.range().sk)) as RangeRow | undefined
  await table.put({ ...keys.range(), from: known?.from ?? range.from, to: known?.to ?? range.to, begun })
  return begun
}

/**
 * Names what is published, so that the API knows an unchanged answer by this row alone. Left to a later compute that
 * began meanwhile.
 */
async function notePublished(table: Table, begun: string): Promise<void> {
  const { pk, sk } = keys.range()
  const known = (await table.get(pk, sk)) as RangeRow | undefined
  if (!known) return
  const { from, to } = known
  await table.put({ pk, sk, from, to, begun, published: randomUUID() }, { attribute: 'begun', is: '=', value: begun })
}

async function compact({ store, config, metrics }: ComputeDeps, duck: Duck, lake: Lake): Promise<DerivedIndex> {
  const { index, fresh } = await loadIndex(lake, config.timezone)
  const before = JSON.stringify(index)
  const linksBefore = linkKeys(index)
  const garbage = await sync(duck, lake, store.table, config, index)
  checkOwners(config, index)
  checkScore(config, metrics)
  checkTargets(config, metrics)
  const syncing: Syncing = {
    duck,
    lake,
    index,
    garbage,
    touch: (day) => {
      if (index.dirty === null || day < index.dirty) index.dirty = day
    },
  }
  await syncIdentity(syncing, fresh || linkKeys(index) !== linksBefore, JSON.parse(before) as DerivedIndex)
  const contactsOnly = await onlyContacts(duck, lake, index, config)
  if (index.contactsOnly !== null && index.contactsOnly !== contactsOnly) syncing.touch(EVER)
  index.contactsOnly = contactsOnly
  const settings = settingsDigest(config, metrics)
  if (index.settings !== settings) {
    if (index.settings !== '') {
      index.causes.definition = true
      syncing.touch(EVER)
    }
    index.settings = settings
  }
  noteCohortsDirty(index)
  if (JSON.stringify(index) !== before) {
    await saveIndex(lake, index)
    await lake.delete(garbage)
  }
  return index
}

/** Links are stored anew whenever one moved, and records whenever one changed: both decide who is who. */
const linkKeys = ({ states }: DerivedIndex) =>
  JSON.stringify(Object.entries(states).map(([id, { links, records }]) => [id, links, records]))

/** Of everything but facts that a value depends on. */
function settingsDigest(
  { sources, targets: _, dashboard: __, ...settings }: ConfigData,
  metrics: readonly Metric[],
): string {
  const streams = sources.map(({ id, streams }) => [id, streams])
  const text = JSON.stringify([settings, streams, metrics], (_, value) =>
    typeof value === 'function' ? value.name : value,
  )
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

async function sweep(
  { store, config, metrics, now }: ComputeDeps,
  duck: Duck,
  lake: Lake,
  index: DerivedIndex,
  range: { from: Day; to: Day },
  invocation: Invocation,
): Promise<{ status: 'more' | 'done'; computed: number; revisions: number; changed: Day[] }> {
  const start = sweepFrom(index, range)
  const changed: Day[] = []
  if (start > range.to) {
    await finish(lake, index, range, index.provisional)
    return { status: 'done', computed: 0, revisions: 0, changed }
  }
  const at = now().toISOString()
  const definitions = await noteDefinitions(store, metrics, config, { day: range.to, at })
  const evaluating = withBefore(metrics, definitions, config, start, range.to)
  const { longest, reach } = reachOf(metrics, evaluating.config)
  const read = metrics.flatMap(measuresOf).map(({ fact }) => fact)
  await loadFacts(duck, lake, index, config, read, longest === null ? null : addDays(start, -reach))
  const prepared = await prepareMeasures(duck, evaluating.metrics, evaluating.config)
  const beginning = (await beginningOf(duck, lake, index)) ?? range.from
  const coverage = new Coverage(config, index, beginning < start ? beginning : start, range.to, reach)
  const says = await sourceSays(duck, lake, store.table, config, metrics, index, coverage, start, range.to)
  const daysTotal = daysBetween(start, range.to) + 1
  let provisional = index.provisional !== null && index.provisional < start ? index.provisional : null
  let computed = 0
  for (let from = start; from <= range.to; from = addDays(from, CHUNK)) {
    if (computed > 0 && invocation.getRemainingTimeInMillis() < YIELD_MS) {
      return { status: 'more', computed, revisions: changed.length, changed: changed.slice(-60) }
    }
    const last = addDays(from, CHUNK - 1)
    const to = last > range.to ? range.to : last
    const evaluated = await evaluate(duck, prepared, config, from, to)
    const drafts = eachDay(from, to).map((day) =>
      assemble(day, config, metrics, definitions, evaluating.config, evaluated, coverage, beginning, says(day)),
    )
    changed.push(...(await publish(store, drafts, range, index.causes, now())))
    provisional ??= drafts.find(({ finality }) => finality === 'provisional')?.date ?? null
    computed += drafts.length
    invocation.progress?.({ phase: 'compute', days: computed, daysTotal })
    index.dirty = addDays(to, 1)
    index.computed = { from: range.from, to }
    index.provisional = provisional
    index.unfinished = true
    if (to < range.to) await saveIndex(lake, index)
  }
  await finish(lake, index, range, provisional)
  return { status: 'done', computed, revisions: changed.length, changed: changed.slice(-60) }
}

/** The earliest day that has to be computed; after `range.to` if there is none. */
function sweepFrom(
  { dirty, computed, provisional, unfinished }: DerivedIndex,
  { from, to }: { from: Day; to: Day },
): Day {
  if (computed === null || from < computed.from) return from
  const candidates = [addDays(computed.to, 1), dirty, unfinished ? null : provisional].filter((day) => day !== null)
  const first = candidates.reduce((a, b) => (a < b ? a : b))
  return first < from ? from : first > to ? addDays(to, 1) : first
}

async function finish(
  lake: Lake,
  index: DerivedIndex,
  range: { from: Day; to: Day },
  provisional: Day | null,
): Promise<void> {
  const before = JSON.stringify(index)
  index.dirty = null
  index.causes = noCauses()
  index.computed = range
  index.provisional = provisional
  index.unfinished = false
  if (JSON.stringify(index) !== before) await saveIndex(lake, index)
}
