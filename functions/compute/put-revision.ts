import type { Day } from '../kit/day.ts'
import { TidemarkError } from '../kit/errors.ts'
import { type HeadRow, keys, type Revision, type RevisionRow } from '../store/rows.ts'
import type { Table } from '../store/table.ts'

/**
 * Writes the row of a revision, then moves the day's head to it. A row that is there already is replaced only if no head
 * ever named it: a compute that was killed left it behind. So whatever readers have seen stays as they saw it, also where
 * a compute goes on that lost its lease long ago.
 * @throws `unavailable` if another compute wrote that revision
 */
export async function putRevision(table: Table, day: Day, revision: Revision): Promise<void> {
  const { revision: number } = revision
  const row: RevisionRow = { ...keys.revision(day, number), ...revision }
  const headKey = keys.head(day)
  if (!(await table.put(row, 'absent'))) {
    const found = (await table.get(row.pk, row.sk)) as RevisionRow | undefined
    const head = (await table.get(headKey.pk, headKey.sk)) as HeadRow | undefined
    const isLeft = found !== undefined && (head?.revision ?? 0) < number
    // Of several that find it, one replaces it.
    const asFound = { attribute: 'computed_at', is: '=', value: found?.computed_at ?? '' } as const
    if (!isLeft || !(await table.put(row, asFound))) throw lost(day, number)
  }
  const before = number === 1 ? 'absent' : ({ attribute: 'revision', is: '=', value: number - 1 } as const)
  const head: HeadRow = { ...headKey, revision: number }
  if (!(await table.put(head, before))) throw lost(day, number)
}

const lost = (day: Day, revision: number) =>
  new TidemarkError('unavailable', `another compute wrote revision ${revision} of ${day}; this one is repeated`)
