import { createApp } from '../../functions/api/app.ts'
import type { Scope } from '../../functions/api/keys.ts'
import type { Api } from '../../functions/api/serving.ts'
import { config, json, metrics, NOON } from './deployment.ts'

interface Operation {
  readonly security: readonly { readonly key: readonly Scope[] }[]
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema: { example?: string }
  }[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: { $ref: string } } } }
}

export interface Route {
  readonly method: string
  /** As documented: `/v1/metrics/{id}`. */
  readonly template: string
  /** With the document's examples filled in. */
  readonly path: string
  /** The document's example. */
  readonly body: object | undefined
  /** Undefined where no key is needed. */
  readonly scope: Scope | undefined
}

const unread = {
  get: () => Promise.reject(new Error('the document needs no store')),
} as never

/** The OpenAPI document as served. */
export const document = await json(
  createApp({
    store: { table: unread, lake: unread },
    config,
    metrics,
    now: () => new Date(NOON),
    version: '1.2.3',
  }).request('/v1/openapi.json'),
)

/** Every operation of the document. */
export const routes: readonly Route[] = Object.entries<Record<string, Operation>>(document.paths).flatMap(
  ([template, methods]) =>
    Object.entries(methods).map(([method, { security, parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      template,
      path: withQuery(
        parameters
          .filter(({ in: where }) => where === 'path')
          .reduce((path, { name, schema }) => path.replace(`{${name}}`, schema.example ?? ''), template),
        parameters.filter(({ in: where, required }) => where === 'query' && required),
      ),
      body: requestBody && example(requestBody.content['application/json'].schema),
      scope: security[0]?.key[0],
    })),
)

function withQuery(path: string, parameters: NonNullable<Operation['parameters']>): string {
  const query = parameters.map(({ name, schema }) => `${name}=${schema.example ?? ''}`).join('&')
  return query === '' ? path : `${path}?${query}`
}

function example({ $ref }: { readonly $ref: string }): object {
  return document.components.schemas[$ref.split('/').at(-1)!].example
}

/** Makes the request of a route, with the document's examples. */
export async function send(api: Api, { method, path, body }: Route, key?: string): Promise<Response> {
  return api.request(path, {
    method,
    headers: { ...(key && { Authorization: `Bearer ${key}` }), ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
}
