import type { Context } from 'hono'
import { type ProblemName, problem } from './problem.ts'
import type { Serving } from './serving.ts'

/** Problems of every route that names a metric. */
export const metricProblems = ['unknown-metric', 'retired-metric'] as const satisfies readonly ProblemName[]

/** The answer to an id that no metric has: it never was one, or is none any more. */
export function unknownMetric(c: Context, { retired }: Pick<Serving, 'retired'>, id: string): Response {
  const gone = retired.find((one) => one.id === id)
  if (!gone) return problem(c, 'unknown-metric', { detail: `'${id}' is no metric; GET /v1/metrics lists them` })
  const instead = gone.replacement === null ? 'nothing takes its place' : `ask for '${gone.replacement}' instead`
  return problem(c, 'retired-metric', { detail: `'${id}' was removed: ${gone.note}; ${instead}` })
}
