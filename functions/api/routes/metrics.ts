import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { collectRows } from '../../store/collect-rows.ts'
import { type DefinitionRow, keys, type RangeRow, windowName } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { tableOf } from '../csv.ts'
import { describeMetric, MetricDescription, metricColumns } from '../describe-metric.ts'
import { pageAfter } from '../page.ts'
import { cursor, format, limit } from '../parameters.ts'
import { readResponses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import type { Api, Serving } from '../serving.ts'

const QUESTION = '/v1/metrics'

const Metrics = z
  .object({
    timezone: z.string().describe('IANA name of the zone whose days all dates are'),
    windows: z.array(z.string()).describe('trailing days that every metric is computed over'),
    snapshots: z
      .object({ from: z.string(), to: z.string() })
      .nullable()
      .describe('first and last day that has a snapshot; null before the first'),
    metrics: z.array(MetricDescription),
    next_cursor: z.string().nullable().describe('for the next page; null on the last'),
  })
  .meta({ id: 'Metrics' })

/** `GET /v1/metrics` */
export function metrics(api: Api, serving: Serving): void {
  const { store, config, metrics: all } = serving
  const route = createRoute({
    method: 'get',
    path: '/v1/metrics',
    operationId: 'listMetrics',
    summary: 'What can be asked: metrics, windows and days',
    ...secured(serving, 'metrics:read', { published: true }),
    request: { query: z.strictObject({ limit, cursor, format }) },
    responses: readResponses('A page of metrics.', Metrics, securedProblems),
  })
  api.openapi(route, async (c) => {
    const { limit: most, cursor: given } = c.req.valid('query')
    const page = await pageAfter(c, serving, { question: QUESTION, cursor: given })
    if (page instanceof Response) return page
    const begin = page.after === undefined ? 0 : all.findIndex(({ id }) => id === page.after) + 1
    const end = begin + Number(most)
    const { pk, sk } = keys.range()
    const [found, rows] = await Promise.all([
      store.table.get(pk, sk),
      collectRows(store.table, keys.definition('').pk) as Promise<DefinitionRow[]>,
    ])
    const range = found as RangeRow | undefined
    const noted = new Map(rows.map((row) => [row.sk, row.versions]))
    const shown = all.slice(begin, end)
    const described = shown.map((metric) =>
      describeMetric(metric, { config, metrics: all, noted: noted.get(metric.id) ?? [] }),
    )
    const body: z.output<typeof Metrics> = {
      timezone: config.timezone,
      windows: config.windows.map(windowName),
      snapshots: range ? { from: range.from, to: range.to } : null,
      metrics: described,
      next_cursor: end < all.length ? await serving.cursors.write(QUESTION, shown.at(-1)!.id) : null,
    }
    return answer(c, JSON.stringify(body), 'provisional', { csv: () => tableOf(metricColumns, described) })
  })
}
