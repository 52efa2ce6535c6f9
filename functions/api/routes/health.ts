import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { responses } from '../responses.ts'
import type { Api, Serving } from '../serving.ts'

const Health = z.object({ status: z.literal('ok'), version: z.string() }).meta({ id: 'Health' })

const route = createRoute({
  method: 'get',
  path: '/v1/health',
  operationId: 'getHealth',
  summary: 'Whether the API runs; needs no key',
  security: [],
  responses: responses('It runs.', Health, ['internal']),
})

/** `GET /v1/health` */
export function health(api: Api, { version }: Serving): void {
  api.openapi(route, (c) => {
    const body: z.output<typeof Health> = { status: 'ok', version }
    return c.body(JSON.stringify(body), 200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
    })
  })
}
