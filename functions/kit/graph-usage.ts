import * as z from 'zod'

/** What is absent, or no number, says nothing. */
const Stated = z.coerce.number().catch(0)
const Usage = z.object({
  call_count: Stated,
  total_cputime: Stated,
  total_time: Stated,
  /** Minutes; 0 until the limit is reached. */
  estimated_time_to_regain_access: Stated,
})
const ByBusiness = z.record(z.string(), z.array(Usage)).transform((all) => Object.values(all).flat())
const AsList = Usage.transform((usage) => [usage])

/** The share of Meta's rate limits that is used up, in percent, and the seconds until calls are allowed again. */
export interface GraphUsage {
  readonly used: number
  readonly wait: number
}

/**
 * What the usage headers of an answer say (guide "Rate Limits"); those that cannot be read say nothing.
 * @param headers names in lower case
 */
export function graphUsage(headers: Readonly<Record<string, string>>): GraphUsage | undefined {
  const all = [
    ...read(headers['x-app-usage'], AsList),
    ...read(headers['x-page-usage'], AsList),
    ...read(headers['x-business-use-case-usage'], ByBusiness),
    // The guide has both names.
    ...read(headers['x-business-use-case'], ByBusiness),
  ]
  if (all.length === 0) return undefined
  return {
    used: Math.max(...all.flatMap((usage) => [usage.call_count, usage.total_cputime, usage.total_time])),
    wait: Math.max(...all.map((usage) => usage.estimated_time_to_regain_access)) * 60,
  }
}

function read<T>(header: string | undefined, schema: z.ZodType<T[]>): T[] {
  if (header === undefined) return []
  try {
    return schema.parse(JSON.parse(header))
  } catch {
    return []
  }
}
