import * as z from 'zod'
import { granularities } from '../analysis/roll-up.ts'
import { AnnotationMark } from './annotation-body.ts'
import { type CsvTable, tableOf } from './csv.ts'
import { SeriesColumns } from './series.ts'
import { NullReason } from './snapshot-body.ts'

const SeriesPoint = z
  .object({
    date: z.string(),
    days: z.int().optional(),
    days_present: z.int().optional(),
    value: z.number().nullable(),
    null_reason: NullReason.nullable(),
    numerator: z.number().nullable(),
    denominator: z.number().nullable(),
    finality: z.enum(['provisional', 'final']).nullable(),
    coverage: z.number().nullable(),
    revision: z.int().nullable(),
    definition_version: z.int().nullable(),
  })
  .meta({ id: 'SeriesPoint' })

export type SeriesPoint = z.output<typeof SeriesPoint>

const Summary = z
  .object({
    current: z.number().nullable(),
    baseline: z.number().nullable(),
    change_abs: z.number().nullable(),
    null_reason: z
      .enum(['no_data', 'zero_denominator', 'below_min_sample'])
      .nullable()
      .describe('why there is no change'),
    change_pct: z.number().nullable().describe('of what is no percentage, per 100 of the baseline'),
    change_points: z.number().nullable().describe('of percentages'),
    days_compared: z.int().describe('days that are final on both sides'),
    days_left_out: z.int().describe('days that are not, or have no value'),
    basis: z.enum(['sum', 'parts', 'last']).describe('how days were put together; `last`: the last pair alone'),
  })
  .meta({ id: 'SeriesSummary', description: 'like with like: only days that are final in both ranges' })

const common = {
  metric: z.string(),
  unit: z.string(),
  currency: z.string().optional(),
  window: z.string(),
  granularity: z.enum(granularities),
  timezone: z.string(),
  from: z.string(),
  to: z.string().describe('included'),
  segment_by: z.string().optional(),
  summary: Summary.optional(),
  annotations: z
    .array(AnnotationMark)
    .describe('what was noted for days of the range, in the order of their first days'),
}

const compared = {
  from: z.string(),
  to: z.string(),
  summary: Summary.meta({ description: 'the same as `summary` of the series' }),
}

const ALIGNED = 'aligned with those of the range by index; one that is shorter ends earlier'

const InColumns = z
  .object({
    ...common,
    layout: z.literal('columns'),
    columns: SeriesColumns,
    segments: z.array(z.object({ key: z.string(), columns: SeriesColumns })).optional(),
    comparison: z.object({ ...compared, columns: SeriesColumns.describe(ALIGNED) }).optional(),
  })
  .meta({ id: 'SeriesInColumns' })

const InRows = z
  .object({
    ...common,
    layout: z.literal('rows'),
    points: z.array(SeriesPoint),
    segments: z.array(z.object({ key: z.string(), points: z.array(SeriesPoint) })).optional(),
    comparison: z.object({ ...compared, points: z.array(SeriesPoint).describe(ALIGNED) }).optional(),
  })
  .meta({ id: 'SeriesInRows' })

/** A series, column by column or point by point. */
export const SeriesBody = z.discriminatedUnion('layout', [InColumns, InRows]).meta({ id: 'Series' })

export type SeriesInColumns = z.output<typeof InColumns>

/** The same, point by point. */
export function inRows({ columns, segments, comparison, ...series }: SeriesInColumns): z.output<typeof InRows> {
  return {
    ...series,
    layout: 'rows',
    points: pointRows(columns),
    ...(segments && { segments: segments.map((one) => ({ key: one.key, points: pointRows(one.columns) })) }),
    ...(comparison && {
      comparison: {
        from: comparison.from,
        to: comparison.to,
        summary: comparison.summary,
        points: pointRows(comparison.columns),
      },
    }),
  }
}

function pointRows(columns: SeriesColumns): SeriesPoint[] {
  const names = Object.keys(columns) as (keyof SeriesColumns)[]
  return columns.date.map(
    (_, i) => Object.fromEntries(names.map((name) => [name, columns[name]?.[i]])) as unknown as SeriesPoint,
  )
}

const COLUMNS = [
  'metric',
  'window',
  'segment',
  'date',
  'value',
  'null_reason',
  'unit',
  'currency',
  'numerator',
  'denominator',
  'finality',
  'coverage',
  'definition_version',
  'revision',
] as const
const COMPARED = ['compared_date', 'compared_value', 'compared_null_reason', 'compared_finality'] as const

/** A row for each point; those of segments after those of the whole, whose segment is empty. */
export function seriesTable(series: SeriesInColumns): CsvTable {
  const { metric, window, unit, currency, columns, segments = [], comparison } = series
  const others = comparison ? pointRows(comparison.columns) : []
  const rows = [{ key: null, columns }, ...segments].flatMap(({ key: segment, columns }) =>
    pointRows(columns).map((point, i) => ({
      metric,
      window,
      segment,
      unit,
      currency,
      ...point,
      compared_date: others[i]?.date,
      compared_value: others[i]?.value,
      compared_null_reason: others[i]?.null_reason,
      compared_finality: others[i]?.finality,
    })),
  )
  return tableOf<(typeof rows)[number]>(comparison ? [...COLUMNS, ...COMPARED] : COLUMNS, rows)
}
