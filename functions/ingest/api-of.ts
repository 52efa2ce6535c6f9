import type { Api, Http } from '../kit/api.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import type { Source } from '../kit/source.ts'

/** What `api` throws may quote a secret (a key file that is no JSON, say), so only its name is told. */
export function apiOf({ id, definition, options }: Source, secrets: Readonly<Record<string, string>>): Api | undefined {
  try {
    return definition.api?.({ options, secrets })
  } catch (error) {
    if (error instanceof TidemarkError) throw error
    const names = definition.secrets.join(', ')
    const { name } = error instanceof Error ? error : new Error()
    throw new TidemarkError(
      'credentials',
      `the secrets of source '${id}' (${names}) cannot be used: ${name}; enter them again`,
    )
  }
}

/** Of a source that calls nobody. */
export function noHttp(source: string): Http {
  const refuse = async () => {
    throw invalid(`source '${source}' declares no api and cannot call one`)
  }
  return { get: refuse, post: refuse }
}
