import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { segmentValue } from '../../analysis/segment-value.ts'
import { type Day, day } from '../../kit/day.ts'
import type { Metric } from '../../kit/metric.ts'
import { readBody, readRevision } from '../../store/read-snapshot.ts'
import { keys, type MetricSnapshot, type RangeRow, type Snapshot, type WindowValue } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { dayText, format, instantText, segment, text } from '../parameters.ts'
import { problem } from '../problem.ts'
import { readResponses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import { type Segment, segmentOf } from '../segment.ts'
import type { Api, Serving } from '../serving.ts'
import { SnapshotBody } from '../snapshot-body.ts'
import { snapshotTable } from '../snapshot-table.ts'
import { storedJson, storedText } from '../stored-json.ts'

const List = text(4_000).regex(
  /^[a-z][a-z0-9_]{1,63}(,[a-z][a-z0-9_]{1,63})*$/,
  'is no list of metric ids; expected ids separated by commas',
)

/** `GET /v1/snapshots/{date}` */
export function snapshot(api: Api, serving: Serving): void {
  const { store, metrics } = serving
  const known = new Map(metrics.map((metric) => [metric.id, metric]))
  const route = createRoute({
    method: 'get',
    path: '/v1/snapshots/{date}',
    operationId: 'getSnapshot',
    summary: 'All metrics of one day, with their proof',
    ...secured(serving, 'metrics:read', { published: true }),
    request: {
      params: z.object({ date: dayText('a day in the reporting time zone') }),
      query: z.strictObject({
        metrics: List.optional().meta({ description: 'only these metrics; all if absent', example: 'orders,revenue' }),
        segment: segment.optional(),
        as_of: instantText('the snapshot as it was known at that instant; as it is known now if absent').optional(),
        format,
      }),
    },
    responses: readResponses(
      'The snapshot, as it was computed. With `segment`, values are those of it, of the metrics that have the dimension.',
      SnapshotBody,
      [...securedProblems, 'no-snapshot'],
    ),
  })
  api.openapi(route, async (c) => {
    const date = day(c.req.valid('param').date)
    const query = c.req.valid('query')
    const wanted = query.metrics?.split(',')
    const unknown = wanted?.find((id) => !known.has(id))
    if (unknown !== undefined) {
      return problem(c, 'invalid-request', {
        detail: 'metrics names no metric of this deployment; GET /v1/metrics lists them',
        invalidParams: [{ name: 'metrics', reason: `'${unknown}' is no metric` }],
      })
    }
    const asOf = query.as_of
    const revision = await readRevision(store, date, asOf)
    if (!revision) return problem(c, 'no-snapshot', { detail: await whichExist(serving, date, asOf) })
    const body = await readBody(store, revision)
    const { finality } = revision
    if (!wanted && query.segment === undefined) {
      return answer(c, storedText(body), finality, { csv: () => snapshotTable(storedJson<Snapshot>(body)) })
    }
    const whole = storedJson<Snapshot>(body)
    const chosen = Object.entries(whole.metrics).filter(([id]) => wanted?.includes(id) ?? true)
    const one = query.segment === undefined ? null : segmentOf(query.segment)
    const shown = one ? chosen.flatMap(([id, metric]) => ofSegment(known.get(id), id, metric, one)) : chosen
    const narrowed = { ...whole, metrics: Object.fromEntries(shown) }
    const json = JSON.stringify(one ? { ...narrowed, segment: query.segment } : narrowed)
    return answer(c, json, finality, { csv: () => snapshotTable(narrowed) })
  })
}

/** A metric with the values of one segment in place of the whole's; nothing if it has not that dimension. */
function ofSegment(
  declared: Metric | undefined,
  id: string,
  { previous: _, ...metric }: MetricSnapshot,
  { dimension, key }: Segment,
): [string, MetricSnapshot][] {
  if (!declared?.by?.some((name) => name === dimension)) return []
  const windows = Object.entries(metric.windows).map(([name, whole]): [string, WindowValue] => {
    const { finality, coverage } = whole
    return [name, { ...segmentValue(declared, whole, dimension, key), finality, coverage }]
  })
  return [[id, { ...metric, windows: Object.fromEntries(windows) }]]
}

/** Why there is no snapshot of a day, and of which days there are. */
export async function whichExist({ store }: Serving, date: Day, asOf?: string): Promise<string> {
  const { pk, sk } = keys.range()
  const range = (await store.table.get(pk, sk)) as RangeRow | undefined
  if (!range) return `no snapshot of ${date}; none was computed yet`
  if (asOf !== undefined && range.from <= date && date <= range.to) {
    return `no snapshot of ${date} had been computed by ${asOf}`
  }
  return `no snapshot of ${date}; there are snapshots from ${range.from} to ${range.to}`
}
