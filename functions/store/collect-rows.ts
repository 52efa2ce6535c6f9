import type { Item, Range, Table } from './table.ts'

/** The rows of a query as an array, for queries known to be small. */
export async function collectRows(table: Table, pk: string, range: Range = {}): Promise<Item[]> {
  return Array.fromAsync(table.query(pk, range))
}
