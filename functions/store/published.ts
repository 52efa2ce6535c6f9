import { randomUUID } from 'node:crypto'
import { keys, type RangeRow } from './rows.ts'
import type { Table } from './table.ts'

/**
 * Gives what is published another name, after something beside the snapshots was written: no answer made before passes
 * for one of now. A death before it leaves such answers standing until the next compute. Whoever renames it meanwhile,
 * as compute does when it begins, did so after that write.
 */
export async function renamePublished(table: Table): Promise<void> {
  const { pk, sk } = keys.range()
  const row = (await table.get(pk, sk)) as RangeRow | undefined
  if (row?.published === undefined) return
  await table.put({ ...row, published: randomUUID() }, { attribute: 'published', is: '=', value: row.published })
}
