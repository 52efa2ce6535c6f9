import * as z from 'zod'
import { TidemarkError } from './errors.ts'
import type { Page } from './page.ts'
import { readJson } from './read-json.ts'

/**
 * The JSON of a page in the shape that a source consumes. Pure.
 * @param vendor as people call it, for the message
 * @throws `changed` if the page is not what the vendor's documents promise
 */
export function readPage<Z extends z.ZodType>(vendor: string, schema: Z, { bytes }: Page): z.output<Z> {
  const parsed = schema.safeParse(readJson(bytes))
  if (parsed.success) return parsed.data
  throw new TidemarkError('changed', `a page of ${vendor}: ${z.prettifyError(parsed.error)}`)
}
