import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { SCHEME } from '../secured.ts'
import type { Api, Serving } from '../serving.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/openapi.json',
  operationId: 'getOpenApi',
  summary: 'This document; needs no key',
  security: [],
  responses: {
    200: {
      description: 'The OpenAPI 3.1 document of the running version.',
      content: { 'application/json': { schema: z.object({ openapi: z.string() }).loose() } },
    },
    304: { description: 'The caller has it already (If-None-Match)' },
  },
})

/** `GET /v1/openapi.json`. To be added last: it documents the routes that are there when it is first asked for. */
export function openapi(api: Api, { version }: Serving): void {
  api.openAPIRegistry.registerComponent('securitySchemes', SCHEME, {
    type: 'http',
    scheme: 'bearer',
    description:
      "A key with the scope that the route names, or a token of the deployment's issuer that gives it. No scope implies " +
      'another. Never in the URL.',
  })
  let text: string | undefined
  api.openapi(route, (c) => {
    text ??= JSON.stringify(
      api.getOpenAPI31Document({
        openapi: '3.1.0',
        info: {
          title: 'Tidemark',
          version,
          description:
            'Daily customer-engagement metrics, each number with its proof. Dates are days in the reporting time zone; ' +
            'ranges include both ends; money is in minor units; null is "no data", never zero. Every read is JSON or CSV ' +
            '(`format`, or the header Accept), of at most 4 MB, with a strong ETag: sent back in If-None-Match, an ' +
            'unchanged answer is a 304, which costs no quota. RateLimit says what is left of the quota of the key.',
        },
        servers: [{ url: '/' }],
      }),
      withoutFlags,
    )
    return c.body(text, 200, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-cache' })
  })
}

/** The flags of an expression do not belong into its pattern, which is one of Unicode anyway. */
const withoutFlags = (name: string, value: unknown) =>
  name === 'pattern' && typeof value === 'string' ? value.replace(/\/[a-z]+$/, '') : value
