import type * as z from 'zod'
import type { ProblemName } from './problem.ts'
import { responses } from './responses.ts'

type Answers = Record<number, { description: string; content?: { [type: string]: { schema: z.ZodType } } }>

/** The `responses` of a route that writes: what it answers, under the status that says so, and its problems. */
export function writeResponses(
  status: 200 | 201,
  description: string,
  schema: z.ZodType,
  names: readonly ProblemName[],
): Answers {
  const { 200: written, 304: _, ...others } = responses(description, schema, names)
  return { [status]: written, ...others }
}
