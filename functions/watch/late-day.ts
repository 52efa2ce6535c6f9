import { addDays, type Day, dayOf } from '../kit/day.ts'
import { type DeployedRow, keys } from '../store/rows.ts'
import type { Table } from '../store/table.ts'

export interface Watched {
  readonly timezone: string
  /** Minutes after midnight by which the snapshot of the day before ought to be there. */
  readonly expectedBy: number
}

/** The newest day whose snapshot ought to be there and is not; null if it is, or none is expected yet. */
export async function lateDay(table: Table, { timezone, expectedBy }: Watched, now: Date): Promise<Day | null> {
  const expected = addDays(dayOf(now.getTime() - expectedBy * 60_000, timezone), -1)
  const at = keys.deployed()
  const deployed = (await table.get(at.pk, at.sk)) as DeployedRow | undefined
  if (!deployed || dayOf(Date.parse(deployed.at), timezone) > expected) return null
  const { pk, sk } = keys.head(expected)
  return (await table.get(pk, sk)) ? null : expected
}
