import * as z from 'zod'

// What fits is for the routes to say, in words; here is only what a model needs to fill it in.
const short = z.string().max(64)

export const metric = short.describe('id of a metric, as list_metrics tells it, such as customer_interaction_rate')

export const window = short
  .describe("trailing days that each value looks at, such as 1d or 28d; the metric's shortest if absent")
  .optional()

export const dayInput = (description: string) => short.describe(`${description}; YYYY-MM-DD`).optional()

/** A path of the API with the parameters that are given. */
export function pathOf(path: string, given: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams(
    Object.entries(given).filter((one): one is [string, string] => one[1] !== undefined),
  )
  return query.size === 0 ? path : `${path}?${query}`
}
