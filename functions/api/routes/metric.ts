import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { type DefinitionRow, keys } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { tableOf } from '../csv.ts'
import { DefinitionVersion, definitionVersions } from '../definition-versions.ts'
import { describeMetric, MetricDescription, metricColumns } from '../describe-metric.ts'
import { format, metricId, text } from '../parameters.ts'
import { problem } from '../problem.ts'
import { readResponses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import type { Api, Serving } from '../serving.ts'
import { metricProblems, unknownMetric } from '../unknown-metric.ts'

const MetricDetail = MetricDescription.extend({
  versions: z
    .array(DefinitionVersion)
    .describe('what the metric has meant, oldest first; `formula` and the other fields are of the newest'),
}).meta({ id: 'MetricDetail' })

/** `GET /v1/metrics/{id}` */
export function metric(api: Api, serving: Serving): void {
  const { metrics, config, store } = serving
  const byId = new Map(metrics.map((one) => [one.id, one]))
  const route = createRoute({
    method: 'get',
    path: '/v1/metrics/{id}',
    operationId: 'getMetric',
    summary: 'One metric: its definition, formula and versions',
    ...secured(serving, 'metrics:read', { published: true }),
    request: {
      params: z.object({ id: metricId }),
      query: z.strictObject({
        version: text(6)
          .regex(/^[1-9]\d*$/, 'is no version; expected a whole number from 1')
          .optional()
          .meta({ description: 'only that version; all if absent', example: '1' }),
        format,
      }),
    },
    responses: readResponses('The metric.', MetricDetail, [...securedProblems, ...metricProblems]),
  })
  api.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    const { version } = c.req.valid('query')
    const declared = byId.get(id)
    if (!declared) return unknownMetric(c, serving, id)
    const { pk, sk } = keys.definition(id)
    const noted = ((await store.table.get(pk, sk)) as DefinitionRow | undefined)?.versions ?? []
    const all = definitionVersions(declared, noted, config)
    const versions = version === undefined ? all : all.filter((one) => one.version === Number(version))
    if (versions.length === 0) {
      const reason = `${id} has no version ${version}; known are ${all.map((one) => one.version).join(', ')}`
      return problem(c, 'invalid-request', {
        detail: 'there is no such version',
        invalidParams: [{ name: 'version', reason }],
      })
    }
    const described = describeMetric(declared, { config, metrics, noted })
    const body: z.output<typeof MetricDetail> = { ...described, versions }
    return answer(c, JSON.stringify(body), 'provisional', {
      csv: () =>
        tableOf(
          [...metricColumns, 'valid_from', 'change'],
          versions.map(({ version, valid_from, change }) => ({
            ...described,
            definition_version: version,
            valid_from,
            change,
          })),
        ),
    })
  })
}
