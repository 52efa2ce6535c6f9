import { defineCommand } from 'citty'
import { day } from '../functions/kit/day.ts'
import { readSnapshot } from '../functions/store/read-snapshot.ts'
import { askApi } from './ask-api.ts'
import { describeTarget, type Target } from './describe-target.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'
import { describeNumber } from './snapshot.ts'
import { textTable } from './text-table.ts'

interface MetricsAnswer {
  readonly snapshots: { readonly to: string } | null
  readonly metrics: readonly (Target & {
    readonly id: string
    readonly unit: string
    readonly currency?: string
    readonly formula: string
  })[]
}

/** `tidemark metrics` */
export const metrics = defineCommand({
  meta: { name: 'metrics', description: 'Every metric with its formula' },
  args: { json },
  async run({ args }): Promise<Outcome> {
    await using deployment = await openDeployment()
    const body = await askApi(deployment, '/v1/metrics')
    const { metrics, snapshots } = JSON.parse(body) as MetricsAnswer
    const aimed = metrics.some(({ target }) => target !== undefined)
    const newest =
      aimed && snapshots && !args.json ? await readSnapshot(deployment.store, day(snapshots.to)) : undefined
    const rows = metrics.map((metric) => {
      const { id, unit, currency, formula } = metric
      const say = (value: number) => describeNumber(value, currency)
      return [id, unit, ...(aimed ? [describeTarget(metric, newest?.metrics[id]?.windows ?? {}, say)] : []), formula]
    })
    const since = newest ? `\n\ntargets as of ${newest.date}` : ''
    const headings = ['metric', 'unit', ...(aimed ? ['target'] : []), 'formula']
    return { ok: true, json: body, text: `${textTable(headings, rows)}${since}` }
  },
})
