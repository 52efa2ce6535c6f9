import { defineCommand } from 'citty'
import { collectDays } from './collect-days.ts'
import { collectedOutcome } from './collected-outcome.ts'
import { dayRange } from './day-range.ts'
import { openDeployment } from './open-deployment.ts'
import { openProgress } from './open-progress.ts'
import { json, type Outcome } from './outcome.ts'

/** `tidemark compute` */
export const compute = defineCommand({
  meta: { name: 'compute', description: 'Compute snapshots from what was read, without asking any vendor' },
  args: {
    from: {
      type: 'string',
      valueHint: 'day',
      description: 'First day to have a snapshot of (what changed, unless given)',
    },
    to: { type: 'string', valueHint: 'day', description: 'Last day (yesterday, unless given)' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    await using deployment = await openDeployment()
    const range = dayRange(deployment, args) ?? { from: null, to: null }
    const view = await openProgress([])
    try {
      return collectedOutcome(await collectDays(deployment, { ...range, force: false, sources: [] }, view))
    } finally {
      await view.close()
    }
  },
})
