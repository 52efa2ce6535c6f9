import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { answer } from '../answer.ts'
import { describeMetric, MetricDescription } from '../describe-metric.ts'
import { metricId } from '../parameters.ts'
import { responses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import type { Api, Serving } from '../serving.ts'
import { unknownMetric } from '../unknown-metric.ts'

/** `GET /v1/metrics/{id}` */
export function metric(api: Api, serving: Serving): void {
  const { metrics, config } = serving
  const described = new Map(metrics.map((one) => [one.id, JSON.stringify(describeMetric(one, config))]))
  const route = createRoute({
    method: 'get',
    path: '/v1/metrics/{id}',
    operationId: 'getMetric',
    summary: 'One metric: its definition and formula',
    ...secured(serving, 'metrics:read'),
    request: { params: z.object({ id: metricId }), query: z.strictObject({}) },
    responses: responses('The metric.', MetricDescription, [...securedProblems, 'unknown-metric']),
  })
  api.openapi(route, (c) => {
    const { id } = c.req.valid('param')
    const body = described.get(id)
    return body === undefined ? unknownMetric(c, id) : answer(c, body, 'provisional')
  })
}
