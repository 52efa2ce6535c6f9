import * as z from 'zod'
import { type Day, eachDay } from '../kit/day.ts'
import { type Finality, keys, type SeriesChunk, type SeriesRow, type WindowName } from '../store/rows.ts'
import type { Table } from '../store/table.ts'
import { NullReason } from './snapshot-body.ts'
import { storedJson } from './stored-json.ts'

/** Columns side by side: index = position in `date`. Every day of the range is present. */
export const SeriesColumns = z
  .object({
    date: z.array(z.string()).describe('the day, or the first day of the week, month or quarter'),
    days: z.array(z.int()).optional().describe('of a week, month or quarter: how many days it has'),
    days_present: z.array(z.int()).optional().describe('how many of them lie in the range and have a value'),
    value: z.array(z.number().nullable()).describe('money in minor units; null is "no data", never zero'),
    null_reason: z.array(NullReason.nullable()).describe('why the value is null'),
    numerator: z.array(z.number().nullable()),
    denominator: z.array(z.number().nullable()).describe('null for metrics that are no ratio'),
    finality: z
      .array(z.enum(['provisional', 'final']).nullable())
      .describe('null where there is no snapshot, or no source that could tell'),
    coverage: z.array(z.number().nullable()).describe('share of what the value rests on that has been read'),
    revision: z.array(z.int().nullable()).describe('of the snapshot that the point belongs to'),
    definition_version: z.array(z.int().nullable()),
  })
  .meta({ id: 'SeriesColumns' })

export type SeriesColumns = z.output<typeof SeriesColumns>

/** What is asked for; `from` and `to` are both included. */
export interface SeriesQuestion {
  readonly metric: string
  readonly window: WindowName
  readonly from: Day
  readonly to: Day
}

const month = (day: Day): string => day.slice(0, 7)

/** Reads a range of one metric in one window, by one query. Days without a snapshot are null, for `no_data`. */
export async function readSeries(table: Table, { metric, window, from, to }: SeriesQuestion): Promise<SeriesColumns> {
  const { pk } = keys.series(metric, window, month(from))
  const columns: SeriesColumns = {
    date: eachDay(from, to),
    value: [],
    null_reason: [],
    numerator: [],
    denominator: [],
    finality: [],
    coverage: [],
    revision: [],
    definition_version: [],
  }
  const points = new Map<string, { chunk: SeriesChunk; i: number }>()
  for await (const row of table.query(pk, { from: month(from), to: month(to) })) {
    const chunk = storedJson<SeriesChunk>((row as SeriesRow).body)
    chunk.days.forEach((day, i) => {
      points.set(day, { chunk, i })
    })
  }
  for (const date of columns.date) {
    const point = points.get(date)
    const { chunk, i } = point ?? { chunk: undefined, i: 0 }
    const value = chunk?.value[i] ?? null
    columns.value.push(value)
    columns.null_reason.push(value === null ? (chunk?.null_reason[i] ?? 'no_data') : null)
    columns.numerator.push(chunk?.numerator[i] ?? null)
    columns.denominator.push(chunk?.denominator[i] ?? null)
    columns.finality.push(chunk ? (chunk.final[i] ? 'final' : 'provisional') : null)
    columns.coverage.push(chunk?.coverage[i] ?? null)
    columns.revision.push(chunk?.revision[i] ?? null)
    columns.definition_version.push(chunk?.definition_version[i] ?? null)
  }
  return columns
}

/** `final` only if every day of the range is. */
export function finalityOf({ finality }: SeriesColumns): Finality {
  return finality.every((one) => one === 'final') ? 'final' : 'provisional'
}
