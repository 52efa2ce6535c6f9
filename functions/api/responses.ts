import type * as z from 'zod'
import { Problem, type ProblemName, problems } from './problem.ts'

/** The `responses` of a route: what it answers, 304 where the caller has it already, and its problems. */
export function responses<S extends z.ZodType>(description: string, schema: S, names: readonly ProblemName[]) {
  const byStatus: Record<
    number,
    { description: string; content: { 'application/problem+json': { schema: typeof Problem } } }
  > = {}
  for (const name of names) {
    const [status, title] = problems[name]
    const before = byStatus[status]
    byStatus[status] = {
      description: before ? `${before.description} (\`${name}\`)` : `${title} (\`${name}\`)`,
      content: { 'application/problem+json': { schema: Problem } },
    }
  }
  return {
    200: { description, content: { 'application/json': { schema } } },
    304: { description: 'The caller has it already (If-None-Match)' },
    ...byStatus,
  }
}

/** Problems of every route that demands a key. */
export const securedProblems = [
  'invalid-request',
  'unauthenticated',
  'missing-scope',
  'internal',
  'unavailable',
] as const satisfies readonly ProblemName[]
