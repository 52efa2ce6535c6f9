import { segmentValue } from '../analysis/segment-value.ts'
import { type Day, eachDay } from '../kit/day.ts'
import type { Metric } from '../kit/metric.ts'
import { inBatches } from '../store/in-batches.ts'
import { readSnapshot } from '../store/read-snapshot.ts'
import { keys, type RangeRow, type WindowName, type WindowValue } from '../store/rows.ts'
import type { SeriesColumns } from './series.ts'
import type { Serving } from './serving.ts'

/** Snapshots are read one by one. */
export const MOST_SEGMENTED_DAYS = 92

/** Part of a whole over days. */
export interface SegmentSeries {
  readonly key: string
  readonly columns: SeriesColumns
}

export interface SegmentQuestion {
  readonly metric: Metric
  readonly window: WindowName
  readonly dimension: string
  readonly from: Day
  readonly to: Day
}

interface DayRead {
  readonly whole: WindowValue
  readonly revision: number
  readonly definition_version: number
}

/**
 * The series of every segment that is named on at least one of the days, in alphabetical order, by one snapshot a day. On
 * a day that does not name it, a segment had nothing; on one without a snapshot it is null, for `no_data`.
 */
export async function readSegments(
  { store }: Serving,
  { metric, window, dimension, from, to }: SegmentQuestion,
): Promise<SegmentSeries[]> {
  const { pk, sk } = keys.range()
  const range = (await store.table.get(pk, sk)) as RangeRow | undefined
  const found = new Map<Day, DayRead>()
  const within = eachDay(from, to).filter((day) => range && range.from <= day && day <= range.to)
  await inBatches(within, async (day) => {
    const snapshot = await readSnapshot(store, day)
    const read = snapshot?.metrics[metric.id]
    const whole = read?.windows[window]
    if (!snapshot || !read || !whole) return
    found.set(day, { whole, revision: snapshot.revision, definition_version: read.definition_version })
  })
  const names = new Set([...found.values()].flatMap(({ whole }) => Object.keys(whole.by?.[dimension] ?? {})))
  return [...names].sort().map((key) => ({ key, columns: columnsOf(metric, dimension, key, eachDay(from, to), found) }))
}

function columnsOf(
  metric: Metric,
  dimension: string,
  key: string,
  days: readonly Day[],
  found: ReadonlyMap<Day, DayRead>,
): SeriesColumns {
  const points = days.map((day) => {
    const read = found.get(day)
    return { read, value: read && segmentValue(metric, read.whole, dimension, key) }
  })
  return {
    date: [...days],
    value: points.map(({ value }) => value?.value ?? null),
    null_reason: points.map(({ value }) => (value ? (value.null_reason ?? null) : 'no_data')),
    numerator: points.map(({ value }) => value?.numerator ?? null),
    denominator: points.map(({ value }) => value?.denominator ?? null),
    finality: points.map(({ read }) => read?.whole.finality ?? null),
    coverage: points.map(({ read }) => read?.whole.coverage ?? null),
    revision: points.map(({ read }) => read?.revision ?? null),
    definition_version: points.map(({ read }) => read?.definition_version ?? null),
  }
}
