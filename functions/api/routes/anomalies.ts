import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { type Judgement, judge, type Point } from '../../analysis/anomaly.ts'
import { lateSources } from '../../analysis/late-sources.ts'
import { sayAnomaly } from '../../analysis/say-anomaly.ts'
import { addDays, type Day, dayOf } from '../../kit/day.ts'
import type { Metric } from '../../kit/metric.ts'
import { collectRows } from '../../store/collect-rows.ts'
import { inBatches } from '../../store/in-batches.ts'
import { readSnapshot } from '../../store/read-snapshot.ts'
import { type CursorRow, keys, type Snapshot } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { tableOf } from '../csv.ts'
import { newestDay } from '../newest-day.ts'
import { dayText, format } from '../parameters.ts'
import { problem } from '../problem.ts'
import { readResponses, securedProblems } from '../responses.ts'
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
    compared: z.array(z.string()).describe('final days of the same weekday, definition and coverage, newest first'),
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
    request: {
      query: z.strictObject({ date: dayText('the day; the newest with a snapshot if absent').optional(), format }),
    },
    responses: readResponses('Every metric, judged.', Anomalies, [...securedProblems, 'no-snapshot']),
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
    const sources = await knownSources(serving, snapshot)
    const judged = metrics.flatMap((metric) => {
      const point = pointOf(snapshot, metric)
      if (!point) return []
      const others = before.flatMap((one) => pointOf(one, metric) ?? [])
      // What nothing yields here waits for nobody.
      const unknown = snapshot.metrics[metric.id]!.windows['1d']!.null_reason === 'no_data'
      const late = unknown ? [] : lateSources(metric, snapshot, { sources, score: config.score }, metrics)
      const judgement = judge(point, others, late)
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
    return answer(c, JSON.stringify(body), snapshot.finality, { csv: () => tableOf(COLUMNS, rowsOf(body)) })
  })
}

const COLUMNS = [
  'date',
  'metric',
  'status',
  'value',
  'unit',
  'currency',
  'median',
  'deviations',
  'change_pct',
  'good',
  'reason',
  'sources',
  'finality',
  'revision',
  'sentence',
] as const

const rowsOf = ({ date, finality, revision, metrics }: z.output<typeof Anomalies>) =>
  metrics.map((one) => ({ date, ...one, finality, revision, sources: one.sources.map(({ source }) => source) }))

/** The config's sources, with what their streams yield where only readings tell: of those that are warned of. */
async function knownSources({ store, config }: Serving, { warnings }: Snapshot): Promise<Serving['config']['sources']> {
  const warned = new Set(warnings.map(({ source }) => source))
  return Promise.all(
    config.sources.map(async (source) => {
      if (!warned.has(source.id) || source.streams.every(({ facts }) => facts !== null)) return source
      const cursors = (await collectRows(store.table, keys.cursor(source.id, '').pk)) as CursorRow[]
      const factsOf = (stream: string) => cursors.find(({ sk }) => sk === stream)?.facts ?? null
      return { ...source, streams: source.streams.map((one) => ({ ...one, facts: one.facts ?? factsOf(one.name) })) }
    }),
  )
}

function pointOf({ date, metrics }: Snapshot, { id }: Metric): Point | null {
  const metric = metrics[id]
  const found = metric?.windows['1d']
  if (!metric || !found) return null
  const { value, finality, coverage, low_sample = false } = found
  return { day: date, value, finality, coverage, low_sample, definition_version: metric.definition_version }
}

function describe(
  { config, now }: Serving,
  metric: Metric,
  { date, final_on }: Snapshot,
  { value }: Point,
  judgement: Judgement,
): z.output<typeof Judged> {
  const currency = metric.unit === 'money' ? config.currency : undefined
  const judged = judgement.status === 'not_judged' ? null : judgement
  const not = judgement.status === 'not_judged' ? judgement : null
  // A day that was not read again in time is overdue: nobody knows until when.
  const finalOn = final_on !== null && final_on > dayOf(now().getTime(), config.timezone) ? final_on : null
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
    sentence: sayAnomaly(judgement, { metric, currency, day: date, value, finalOn }),
  }
}
