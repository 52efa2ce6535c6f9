import * as z from 'zod'
import type { MetricDescription } from '../describe-metric.ts'
import { read } from './ask.ts'
import { tool } from './tool.ts'

interface Metrics {
  readonly timezone: string
  readonly snapshots: { readonly from: string; readonly to: string } | null
  readonly metrics: readonly z.output<typeof MetricDescription>[]
}

export const listMetrics = tool({
  name: 'list_metrics',
  title: 'List metrics',
  description:
    'Which metrics there are: id, plain-words definition, unit, windows, dimensions, target; and from which day to which there are snapshots. The newest day is usually not complete yet.',
  input: z.strictObject({
    contains: z.string().max(80).describe('only metrics whose id, title or definition contains this').optional(),
  }),
  async answer({ contains }, ask) {
    const { timezone, snapshots, metrics } = await read<Metrics>(ask, '/v1/metrics?limit=1000')
    const wanted = contains?.trim().toLowerCase() ?? ''
    const chosen = metrics.filter(({ id, title, definition }) =>
      [id, title, definition].some((text) => text.toLowerCase().includes(wanted)),
    )
    return { timezone, snapshots, metrics: chosen }
  },
})
