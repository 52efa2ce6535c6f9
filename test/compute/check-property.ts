import * as fc from 'fast-check'

/** How many random cases a property is tried on; `TIDEMARK_CASES` raises it. */
export const casesOf = (usual: number): number => Number(process.env.TIDEMARK_CASES ?? usual)

/** Whether there is time for what takes a quarter of a minute a case: `.ci/run` says so, a laptop may. */
export const hasTime = process.env.TIDEMARK_CASES !== undefined

/**
 * Tries a property and throws what the first failing case met, with the seed that repeats it (`TIDEMARK_SEED`). The
 * drawn values themselves would fill pages.
 *
 * @param worth cases that one of this property's takes the time of
 */
export async function checkProperty<T>(property: fc.IAsyncProperty<T>, usual: number, worth = 1): Promise<void> {
  const [seed, path] = (process.env.TIDEMARK_SEED ?? '').split('/')
  const found = await fc.check(property, {
    numRuns: Math.max(1, Math.ceil(casesOf(usual * worth) / worth)),
    endOnFailure: process.env.TIDEMARK_SHRINK === undefined,
    ...(seed && { seed: Number(seed) }),
    ...(path && { path }),
  })
  if (!found.failed) return
  const met = found.errorInstance as Error | null
  throw new Error(`TIDEMARK_SEED=${found.seed}/${found.counterexamplePath}: ${met?.message ?? 'interrupted'}`, {
    cause: met,
  })
}

/** The first places at which two plain values differ, as `path: expected … found …`. */
export function differences(expected: unknown, found: unknown, path = ''): string[] {
  if (Object.is(expected, found)) return []
  const both = [expected, found].every((one) => typeof one === 'object' && one !== null)
  if (!both) return [`${path || 'value'}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`]
  const keys = new Set([...Object.keys(expected as object), ...Object.keys(found as object)])
  return [...keys].flatMap((key) =>
    differences((expected as Record<string, unknown>)[key], (found as Record<string, unknown>)[key], `${path}/${key}`),
  )
}
