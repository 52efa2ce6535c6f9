import { invalid } from '../functions/kit/errors.ts'
import type { Source } from '../functions/kit/source.ts'

/** The sources that `--source` names, or all. @throws `invalid` for one that is not in the config */
export function chosenSources(sources: readonly Source[], list: string | undefined): readonly Source[] {
  if (list === undefined) return sources
  const ids = list.split(',').map((id) => id.trim())
  const unknown = ids.find((id) => !sources.some((source) => source.id === id))
  if (unknown !== undefined) {
    throw invalid(`no source '${unknown.slice(0, 40)}' in the config; have ${sources.map(({ id }) => id).join(', ')}`)
  }
  return sources.filter(({ id }) => ids.includes(id))
}
