import type { Day } from '../kit/day.ts'
import type { StreamKind } from '../kit/source.ts'
import { getJson } from '../store/json-object.ts'
import type { Lake } from '../store/lake.ts'
import type { Cursor, PartRow } from '../store/rows.ts'
import { type RunRecord, runKey } from './manifest.ts'

/** A reading of the vendor that a stream's current parts rest on. */
export interface PastReading {
  /** The run that asked the vendor. */
  readonly origin: string
  /** Its record; undefined if that or one of its pages is no longer in the lake. */
  readonly record: RunRecord | undefined
  /** Days whose parts rest on it, by way of a remap or not. */
  readonly days: readonly Day[]
}

/**
 * The readings that a stream's parts rest on, in the order in which the vendor was asked. Of a stream that is read
 * whole the newest alone is the truth, also of days that said the same before.
 *
 * An entity stream's parts add up in that order, so none can be derived again before one that cannot: up to the last
 * reading that is gone, all count as gone.
 */
export async function readingsOf(
  lake: Lake,
  source: string,
  stream: string,
  kind: StreamKind,
  parts: readonly PartRow[],
  cursor: Cursor | undefined,
): Promise<PastReading[]> {
  const raw = new Set<string>()
  for await (const { key } of lake.list(`raw/${source}/${stream}/`)) raw.add(key)
  const runs = kind === 'whole' ? new Map(cursor ? [[cursor.run, parts]] : []) : Map.groupBy(parts, ({ run }) => run)
  const found = new Map<string, { record: RunRecord | undefined; days: Day[] }>()
  for (const [run, rows] of runs) {
    const own = await getJson<RunRecord>(lake, runKey(run))
    const origin = own?.remaps ?? run
    const known = found.get(origin)
    const record = known ? known.record : origin === run ? own : await getJson<RunRecord>(lake, runKey(origin))
    const isThere = record?.pages.every(({ key }) => raw.has(key))
    const days = [...(known?.days ?? []), ...rows.map(({ sk }) => sk as Day)]
    found.set(origin, { record: isThere ? record : undefined, days })
  }
  const readings = [...found]
    .map(([origin, { record, days }]): PastReading => ({ origin, record, days: days.sort() }))
    .sort((a, b) => (a.origin < b.origin ? -1 : 1))
  if (kind !== 'entity') return readings
  const lastGone = readings.findLastIndex(({ record }) => !record)
  return readings.map((reading, i) => (i < lastGone ? { ...reading, record: undefined } : reading))
}
