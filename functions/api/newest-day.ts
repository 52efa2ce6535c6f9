import { addDays, type Day, dayOf } from '../kit/day.ts'
import { keys, type RangeRow } from '../store/rows.ts'
import type { Serving } from './serving.ts'

/** The newest day with a snapshot; yesterday before the first. */
export async function newestDay({ store, config, now }: Serving): Promise<Day> {
  const { pk, sk } = keys.range()
  const range = (await store.table.get(pk, sk)) as RangeRow | undefined
  return range?.to ?? addDays(dayOf(now().getTime(), config.timezone), -1)
}
