import type * as z from 'zod'
import { invalid, TidemarkError } from './errors.ts'
import { issuesText } from './issues-text.ts'
import type { Source, SourceDefinition, SourceFactory, Stream } from './source.ts'

const ID = /^[a-z][a-z0-9-]{0,23}$/

/**
 * Declares a vendor; returns the function that a config calls.
 * @throws `invalid` from that function, for an option or an id that does not fit
 */
export function defineSource<Z extends z.ZodType, const S extends string, const P extends string = never>(
  definition: SourceDefinition<z.output<Z>, S, P> & { readonly options: Z },
): SourceFactory<z.input<Z>, z.output<Z>> {
  const make = (given: z.input<Z>, { id = definition.name }: { id?: string } = {}): Source<z.output<Z>> => {
    if (!ID.test(id)) {
      throw invalid(`'${id}' is no source id; expected a lower-case letter, then up to 23 of a-z, 0-9 and '-'`)
    }
    const what = `options of source '${id}' (${definition.name})`
    const parsed = optionsOf(definition, given, what)
    if (!parsed.success) throw invalid(`${what}: ${issuesText(parsed.error, given)}`)
    const streams = definition.streams(parsed.data)
    for (const [name, stream] of Object.entries(streams)) check(definition.name, name, stream)
    return { id, definition: definition as SourceDefinition, options: parsed.data, streams }
  }
  return Object.assign(make, { definition: definition as SourceDefinition })
}

/** What an option's own check throws, such as `zone`, is told with the source it is of. */
function optionsOf<Z extends z.ZodType>({ options }: { readonly options: Z }, given: z.input<Z>, what: string) {
  try {
    return options.safeParse(given)
  } catch (cause) {
    throw cause instanceof TidemarkError ? invalid(`${what}: ${cause.message}`, cause) : cause
  }
}

function check(source: string, given: string, stream: Stream): void {
  const name = `${source}.${given}`
  if (!/^[a-z][a-z0-9_]*$/.test(given)) throw invalid(`'${name}': a stream is named in lower snake case`)
  if (stream.kind === 'entity' && !stream.changed)
    throw invalid(`${name} is an entity stream and declares no 'changed'`)
  if (stream.kind !== 'entity' && (stream.changed || stream.gone)) {
    throw invalid(`${name} is no entity stream; 'changed' and 'gone' have no meaning there`)
  }
  if (stream.past === false && stream.kind !== 'level') throw invalid(`${name}: only a level can be 'past: false'`)
}
