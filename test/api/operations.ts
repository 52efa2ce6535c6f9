import { createApp } from '../../functions/api/app.ts'
import type { Scope } from '../../functions/api/keys.ts'
import { config, json, metrics, NOON } from './deployment.ts'

interface Operation {
  readonly security: readonly { readonly key: readonly Scope[] }[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: { example?: string } }[]
}

export interface Route {
  readonly method: string
  /** As documented: `/v1/metrics/{id}`. */
  readonly template: string
  /** With the document's examples filled in. */
  readonly path: string
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
    Object.entries(methods).map(([method, { security, parameters = [] }]) => ({
      method: method.toUpperCase(),
      template,
      path: parameters
        .filter(({ in: where }) => where === 'path')
        .reduce((path, { name, schema }) => path.replace(`{${name}}`, schema.example ?? ''), template),
      scope: security[0]?.key[0],
    })),
)
