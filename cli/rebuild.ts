import { defineCommand } from 'citty'
import { writeSeries } from '../functions/compute/publish.ts'
import { rebuild as rebuildTable } from '../functions/ingest/rebuild.ts'
import type { Day } from '../functions/kit/day.ts'
import type { Store } from '../functions/store/open.ts'
import { readSnapshot } from '../functions/store/read-snapshot.ts'
import { plural } from './describe-progress.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'

/** Days whose snapshots are held in memory at once. */
const BATCH = 31

/** `tidemark rebuild` */
export const rebuild = defineCommand({
  meta: { name: 'rebuild', description: "Restore the table from the lake's log" },
  args: { json },
  async run(): Promise<Outcome> {
    await using deployment = await openDeployment()
    const { store } = deployment
    const counts = await rebuildTable(store, (days) => writeAllSeries(store, days))
    const notice = 'API keys are not in the lake: make them anew with tidemark keys create'
    const revisions = `${plural(counts.revisions, 'revision')} of ${plural(counts.days, 'day')}`
    return {
      ok: true,
      json: { ...counts, notice },
      text: `put back ${plural(counts.parts, 'part')}, ${revisions} and ${plural(counts.annotations, 'annotation')}\n${notice}`,
    }
  },
})

async function writeAllSeries(store: Store, days: readonly Day[]): Promise<void> {
  for (let i = 0; i < days.length; i += BATCH) {
    const snapshots = await Promise.all(days.slice(i, i + BATCH).map((day) => readSnapshot(store, day)))
    await writeSeries(
      store,
      snapshots.filter((snapshot) => snapshot !== undefined),
    )
  }
}
