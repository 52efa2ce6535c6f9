import { TidemarkError } from './errors.ts'
import type { Missing } from './source.ts'

/** Those of `wanted` that `scopes` lacks; none where the vendor does not tell the scopes. */
export function missingFrom(scopes: readonly string[] | undefined, wanted: readonly Missing[]): readonly Missing[] {
  return scopes === undefined ? [] : wanted.filter(({ permission }) => !scopes.includes(permission))
}

/** What `call` answers; undefined where it is refused and `isExplained` says that the reason is known already. */
export async function unlessRefused<T>(call: Promise<T>, isExplained: () => boolean): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'credentials' && isExplained()) return undefined
    throw error
  }
}
