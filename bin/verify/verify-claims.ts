import { TidemarkError } from '../../functions/kit/errors.ts'
import type { Bench, Claim, Seen } from './claim.ts'
import { fail, notShown } from './claim.ts'

/** A claim, and what became of it. */
export interface Verified extends Seen {
  readonly claim: string
}

/**
 * Looks at one claim after the other. One that fails does not stop the others; a signal stops them all.
 * On an emulator, what only AWS can show is not counted.
 */
export async function* verifyClaims(claims: readonly Claim[], bench: Bench): AsyncGenerator<Verified> {
  for (const { claim, notEvidence, look } of claims) {
    const seen = await look(bench).catch(explained)
    const counts = seen.verdict !== 'PASS' || !bench.emulated || !notEvidence
    yield { claim, ...(counts ? seen : notShown(seen.done, `no evidence: ${notEvidence}; ${seen.seen}`)) }
  }
}

/** What somebody is not allowed to look at is not shown; anything else that goes wrong speaks against the claim. */
function explained(cause: unknown): Seen {
  const { name, message } = cause as Error
  if (name === 'AbortError') throw cause
  const done = 'could not be done to the end'
  if (/^(AccessDenied|UnauthorizedOperation|AuthorizationError)/.test(name)) {
    return notShown(done, `these credentials may not: ${message}`)
  }
  return fail(done, cause instanceof TidemarkError ? message : `${name}: ${message}`)
}

/** One line for each claim. */
export const lineOf = ({ verdict, claim, done, seen }: Verified): string =>
  `${verdict.padEnd(9)}  ${claim} | ${done} | ${seen}`
