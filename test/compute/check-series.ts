import { expect } from 'vitest'
import { unpack } from '../../functions/store/json-object.ts'
import { keys, type SeriesChunk, type SeriesRow, type Snapshot } from '../../functions/store/rows.ts'
import type { Deployment } from './deployment.ts'

/** That the series have, for a snapshot's day, what the snapshot says, in every metric and window. */
export async function checkSeries({ store }: Deployment, { date, revision, metrics }: Snapshot): Promise<void> {
  for (const [metric, { windows, definition_version }] of Object.entries(metrics)) {
    for (const [window, value] of Object.entries(windows)) {
      const { pk, sk } = keys.series(metric, window, date.slice(0, 7))
      const row = (await store.table.get(pk, sk)) as SeriesRow | undefined
      const chunk = row && (JSON.parse((await unpack(row.body)).toString('utf8')) as SeriesChunk)
      const at = chunk?.days.indexOf(date) ?? -1
      // What nothing yields has no series.
      const point =
        at < 0 ? null : Object.fromEntries(Object.entries(chunk!).map(([name, column]) => [name, column[at]]))
      const expected = {
        days: date,
        value: value.value,
        null_reason: value.null_reason ?? null,
        numerator: value.numerator ?? null,
        denominator: value.denominator ?? null,
        final: value.finality === 'final',
        coverage: value.coverage,
        revision,
        definition_version,
      }
      const none = point === null && value.null_reason === 'no_data'
      expect({ metric, window, ...point }).toEqual({ metric, window, ...(none ? null : expected) })
    }
  }
}
