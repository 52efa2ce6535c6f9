import type { Source } from './client.js'
import { useReader } from './locale/reader.ts'
import { hashOf } from './route.ts'

/** One line on how all sources are; what is not well is a link to why. */
export function SourcesLine({ sources }: { sources: readonly Source[] }) {
  const { words, format } = useReader()
  const unwell = sources.filter(({ status }) => status !== 'ok' && status !== 'pending')
  if (unwell.length === 0) {
    return (
      <p class="sources-line" role="status">
        {words.today.allWell(sources.length, format.number(sources.length))}
      </p>
    )
  }
  const names = unwell.map(({ id, status }) => `${id} (${words.sourceStates[status]?.[0] ?? status})`)
  return (
    <p class="sources-line unwell" role="status">
      <a href={hashOf({ page: 'sources' })}>
        {words.today.unwell(
          unwell.length,
          format.number(sources.length),
          format.number(unwell.length),
          format.list(names),
        )}
      </a>{' '}
      {words.today.mayMiss}
    </p>
  )
}
