import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { addDays, type Day, dayOf, daysBetween } from '../../kit/day.ts'
import { keys, type RangeRow, windowName } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { dayText, metricId, text } from '../parameters.ts'
import { problem } from '../problem.ts'
import { responses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import { finalityOf, readSeries, SeriesColumns } from '../series.ts'
import type { Api, Serving } from '../serving.ts'
import { unknownMetric } from '../unknown-metric.ts'

/** Ten years, leap days included. */
const MOST_DAYS = 3_653
const DEFAULT_DAYS = 28

const Series = z
  .object({
    metric: z.string(),
    unit: z.string(),
    currency: z.string().optional(),
    window: z.string(),
    timezone: z.string(),
    from: z.string(),
    to: z.string().describe('included'),
    columns: SeriesColumns,
  })
  .meta({ id: 'Series' })

/** `GET /v1/metrics/{id}/series` */
export function series(api: Api, serving: Serving): void {
  const { store, config, metrics } = serving
  const byId = new Map(metrics.map((metric) => [metric.id, metric]))
  const windows = config.windows.map(windowName)
  const usual = windows.includes('1d') ? '1d' : windows[0]!
  const route = createRoute({
    method: 'get',
    path: '/v1/metrics/{id}/series',
    operationId: 'getSeries',
    summary: 'One metric over a range of days, every day present',
    ...secured(serving, 'metrics:read'),
    request: {
      params: z.object({ id: metricId }),
      query: z.strictObject({
        from: dayText(`first day; ${DEFAULT_DAYS} days up to \`to\` if absent`).optional(),
        to: dayText('last day, included; the newest day with a snapshot if absent').optional(),
        window: text(10)
          .refine((name) => windows.includes(name), `is no window of this deployment; expected ${windows.join(', ')}`)
          .meta({ description: 'trailing days that each point looks at', enum: windows })
          .default(usual),
      }),
    },
    responses: responses('The series.', Series, [...securedProblems, 'unknown-metric']),
  })
  api.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    const metric = byId.get(id)
    if (!metric) return unknownMetric(c, id)
    const query = c.req.valid('query')
    const to = (query.to as Day | undefined) ?? (await lastDay(serving))
    const from = (query.from as Day | undefined) ?? addDays(to, 1 - DEFAULT_DAYS)
    const days = daysBetween(from, to) + 1
    if (days < 1 || days > MOST_DAYS) {
      const reason =
        days < 1
          ? `${from} is later than 'to', which is ${to}`
          : `${from} to ${to} are ${days} days; at most ${MOST_DAYS}`
      return problem(c, 'invalid-request', {
        detail: 'the range of days is not valid',
        invalidParams: [{ name: 'from', reason }],
      })
    }
    const columns = await readSeries(store.table, { metric: id, window: query.window, from, to })
    const body: z.output<typeof Series> = {
      metric: id,
      unit: metric.unit,
      ...(metric.unit === 'money' && { currency: config.currency }),
      window: query.window,
      timezone: config.timezone,
      from,
      to,
      columns,
    }
    return answer(c, JSON.stringify(body), finalityOf(columns))
  })
}

/** The newest day with a snapshot; yesterday before the first. */
async function lastDay({ store, config, now }: Serving): Promise<Day> {
  const { pk, sk } = keys.range()
  const range = (await store.table.get(pk, sk)) as RangeRow | undefined
  return range?.to ?? addDays(dayOf(now().getTime(), config.timezone), -1)
}
