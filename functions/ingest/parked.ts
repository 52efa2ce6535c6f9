import { keys } from '../store/rows.ts'
import type { Table } from '../store/table.ts'
import { parsedUnfinished, type Unfinished } from './state.ts'

/** Keeps a reading that waited too often, for the next event of the stream. */
export async function park(table: Table, source: string, stream: string, unfinished: Unfinished): Promise<void> {
  const fresh: Unfinished = { ...unfinished, turns: 0, waits: 0 }
  await table.put({ ...keys.parked(source, stream), state: JSON.stringify(fresh) })
}

/** The parked reading of a stream, if there is one. It is taken away: of two workflows, one goes on with it. */
export async function takeParked(table: Table, source: string, stream: string): Promise<Unfinished | null> {
  const { pk, sk } = keys.parked(source, stream)
  const row = await table.get(pk, sk)
  if (!row) return null
  await table.delete(pk, sk)
  return parsedUnfinished(String(row.state))
}
