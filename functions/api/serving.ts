import type { OpenAPIHono } from '@hono/zod-openapi'
import type { ConfigData } from '../kit/config.ts'
import type { Metric } from '../kit/metric.ts'
import type { RetiredMetric } from '../metrics/retired.ts'
import type { Lake } from '../store/lake.ts'
import type { Table } from '../store/table.ts'
import type { Cursors } from './cursor.ts'
import type { Verify } from './keys.ts'
import type { KnownAnswers } from './known-answers.ts'
import type { Quota, Standing } from './quota.ts'

export interface Env {
  Variables: {
    requestId: string
    /** The key of a request to a route that demands one. */
    caller: Caller
    /** What the request took out of the caller's quota; absent where nothing is counted. */
    standing?: Standing
    /** Under what the answer's ETag is to be remembered; absent where it is not. */
    rememberAs?: { readonly request: string; readonly published: string }
  }
}

/** Who asks. */
export interface Caller {
  readonly id: string
  readonly name: string
}

/** The application that routes add themselves to. */
export type Api = OpenAPIHono<Env>

/** When a source is collected. */
export interface Schedule {
  /** `daily`, `hourly` or a cron. */
  readonly cadence: string
  /** Null where the cadence is too intricate to tell. */
  readonly next: Date | null
}

/** When a source is collected, where somebody sees to it. */
export type ScheduleOf = (source: ConfigData['sources'][number]) => Schedule | null

/** What routes answer from. */
export interface Serving {
  readonly store: { readonly table: Table; readonly lake: Lake }
  readonly config: ConfigData
  readonly metrics: readonly Metric[]
  /** Metrics that there were. */
  readonly retired: readonly RetiredMetric[]
  readonly now: () => Date
  readonly version: string
  /** Whether simulators play the vendors. */
  readonly demo: boolean
  readonly scheduleOf: ScheduleOf
  readonly verify: Verify
  readonly quota: Quota
  readonly known: KnownAnswers
  readonly cursors: Cursors
  /** Who asks in this process, without a key: a command. Null where requests come from outside. */
  readonly inProcess: Caller | null
}
