import type { Column, Columns, FactShape } from './fact.ts'

/** A column that is worked out from others of the same row. */
export interface Calculated {
  /** What it means, in words a reader of the proof understands. */
  readonly description: string
  /** A SQL expression over the fact's columns; null where it does not apply. */
  readonly sql: string
  /** A SQL condition: rows that fulfil it and have no value are left out of the metrics, which say so. @default - none */
  readonly expected?: string
}

/** A fact with columns that metrics work out. Its rows are the fact's. */
export interface CalculatedShape<N extends string, C extends Columns> extends FactShape<N, C> {
  readonly calculated: Readonly<Record<string, Calculated>>
}

/** What calculated columns add to a fact's, as far as types go. */
type Added<K extends string> = { readonly [name in K]: Column<unknown, true> }

/** Adds calculated columns to a fact: the one place where a metric says something in SQL. */
export function withColumns<N extends string, C extends Columns, const K extends string>(
  { name, description, columns, time }: FactShape<N, C>,
  calculated: Readonly<Record<K, Calculated>>,
): CalculatedShape<N, C & Added<K>> {
  return { name, description, columns: columns as C & Added<K>, time, calculated }
}

/** The calculated columns of a fact shape; none for a plain fact. */
export function calculatedOf(fact: FactShape): Readonly<Record<string, Calculated>> {
  return 'calculated' in fact ? (fact as CalculatedShape<string, Columns>).calculated : {}
}
