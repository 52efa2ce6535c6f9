import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { headlineOf } from '../../metrics/headline.ts'
import { collectRows } from '../../store/collect-rows.ts'
import { type DefinitionRow, keys, type RangeRow, windowName } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { tableOf } from '../csv.ts'
import { describeMetric, MetricDescription, metricColumns } from '../describe-metric.ts'
import { pageAfter } from '../page.ts'
import { cursor, format, limit, text } from '../parameters.ts'
import { readResponses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import type { Api, Serving } from '../serving.ts'

const Metrics = z
  .object({
    timezone: z.string().describe('IANA name of the zone whose days all dates are'),
    windows: z.array(z.string()).describe('trailing days that every metric is computed over'),
    headline: z
      .array(z.string())
      .describe('ids of the metrics that a page shows first, in that order, whichever are on this page'),
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
  const { store, config, metrics: every } = serving
  const groups = [...new Set(every.flatMap(({ group }) => group ?? []))]
  const group = text(40)
    .refine((name) => groups.includes(name), `is no group of metrics; expected ${groups.join(', ')}`)
    .meta({
      description: 'only the metrics of this group, as /v1/metrics names it',
      ...(groups[0] && { example: groups[0] }),
    })
    .optional()
  const route = createRoute({
    method: 'get',
    path: '/v1/metrics',
    operationId: 'listMetrics',
    summary: 'What can be asked: metrics, windows and days',
    ...secured(serving, 'metrics:read', { published: true }),
    request: { query: z.strictObject({ group, limit, cursor, format }) },
    responses: readResponses('A page of metrics.', Metrics, securedProblems),
  })
  api.openapi(route, async (c) => {
    const { group: wanted, limit: most, cursor: given } = c.req.valid('query')
    const question = `/v1/metrics ${JSON.stringify([wanted])}`
    const page = await pageAfter(c, serving, { question, cursor: given })
    if (page instanceof Response) return page
    const all = wanted === undefined ? every : every.filter((one) => one.group === wanted)
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
      describeMetric(metric, { config, metrics: every, noted: noted.get(metric.id) ?? [] }),
    )
    const body: z.output<typeof Metrics> = {
      timezone: config.timezone,
      windows: config.windows.map(windowName),
      headline: headlineOf(config, every),
      snapshots: range ? { from: range.from, to: range.to } : null,
      metrics: described,
      next_cursor: end < all.length ? await serving.cursors.write(question, shown.at(-1)!.id) : null,
    }
    return answer(c, JSON.stringify(body), 'provisional', { csv: () => tableOf(metricColumns, described) })
  })
}
