import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { segmentValue } from '../../analysis/segment-value.ts'
import type { Day } from '../../kit/day.ts'
import type { Metric } from '../../kit/metric.ts'
import { windowsOf } from '../../kit/windows-of.ts'
import { readSnapshot } from '../../store/read-snapshot.ts'
import { type Snapshot, type Value, type WindowValue, windowName } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { tableOf } from '../csv.ts'
import { inputsOf } from '../inputs-of.ts'
import { newestDay } from '../newest-day.ts'
import { dayText, format, instantText, metricId, segment, text } from '../parameters.ts'
import { problem } from '../problem.ts'
import { readResponses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import { noDimension, segmentOf } from '../segment.ts'
import type { Api, Serving } from '../serving.ts'
import { NullReason, SnapshotBody } from '../snapshot-body.ts'
import { metricProblems, unknownMetric } from '../unknown-metric.ts'
import { whichExist } from './snapshot.ts'

const ValueBody = z
  .object({
    metric: z.string(),
    date: z.string(),
    timezone: z.string(),
    window: z.string(),
    segment: z.string().optional(),
    value: z.number().nullable().describe('money in minor units; null is "no data", never zero'),
    null_reason: NullReason.optional().describe('why `value` is null'),
    unit: z.string(),
    currency: z.string().optional(),
    numerator: z.number().nullable().optional(),
    denominator: z.number().nullable().optional(),
    low_sample: z.boolean().optional().describe('true where there are too few cases to act on a change'),
    definition_version: z.int(),
    finality: z.enum(['provisional', 'final']),
    final_on: z.string().nullable().describe('first day on which its snapshot can be final; null if it is'),
    coverage: z.number().describe('share of the days and streams it rests on that have been read'),
    revision: z.int().describe('of the snapshot that it belongs to'),
    inputs: z
      .array(
        z.object({
          source: z.string(),
          data_through: z.string().nullable(),
          rows: z.int().describe('of the source on that day'),
          digest: z.string().describe('of what those rows say'),
        }),
      )
      .describe('the sources that it rests on'),
    warnings: SnapshotBody.shape.warnings,
  })
  .meta({ id: 'Value' })

/** `GET /v1/metrics/{id}/value` */
export function value(api: Api, serving: Serving): void {
  const { store, config, metrics } = serving
  const byId = new Map(metrics.map((metric) => [metric.id, metric]))
  const names = [...securedProblems, ...metricProblems, 'no-snapshot'] as const
  const route = createRoute({
    method: 'get',
    path: '/v1/metrics/{id}/value',
    operationId: 'getValue',
    summary: 'One value with its proof: parts, definition, finality, coverage, inputs, warnings',
    ...secured(serving, 'metrics:read', { published: true }),
    request: {
      params: z.object({ id: metricId }),
      query: z.strictObject({
        date: dayText('the day; the newest with a snapshot if absent').optional(),
        window: text(10).optional().meta({ description: "the metric's shortest if absent", example: '28d' }),
        segment: segment.optional(),
        as_of: instantText('the value as it was known at that instant').optional(),
        format,
      }),
    },
    responses: readResponses('The value.', ValueBody, names),
  })
  api.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    const metric = byId.get(id)
    if (!metric) return unknownMetric(c, serving, id)
    const query = c.req.valid('query')
    const windows = windowsOf(metric, config).map(windowName)
    const window = query.window ?? windows[0]!
    if (!windows.includes(window)) {
      return problem(c, 'invalid-request', {
        detail: `${id} has no window ${window}`,
        invalidParams: [{ name: 'window', reason: `expected ${windows.join(', ')}` }],
      })
    }
    const wanted = query.segment === undefined ? null : segmentOf(query.segment)
    if (wanted && !metric.by?.some((name) => name === wanted.dimension)) {
      return noDimension(c, 'segment', metric, wanted.dimension)
    }
    const date = (query.date as Day | undefined) ?? (await newestDay(serving))
    const snapshot = await readSnapshot(store, date, query.as_of)
    if (!snapshot) return problem(c, 'no-snapshot', { detail: await whichExist(serving, date, query.as_of) })
    const whole = snapshot.metrics[id]?.windows[window]
    if (!whole) {
      return problem(c, 'no-snapshot', {
        detail: `the snapshot of ${date} is older than ${id} under ${window}; it has to be computed again`,
      })
    }
    const found = wanted ? segmentValue(metric, whole, wanted.dimension, wanted.key) : whole
    const body = describeValue(serving, metric, snapshot, { window, whole, found, segment: query.segment })
    return answer(c, JSON.stringify(body), whole.finality, {
      csv: () =>
        tableOf(COLUMNS, [
          {
            ...body,
            inputs: body.inputs.map(({ source }) => source),
            warnings: body.warnings.map(({ code, source }) => (source === undefined ? code : `${code}:${source}`)),
          },
        ]),
    })
  })
}

const COLUMNS = [
  'metric',
  'date',
  'window',
  'segment',
  'value',
  'null_reason',
  'unit',
  'currency',
  'numerator',
  'denominator',
  'low_sample',
  'definition_version',
  'finality',
  'final_on',
  'coverage',
  'revision',
  'inputs',
  'warnings',
] as const

interface Found {
  readonly window: string
  readonly whole: WindowValue
  readonly found: Value
  readonly segment: string | undefined
}

function describeValue(
  { config, metrics }: Serving,
  metric: Metric,
  snapshot: Snapshot,
  { window, whole, found, segment }: Found,
): z.output<typeof ValueBody> {
  const { id, unit } = metric
  const inputs = inputsOf(metric, config, metrics)
  const { value, null_reason, numerator, denominator } = found
  return {
    metric: id,
    date: snapshot.date,
    timezone: snapshot.timezone,
    window,
    ...(segment !== undefined && { segment }),
    value,
    ...(null_reason !== undefined && { null_reason }),
    unit,
    ...(unit === 'money' && { currency: snapshot.metrics[id]!.currency ?? config.currency }),
    ...(numerator !== undefined && { numerator }),
    ...(denominator !== undefined && { denominator }),
    ...(whole.low_sample !== undefined && segment === undefined && { low_sample: whole.low_sample }),
    definition_version: snapshot.metrics[id]!.definition_version,
    finality: whole.finality,
    final_on: whole.finality === 'final' ? null : snapshot.final_on,
    coverage: whole.coverage,
    revision: snapshot.revision,
    inputs: snapshot.sources
      .filter((source) => inputs.includes(source.id))
      .map(({ id: source, data_through, rows, digest }) => ({ source, data_through, rows, digest })),
    warnings: snapshot.warnings
      .filter(({ source }) => source === undefined || inputs.includes(source))
      .map((warning) => ({ ...warning })),
  }
}
