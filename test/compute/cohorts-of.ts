import { day } from '../../functions/kit/day.ts'
import type { Period } from '../../functions/kit/period.ts'
import { collectRows } from '../../functions/store/collect-rows.ts'
import { unpack } from '../../functions/store/json-object.ts'
import { type Cohort, type CohortRow, keys } from '../../functions/store/rows.ts'
import type { Table } from '../../functions/store/table.ts'

/** A row without its packed body, and what that says. */
export interface StoredCohort extends Pick<CohortRow, 'revision' | 'computed_at' | 'corrected_at'> {
  /** First day of its week or month. */
  readonly sk: string
  readonly cohort: Cohort
}

/** Every cohort row of a table, oldest first, with what its body says. */
export async function cohortRows(table: Table, period: Period): Promise<StoredCohort[]> {
  const rows = (await collectRows(table, keys.cohort(period, day('2000-01-01')).pk)) as CohortRow[]
  return Promise.all(
    rows.map(async ({ sk, revision, computed_at, corrected_at, body }) => {
      const cohort = JSON.parse((await unpack(body)).toString('utf8')) as Cohort
      return { sk, revision, computed_at, corrected_at, cohort }
    }),
  )
}

/** Sizes and retained persons by first day: `{ '2026-11-02': [size, retained…] }`, empty cohorts left out. */
export async function triangle(table: Table, period: Period): Promise<Record<string, (number | null)[]>> {
  const rows = await cohortRows(table, period)
  return Object.fromEntries(
    rows.filter(({ cohort }) => cohort.size !== 0).map(({ sk, cohort }) => [sk, [cohort.size, ...cohort.retained]]),
  )
}
