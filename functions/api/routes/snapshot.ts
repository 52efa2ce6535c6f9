import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { type Day, day } from '../../kit/day.ts'
import { readBody, readRevision } from '../../store/read-snapshot.ts'
import { keys, type RangeRow, type Snapshot } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { dayText, instantText, text } from '../parameters.ts'
import { problem } from '../problem.ts'
import { responses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import type { Api, Serving } from '../serving.ts'
import { SnapshotBody } from '../snapshot-body.ts'
import { storedJson, storedText } from '../stored-json.ts'

const List = text(4_000).regex(
  /^[a-z][a-z0-9_]{1,63}(,[a-z][a-z0-9_]{1,63})*$/,
  'is no list of metric ids; expected ids separated by commas',
)

/** `GET /v1/snapshots/{date}` */
export function snapshot(api: Api, serving: Serving): void {
  const { store, metrics } = serving
  const known = new Set(metrics.map(({ id }) => id))
  const route = createRoute({
    method: 'get',
    path: '/v1/snapshots/{date}',
    operationId: 'getSnapshot',
    summary: 'All metrics of one day, with their proof',
    ...secured(serving, 'metrics:read'),
    request: {
      params: z.object({ date: dayText('a day in the reporting time zone') }),
      query: z.strictObject({
        metrics: List.optional().meta({ description: 'only these metrics; all if absent', example: 'orders,revenue' }),
        as_of: instantText('the snapshot as it was known at that instant; as it is known now if absent').optional(),
      }),
    },
    responses: responses('The snapshot, as it was computed.', SnapshotBody, [...securedProblems, 'no-snapshot']),
  })
  api.openapi(route, async (c) => {
    const date = day(c.req.valid('param').date)
    const wanted = c.req.valid('query').metrics?.split(',')
    const unknown = wanted?.find((id) => !known.has(id))
    if (unknown !== undefined) {
      return problem(c, 'invalid-request', {
        detail: 'metrics names no metric of this deployment; GET /v1/metrics lists them',
        invalidParams: [{ name: 'metrics', reason: `'${unknown}' is no metric` }],
      })
    }
    const asOf = c.req.valid('query').as_of
    const revision = await readRevision(store, date, asOf)
    if (!revision) return problem(c, 'no-snapshot', { detail: await whichExist(serving, date, asOf) })
    const body = await readBody(store, revision)
    if (!wanted) return answer(c, storedText(body), revision.finality)
    const whole = storedJson<Snapshot>(body)
    const chosen = Object.entries(whole.metrics).filter(([id]) => wanted.includes(id))
    return answer(c, JSON.stringify({ ...whole, metrics: Object.fromEntries(chosen) }), revision.finality)
  })
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
