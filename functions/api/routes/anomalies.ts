import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { type Judgement, judge, type Point } from '../../analysis/anomaly.ts'
import { lateSources } from '../../analysis/late-sources.ts'
import { sayAnomaly } from '../../analysis/say-anomaly.ts'
import { addDays, type Day } from '../../kit/day.ts'
import type { Metric } from '../../kit/metric.ts'
import { inBatches } from '../../store/in-batches.ts'
import { readSnapshot } from '../../store/read-snapshot.ts'
import type { Snapshot } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { newestDay } from '../newest-day.ts'
import { dayText } from '../parameters.ts'
import { problem } from '../problem.ts'
import { responses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import type { Api, Serving } from '../serving.ts'
import { whichExist } from './snapshot.ts'

/** Weeks looked back for final days with a value: more than are compared, as some have none. */
const MOST_WEEKS = 16

const Judged = z
  .object({
    metric: z.string(),
    unit: z.string(),
    currency: z.string().optional(),
    status: z.enum(['usual', 'unusual', 'not_judged']),
    value: z.number().nullable(),
    median: z.number().nullable().describe('of the days it is compared with; null where it is not judged'),
    deviations: z
      .number()
      .nullable()
      .describe(
        'robust standard deviations from the median; null where it is not judged, or all compared days were alike',
      ),
    change_pct: z.number().nullable().describe('from the median, per 100 of it; null where it is not judged'),
    good: z
      .boolean()
      .nullable()
      .describe('`unusual` only: whether the change is for the better; null where neither way is'),
    compared: z.array(z.string()).describe('final days of the same weekday and definition, newest first'),
    reason: z
      .enum(['no_value', 'source_late', 'partly_covered', 'provisional', 'low_sample', 'short_history', 'mostly_zero'])
      .nullable()
      .describe('why it is not judged'),
    sources: z
      .array(z.object({ source: z.string(), status: z.enum(['late', 'missing', 'failed']) }))
      .describe('`source_late` only: those that are'),
    sentence: z.string().describe('the same in plain words'),
  })
  .meta({ id: 'Judged' })

const Anomalies = z
  .object({
    date: z.string(),
    timezone: z.string(),
    revision: z.int().describe('of the snapshot that was judged'),
    finality: z.enum(['provisional', 'final']),
    unusual: z.int(),
    usual: z.int(),
    not_judged: z.int(),
    metrics: z.array(Judged).describe('every metric that has daily values'),
  })
  .meta({ id: 'Anomalies' })

/** `GET /v1/anomalies` */
export function anomalies(api: Api, serving: Serving): void {
  const { store, config, metrics } = serving
  const route = createRoute({
    method: 'get',
    path: '/v1/anomalies',
    operationId: 'listAnomalies',
    summary: 'Which metrics were unusual for their weekday, and which cannot be judged yet',
    ...secured(serving, 'metrics:read'),
    request: { query: z.strictObject({ date: dayText('the day; the newest with a snapshot if absent').optional() }) },
    responses: responses('Every metric, judged.', Anomalies, [...securedProblems, 'no-snapshot']),
  })
  api.openapi(route, async (c) => {
    const date = (c.req.valid('query').date as Day | undefined) ?? (await newestDay(serving))
    const snapshot = await readSnapshot(store, date)
    if (!snapshot) return problem(c, 'no-snapshot', { detail: await whichExist(serving, date) })
    const before: Snapshot[] = []
    const weeks = Array.from({ length: MOST_WEEKS }, (_, i) => i + 1)
    await inBatches(weeks, async (week) => {
      const found = await readSnapshot(store, addDays(date, -7 * week))
      if (found) before.push(found)
    })
    const judged = metrics.flatMap((metric) => {
      const point = pointOf(snapshot, metric)
      if (!point) return []
      const others = before.flatMap((one) => pointOf(one, metric) ?? [])
      const judgement = judge(point, others, lateSources(metric, snapshot, config, metrics))
      return [describe(serving, metric, snapshot, point, judgement)]
    })
    const count = (status: Judgement['status']) => judged.filter((one) => one.status === status).length
    const body: z.output<typeof Anomalies> = {
      date,
      timezone: snapshot.timezone,
      revision: snapshot.revision,
      finality: snapshot.finality,
      unusual: count('unusual'),
      usual: count('usual'),
      not_judged: count('not_judged'),
      metrics: judged,
    }
    return answer(c, JSON.stringify(body), snapshot.finality)
  })
}

function pointOf({ date, metrics }: Snapshot, { id }: Metric): Point | null {
  const metric = metrics[id]
  const found = metric?.windows['1d']
  if (!metric || !found) return null
  const { value, finality, coverage, low_sample = false } = found
  return { day: date, value, finality, coverage, low_sample, definition_version: metric.definition_version }
}

function describe(
  { config }: Serving,
  metric: Metric,
  { date, final_on }: Snapshot,
  { value }: Point,
  judgement: Judgement,
): z.output<typeof Judged> {
  const currency = metric.unit === 'money' ? config.currency : undefined
  const judged = judgement.status === 'not_judged' ? null : judgement
  const not = judgement.status === 'not_judged' ? judgement : null
  const better = judged && metric.direction !== null ? judged.change > 0 === (metric.direction === 'up') : null
  return {
    metric: metric.id,
    unit: metric.unit,
    ...(currency !== undefined && { currency }),
    status: judgement.status,
    value,
    median: judged?.median ?? null,
    deviations: judged?.deviations ?? null,
    change_pct: judged ? judged.change * 100 : null,
    good: judgement.status === 'unusual' ? better : null,
    compared: [...judgement.compared],
    reason: not?.reason ?? null,
    sources: [...(not?.sources ?? [])],
    sentence: sayAnomaly(judgement, { metric, currency, day: date, value, finalOn: final_on }),
  }
}
