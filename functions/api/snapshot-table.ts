import type { Snapshot, Value, WindowValue } from '../store/rows.ts'
import { type Cell, type CsvTable, tableOf } from './csv.ts'

const COLUMNS = [
  'date',
  'metric',
  'window',
  'dimension',
  'segment',
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

type Row = { readonly [name in (typeof COLUMNS)[number]]?: Cell }

/** A row for each metric, window and value of a dimension; without dimension and segment, it is the whole. */
export function snapshotTable({ date, revision, metrics }: Snapshot): CsvTable {
  const rows = Object.entries(metrics).flatMap(([metric, { unit, currency, definition_version, windows }]) =>
    Object.entries(windows).flatMap(([window, whole]): Row[] => {
      const { finality, coverage } = whole
      const common = { date, metric, window, unit, currency, finality, coverage, definition_version, revision }
      return [
        { ...common, ...partsOf(whole) },
        ...segmentsOf(whole).map(({ dimension, segment, value }) => ({
          ...common,
          dimension,
          segment,
          ...partsOf(value),
        })),
      ]
    }),
  )
  return tableOf(COLUMNS, rows)
}

const partsOf = ({ value, null_reason, numerator, denominator }: Value) => ({
  value,
  null_reason,
  numerator,
  denominator,
})

const segmentsOf = ({ by = {} }: WindowValue) =>
  Object.entries(by).flatMap(([dimension, segments]) =>
    Object.entries(segments).map(([segment, value]) => ({ dimension, segment, value })),
  )
