import type { Context } from 'hono'
import { problem } from './problem.ts'
import type { Serving } from './serving.ts'

/** Which page is asked for. */
export interface PageRequest {
  /** The route and every parameter that decides which entries there are. */
  readonly question: string
  readonly cursor: string | undefined
}

/** Where a page begins: after that position, or at the beginning where it is undefined. */
export async function pageAfter(
  c: Context,
  { cursors }: Serving,
  { question, cursor }: PageRequest,
): Promise<{ readonly after: string | undefined } | Response> {
  if (cursor === undefined) return { after: undefined }
  const after = await cursors.read(question, cursor)
  if (after !== null) return { after }
  return problem(c, 'invalid-request', {
    detail: 'that cursor leads nowhere',
    invalidParams: [
      {
        name: 'cursor',
        reason: 'is too old, or of another question; take next_cursor of the page before, or begin anew',
      },
    ],
  })
}
