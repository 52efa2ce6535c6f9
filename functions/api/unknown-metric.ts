import type { Context } from 'hono'
import { problem } from './problem.ts'

/** The answer to an id that no metric has. */
export function unknownMetric(c: Context, id: string): Response {
  return problem(c, 'unknown-metric', { detail: `'${id}' is no metric; GET /v1/metrics lists them` })
}
