import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { day } from '../../kit/day.ts'
import { collectRows } from '../../store/collect-rows.ts'
import { keys, type RevisionRow } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { tableOf } from '../csv.ts'
import { dayText, format } from '../parameters.ts'
import { problem } from '../problem.ts'
import { readResponses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import type { Api, Serving } from '../serving.ts'
import { whichExist } from './snapshot.ts'

export const RevisionBody = z
  .object({
    revision: z.int(),
    at: z.string().describe('when it was computed'),
    cause: z
      .enum(['late_data', 'backfill', 'remap', 'identity', 'definition', 'correction', 'settled'])
      .nullable()
      .describe('null for the first; `settled` where nothing but finality or coverage changed'),
    finality: z.enum(['provisional', 'final']),
    changed_metrics: z.array(z.string()),
  })
  .meta({ id: 'Revision' })

const Revisions = z
  .object({ date: z.string(), timezone: z.string(), revisions: z.array(RevisionBody).describe('oldest first') })
  .meta({ id: 'Revisions' })

/** A revision as the API shows it. */
export function describeRevision(row: RevisionRow): z.output<typeof RevisionBody> {
  const { revision, computed_at: at, cause, finality, changed_metrics } = row
  return { revision, at, cause, finality, changed_metrics: [...changed_metrics] }
}

/** `GET /v1/snapshots/{date}/revisions` */
export function revisions(api: Api, serving: Serving): void {
  const { store, config } = serving
  const route = createRoute({
    method: 'get',
    path: '/v1/snapshots/{date}/revisions',
    operationId: 'listRevisions',
    summary: 'Every revision of a day, and what caused it',
    ...secured(serving, 'metrics:read', { published: true }),
    request: {
      params: z.object({ date: dayText('a day in the reporting time zone') }),
      query: z.strictObject({ format }),
    },
    responses: readResponses('The revisions.', Revisions, [...securedProblems, 'no-snapshot']),
  })
  api.openapi(route, async (c) => {
    const date = day(c.req.valid('param').date)
    const { pk, sk } = keys.revision(date, 0)
    const rows = (await collectRows(store.table, pk, { from: sk })) as RevisionRow[]
    if (rows.length === 0) return problem(c, 'no-snapshot', { detail: await whichExist(serving, date) })
    const body: z.output<typeof Revisions> = { date, timezone: config.timezone, revisions: rows.map(describeRevision) }
    const columns = ['date', 'revision', 'at', 'cause', 'finality', 'changed_metrics'] as const
    return answer(c, JSON.stringify(body), 'provisional', {
      csv: () =>
        tableOf(
          columns,
          body.revisions.map((one) => ({ date, ...one })),
        ),
    })
  })
}
