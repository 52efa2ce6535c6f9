import type { Day } from '../kit/day.ts'
import { inBatches } from '../store/in-batches.ts'
import { inlineBody } from '../store/inline-body.ts'
import { pack, unpack } from '../store/json-object.ts'
import { appendLog } from '../store/log.ts'
import type { Store } from '../store/open.ts'
import { readSnapshot } from '../store/read-snapshot.ts'
import {
  type Cause,
  keys,
  type Revision,
  type SeriesChunk,
  SNAPSHOT_SCHEMA,
  type Snapshot,
  type WindowName,
  type WindowValue,
} from '../store/rows.ts'
import type { Draft } from './assemble.ts'
import { putRevision } from './put-revision.ts'

/** What a revision would be caused by, if it comes to one. */
export interface Causes {
  /** First day that it can concern; null if there was none. */
  readonly backfill: Day | null
  readonly identity: Day | null
  readonly remap: boolean
  readonly definition: boolean
}

const snapshotKey = (day: Day, revision: number) => `snapshots/${day}/${String(revision).padStart(6, '0')}.json.zst`

const pair = ({ pk, sk }: { pk: string; sk: string }): [string, string] => [pk, sk]

/**
 * Writes a revision of every day on which a value, coverage, finality or definition changed; lake, log, rows, heads,
 * then the series of all days. Returns the days that got one.
 */
export async function publish(
  store: Store,
  drafts: readonly Draft[],
  range: { readonly from: Day; readonly to: Day },
  causes: Causes,
  now: Date,
): Promise<Day[]> {
  const { lake, table } = store
  const current: Snapshot[] = []
  const fresh: { snapshot: Snapshot; revision: Revision }[] = []
  for (const draft of drafts) {
    const before = await readSnapshot(store, draft.date)
    const changed = before ? changedMetrics(before, draft) : Object.keys(draft.metrics)
    if (before && changed.length === 0) {
      current.push(before)
      continue
    }
    const number = (before?.revision ?? 0) + 1
    const { date, timezone, finality, final_on, ...rest } = draft
    const computed_at = now.toISOString().replace(/\.\d{3}Z$/, 'Z')
    const snapshot: Snapshot = { date, timezone, revision: number, finality, final_on, computed_at, ...rest }
    const cause = before ? causeOf(before, draft, causes) : null
    fresh.push({
      snapshot,
      revision: {
        schema: SNAPSHOT_SCHEMA,
        revision: number,
        computed_at,
        cause,
        changed_metrics: changed,
        finality,
        body: null,
        object: snapshotKey(date, number),
      },
    })
    current.push(snapshot)
  }
  if (fresh.length > 0) {
    const bodies = new Map<Day, Buffer>()
    await inBatches(fresh, async ({ snapshot, revision }) => {
      const body = await pack(JSON.stringify(snapshot))
      bodies.set(snapshot.date, body)
      await lake.put(revision.object, body)
    })
    await appendLog(lake, {
      type: 'snapshots',
      at: now.toISOString(),
      range,
      revisions: fresh.map(({ snapshot, revision: { body: _, ...row } }) => ({ day: snapshot.date, row })),
    })
    await inBatches(fresh, async ({ snapshot: { date }, revision }) => {
      await putRevision(table, date, { ...revision, body: inlineBody(bodies.get(date)!) })
    })
  }
  await writeSeries(store, current)
  return fresh.map(({ snapshot }) => snapshot.date)
}

/** Ids of metrics whose value, parts, coverage, finality or definition differ, in any window or breakdown. */
function changedMetrics(before: Snapshot, draft: Draft): string[] {
  const ids = new Set([...Object.keys(before.metrics), ...Object.keys(draft.metrics)])
  return [...ids].filter((id) => JSON.stringify(before.metrics[id]) !== JSON.stringify(draft.metrics[id]))
}

function causeOf(before: Snapshot, draft: Draft, causes: Causes): Cause {
  const settled = ({ metrics }: Pick<Snapshot, 'metrics'>) =>
    JSON.stringify(metrics, (key, value) => (key === 'finality' ? undefined : value))
  if (settled(before) === settled(draft)) return 'settled'
  if (causes.definition || versions(before) !== versions(draft)) return 'definition'
  if (finalChanged(before, draft)) return 'correction'
  if (causes.remap) return 'remap'
  const reaches = (first: Day | null) => first !== null && first <= draft.date
  if (reaches(causes.identity)) return 'identity'
  return reaches(causes.backfill) ? 'backfill' : 'late_data'
}

const versions = ({ metrics }: Pick<Snapshot, 'metrics'>) =>
  JSON.stringify(Object.entries(metrics).map(([id, { definition_version }]) => [id, definition_version]))

/** Whether a value that was final, one of its parts or a breakdown of it is another now. */
function finalChanged(before: Snapshot, draft: Draft): boolean {
  const values = (window: WindowValue | undefined) => JSON.stringify({ ...window, finality: null, coverage: null })
  return Object.entries(before.metrics).some(([id, { windows }]) =>
    Object.entries(windows).some(
      ([name, window]) => window.finality === 'final' && values(draft.metrics[id]?.windows[name]) !== values(window),
    ),
  )
}

/** Writes the points of these snapshots into the series, a month of one metric and window per row. */
export async function writeSeries({ table }: Pick<Store, 'table'>, snapshots: readonly Snapshot[]): Promise<void> {
  const months = new Map<string, Snapshot[]>()
  for (const snapshot of snapshots) {
    const month = snapshot.date.slice(0, 7)
    months.set(month, [...(months.get(month) ?? []), snapshot])
  }
  for (const [month, inMonth] of months) {
    const series = new Map<string, { metric: string; window: WindowName }>()
    for (const { metrics } of inMonth) {
      for (const [metric, { windows }] of Object.entries(metrics)) {
        for (const window of Object.keys(windows)) series.set(`${metric} ${window}`, { metric, window })
      }
    }
    await inBatches([...series.values()], async ({ metric, window }) => {
      const key = keys.series(metric, window, month)
      const row = await table.get(...pair(key))
      const before =
        row?.body instanceof Uint8Array ? (JSON.parse((await unpack(row.body)).toString('utf8')) as SeriesChunk) : null
      const chunk = withPoints(before, inMonth, metric, window)
      // What nothing configured yields has no series: readers say `no_data` for it by themselves.
      if (!before && chunk.null_reason.every((reason) => reason === 'no_data')) return
      const after = JSON.stringify(chunk)
      if (before && JSON.stringify(before) === after) return
      await table.put({ ...key, body: await pack(after) })
    })
  }
}

type Point = { [K in keyof SeriesChunk]: SeriesChunk[K][number] }

const COLUMNS = [
  'days',
  'value',
  'null_reason',
  'numerator',
  'denominator',
  'final',
  'coverage',
  'revision',
  'definition_version',
] as const

function withPoints(
  before: SeriesChunk | null,
  snapshots: readonly Snapshot[],
  metric: string,
  window: WindowName,
): SeriesChunk {
  const points = new Map<Day, Point>()
  before?.days.forEach((day, i) => {
    points.set(day, Object.fromEntries(COLUMNS.map((column) => [column, before[column][i]])) as unknown as Point)
  })
  for (const { date, revision, metrics } of snapshots) {
    const found = metrics[metric]?.windows[window]
    if (!found) {
      points.delete(date)
      continue
    }
    points.set(date, {
      days: date,
      value: found.value,
      null_reason: found.null_reason ?? null,
      numerator: found.numerator ?? null,
      denominator: found.denominator ?? null,
      final: found.finality === 'final',
      coverage: found.coverage,
      revision,
      definition_version: metrics[metric]!.definition_version,
    })
  }
  const sorted = [...points.values()].sort((a, b) => (a.days < b.days ? -1 : 1))
  return Object.fromEntries(
    COLUMNS.map((column) => [column, sorted.map((point) => point[column])]),
  ) as unknown as SeriesChunk
}
