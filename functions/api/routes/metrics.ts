import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { keys, type RangeRow, windowName } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { describeMetric, MetricDescription } from '../describe-metric.ts'
import { responses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import type { Api, Serving } from '../serving.ts'

const Metrics = z
  .object({
    timezone: z.string().describe('IANA name of the zone whose days all dates are'),
    windows: z.array(z.string()).describe('trailing days that every metric is computed over'),
    snapshots: z
      .object({ from: z.string(), to: z.string() })
      .nullable()
      .describe('first and last day that has a snapshot; null before the first'),
    metrics: z.array(MetricDescription),
  })
  .meta({ id: 'Metrics' })

/** `GET /v1/metrics` */
export function metrics(api: Api, serving: Serving): void {
  const { store, config } = serving
  const described = serving.metrics.map((metric) => describeMetric(metric, config))
  const route = createRoute({
    method: 'get',
    path: '/v1/metrics',
    operationId: 'listMetrics',
    summary: 'What can be asked: metrics, windows and days',
    ...secured(serving, 'metrics:read'),
    request: { query: z.strictObject({}) },
    responses: responses('Every metric.', Metrics, securedProblems),
  })
  api.openapi(route, async (c) => {
    const { pk, sk } = keys.range()
    const range = (await store.table.get(pk, sk)) as RangeRow | undefined
    const body: z.output<typeof Metrics> = {
      timezone: config.timezone,
      windows: config.windows.map(windowName),
      snapshots: range ? { from: range.from, to: range.to } : null,
      metrics: described,
    }
    return answer(c, JSON.stringify(body), 'provisional')
  })
}
