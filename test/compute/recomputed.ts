import type { Day } from '../../functions/kit/day.ts'
import { collectRows } from '../../functions/store/collect-rows.ts'
import { keys, type Snapshot } from '../../functions/store/rows.ts'
import type { Deployment } from './deployment.ts'

/** Everything that compute writes is deleted and computed again from what was collected. */
export async function recomputed(
  home: Deployment,
  days: readonly Day[],
  compute: () => Promise<unknown>,
): Promise<Map<Day, Snapshot>> {
  const { lake, table } = home.store
  await lake.delete([...(await home.objects('derived/')), ...(await home.objects('snapshots/'))])
  for (const day of days) {
    for (const { pk, sk } of await collectRows(table, keys.head(day).pk)) await table.delete(pk, sk)
  }
  const { pk, sk } = keys.range()
  await table.delete(pk, sk)
  await compute()
  const found = new Map<Day, Snapshot>()
  for (const day of days) found.set(day, await home.snapshot(day))
  return found
}
