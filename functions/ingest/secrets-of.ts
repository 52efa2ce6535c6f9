import { TidemarkError } from '../kit/errors.ts'
import type { Source } from '../kit/source.ts'
import type { Store } from '../store/open.ts'

type Found = Record<string, string>

/** @throws `credentials` naming the variable of the first that is not set */
export async function neededSecrets(store: Pick<Store, 'secrets'>, { id, definition }: Source): Promise<Found> {
  const found: Found = {}
  for (const name of definition.secrets) found[name] = await store.secrets.get(id, name)
  return found
}

/** Those that are set of what a source can do without. */
export async function optionalSecrets(store: Pick<Store, 'secrets'>, { id, definition }: Source): Promise<Found> {
  const found: Found = {}
  for (const name of definition.optionalSecrets ?? []) {
    try {
      found[name] = await store.secrets.get(id, name)
    } catch (error) {
      if (!(error instanceof TidemarkError && error.code === 'credentials')) throw error
    }
  }
  return found
}
