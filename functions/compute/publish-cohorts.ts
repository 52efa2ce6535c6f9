import type { Day } from '../kit/day.ts'
import { TidemarkError } from '../kit/errors.ts'
import { type Period, periods } from '../kit/period.ts'
import { collectRows } from '../store/collect-rows.ts'
import { inBatches } from '../store/in-batches.ts'
import { pack, unpack } from '../store/json-object.ts'
import { type Cohort, type CohortRow, keys } from '../store/rows.ts'
import type { Table } from '../store/table.ts'

/** One cohort as it was computed. */
export interface ComputedCohort {
  readonly period: Period
  /** First day of its week or month. */
  readonly cohort: Day
  readonly row: Cohort
}

/** Writes the cohorts that differ from those in the table, each on condition of the revision it started from. */
export async function publishCohorts(table: Table, cohorts: readonly ComputedCohort[], now: Date): Promise<void> {
  const before = new Map<string, CohortRow>()
  for (const period of periods) {
    const { pk } = keys.cohort(period, '' as Day)
    for (const row of (await collectRows(table, pk)) as CohortRow[]) before.set(`${pk} ${row.sk}`, row)
  }
  await inBatches(cohorts, async ({ period, cohort, row }) => {
    const key = keys.cohort(period, cohort)
    const old = before.get(`${key.pk} ${key.sk}`)
    const was = old && (await unpack(old.body)).toString('utf8')
    const text = JSON.stringify(row)
    if (was === text) return
    const computed_at = now.toISOString().replace(/\.\d{3}Z$/, 'Z')
    const corrected = was !== undefined && finalChanged(JSON.parse(was) as Cohort, row)
    const next: CohortRow = {
      ...key,
      revision: (old?.revision ?? 0) + 1,
      computed_at,
      corrected_at: corrected ? computed_at : (old?.corrected_at ?? null),
      body: await pack(text),
    }
    const on = old ? ({ attribute: 'revision', is: '=', value: old.revision } as const) : 'absent'
    if (!(await table.put(next, on))) {
      throw new TidemarkError(
        'unavailable',
        `another compute wrote the cohort of the ${period} of ${cohort}; this one is repeated`,
      )
    }
  })
}

/** Whether a number that was final is another now. */
function finalChanged(before: Cohort, now: Cohort): boolean {
  const size = before.size_final && before.size !== now.size
  return size || before.retained.some((n, age) => before.final[age] && n !== now.retained[age])
}
