import { defineCommand } from 'citty'
import { askApi } from './ask-api.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'
import { textTable } from './text-table.ts'

interface MetricsAnswer {
  readonly metrics: readonly { readonly id: string; readonly unit: string; readonly formula: string }[]
}

/** `tidemark metrics` */
export const metrics = defineCommand({
  meta: { name: 'metrics', description: 'Every metric with its formula' },
  args: { json },
  async run(): Promise<Outcome> {
    await using deployment = await openDeployment()
    const body = await askApi(deployment, '/v1/metrics')
    const rows = (JSON.parse(body) as MetricsAnswer).metrics.map(({ id, unit, formula }) => [id, unit, formula])
    return { ok: true, json: body, text: textTable(['metric', 'unit', 'formula'], rows) }
  },
})
