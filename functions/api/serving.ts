import type { OpenAPIHono } from '@hono/zod-openapi'
import type { ConfigData } from '../kit/config.ts'
import type { Metric } from '../kit/metric.ts'
import type { Lake } from '../store/lake.ts'
import type { Table } from '../store/table.ts'
import type { VerifyKey } from './keys.ts'

export interface Env {
  Variables: {
    requestId: string
    /** The key of a request to a route that demands one. */
    caller: { readonly id: string; readonly name: string }
  }
}

/** The application that routes add themselves to. */
export type Api = OpenAPIHono<Env>

/** What routes answer from. */
export interface Serving {
  readonly store: { readonly table: Table; readonly lake: Lake }
  readonly config: ConfigData
  readonly metrics: readonly Metric[]
  readonly now: () => Date
  readonly version: string
  /** Whether simulators play the vendors. */
  readonly demo: boolean
  readonly verifyKey: VerifyKey
}
