import { invalid } from '../functions/kit/errors.ts'

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

/**
 * The clock: the computer's, or one that starts at `TIDEMARK_NOW` and runs on from there.
 * @throws `invalid` unless that is an RFC 3339 instant
 */
export function openClock(env: { readonly [name: string]: string | undefined }): () => Date {
  const text = env.TIDEMARK_NOW
  if (!text) return () => new Date()
  const start = Date.parse(text)
  // Date.parse takes the 31st of February for a day in March.
  const real =
    !Number.isNaN(start) &&
    new Date(Date.parse(`${text.slice(0, 10)}T00:00:00Z`)).getUTCDate() === Number(text.slice(8, 10))
  if (!INSTANT.test(text) || !real) {
    throw invalid(
      `TIDEMARK_NOW is '${text.slice(0, 40)}'; expected an instant with its offset, such as 2026-11-20T04:00:00Z`,
    )
  }
  const opened = performance.now()
  return () => new Date(start + (performance.now() - opened))
}
