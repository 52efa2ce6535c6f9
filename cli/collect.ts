import { defineCommand } from 'citty'
import { invalid } from '../functions/kit/errors.ts'
import { chosenSources } from './chosen-sources.ts'
import { collectDays } from './collect-days.ts'
import { collectedOutcome } from './collected-outcome.ts'
import { dayRange, trailingDays } from './day-range.ts'
import { openDeployment } from './open-deployment.ts'
import { openProgress } from './open-progress.ts'
import { json, type Outcome } from './outcome.ts'
import { wholeNumber } from './whole-number.ts'

/** `tidemark collect` */
export const collect = defineCommand({
  meta: { name: 'collect', description: 'Read the sources, then compute what their data changed' },
  args: {
    from: { type: 'string', valueHint: 'day', description: 'First day to read, again if it was read before' },
    to: { type: 'string', valueHint: 'day', description: 'Last day to read (yesterday, unless given)' },
    days: { type: 'string', valueHint: 'n', description: 'Instead: whatever is due among the last n days' },
    source: { type: 'string', valueHint: 'id,…', description: 'Only these sources' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    await using deployment = await openDeployment({ vendors: true })
    if (args.days !== undefined && (args.from !== undefined || args.to !== undefined)) {
      throw invalid('--days and --from exclude each other: give one of them')
    }
    const range = dayRange(deployment, args)
    const due = args.days === undefined ? null : trailingDays(deployment, wholeNumber('--days', args.days, 1, 3_660))
    const sources = chosenSources(deployment.config.sources, args.source)
    const view = await openProgress(sources.map(({ id }) => id))
    try {
      const days = range ?? due ?? { from: null, to: null }
      return collectedOutcome(await collectDays(deployment, { ...days, force: range !== null, sources }, view))
    } finally {
      await view.close()
    }
  },
})
