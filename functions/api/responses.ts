import * as z from 'zod'
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

/** The same of a route that reads: JSON or, where the caller asks for it, CSV. */
export function readResponses<S extends z.ZodType>(description: string, schema: S, names: readonly ProblemName[]) {
  const { 200: read, ...others } = responses(description, schema, [...names, 'answer-too-large'])
  const csv = {
    schema: z
      .string()
      .describe('RFC 4180 with a header row; text that a spreadsheet might run begins with an apostrophe'),
  }
  return { 200: { ...read, content: { ...read.content, 'text/csv': csv } }, ...others }
}

/** Problems of every route that demands a key. */
export const securedProblems = [
  'invalid-request',
  'unauthenticated',
  'missing-scope',
  'quota-exceeded',
  'internal',
  'unavailable',
] as const satisfies readonly ProblemName[]
