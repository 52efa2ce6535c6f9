import type { Config } from '../kit/config.ts'
import { invalid } from '../kit/errors.ts'
import type { Source, Stream } from '../kit/source.ts'

/** A stream of the config. @throws `invalid` naming those that there are */
export function findStream(
  { sources }: Pick<Config, 'sources'>,
  id: string,
  name: string,
): { readonly source: Source; readonly stream: Stream } {
  const source = sources.find((one) => one.id === id)
  if (!source) {
    throw invalid(`no source '${id.slice(0, 40)}' in the config; have ${sources.map((one) => one.id).join(', ')}`)
  }
  if (!Object.hasOwn(source.streams, name)) {
    const have = Object.keys(source.streams).join(', ')
    throw invalid(`source '${id}' has no stream '${name.slice(0, 40)}'; have ${have}`)
  }
  return { source, stream: source.streams[name]! }
}
