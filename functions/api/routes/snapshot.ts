import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { type Day, day } from '../../kit/day.ts'
import { TidemarkError } from '../../kit/errors.ts'
import { type HeadRow, keys, type RangeRow, type RevisionRow, type Snapshot } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { dayText, text } from '../parameters.ts'
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
    summary: 'All metrics of one day, with their proof, at the newest revision',
    ...secured(serving, 'metrics:read'),
    request: {
      params: z.object({ date: dayText('a day in the reporting time zone') }),
      query: z.strictObject({
        metrics: List.optional().meta({ description: 'only these metrics; all if absent', example: 'orders,revenue' }),
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
    const revision = await newest(serving, date)
    if (!revision) return problem(c, 'no-snapshot', { detail: await whichExist(serving, date) })
    const body = revision.body ?? (await store.lake.get(revision.object))
    if (!body) {
      throw new TidemarkError(
        'unavailable',
        `revision ${revision.revision} of ${date} is not in the lake; the operator can compute the day again`,
      )
    }
    if (!wanted) return answer(c, storedText(body), revision.finality)
    const whole = storedJson<Snapshot>(body)
    const chosen = Object.entries(whole.metrics).filter(([id]) => wanted.includes(id))
    return answer(c, JSON.stringify({ ...whole, metrics: Object.fromEntries(chosen) }), revision.finality)
  })
}

async function newest({ store }: Serving, date: Day): Promise<RevisionRow | undefined> {
  const at = keys.head(date)
  const head = (await store.table.get(at.pk, at.sk)) as HeadRow | undefined
  if (!head) return undefined
  const { pk, sk } = keys.revision(date, head.revision)
  const revision = (await store.table.get(pk, sk)) as RevisionRow | undefined
  if (!revision) throw new Error(`the head of ${date} names revision ${head.revision}, which has no row`)
  return revision
}

async function whichExist({ store }: Serving, date: Day): Promise<string> {
  const { pk, sk } = keys.range()
  const range = (await store.table.get(pk, sk)) as RangeRow | undefined
  return range
    ? `no snapshot of ${date}; there are snapshots from ${range.from} to ${range.to}`
    : `no snapshot of ${date}; none was computed yet`
}
