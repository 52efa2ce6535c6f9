import type { Context } from 'hono'
import type { Metric } from '../kit/metric.ts'
import { problem } from './problem.ts'

/** One value of a dimension. */
export interface Segment {
  readonly dimension: string
  readonly key: string
}

/** `channel:email`; the value may hold colons. */
export function segmentOf(text: string): Segment {
  const colon = text.indexOf(':')
  return { dimension: text.slice(0, colon), key: text.slice(colon + 1) }
}

/** The answer to a dimension that a metric is not broken down by. */
export function noDimension(c: Context, name: string, { id, by = [] }: Metric, dimension: string): Response {
  const expected = by.length > 0 ? `expected ${by.join(', ')}` : 'it has none'
  return problem(c, 'invalid-request', {
    detail: `${id} has no breakdown by ${dimension}`,
    invalidParams: [{ name, reason: `'${dimension}' is no dimension of ${id}; ${expected}` }],
  })
}
