/** What a person should know of a stream. */
export interface Trouble {
  readonly source: string
  readonly stream: string
  /** Undefined where there is nothing to say. */
  readonly what: string | undefined
}

/**
 * One line for each thing that is to be known. Streams of a source that share it stand together, under the source's
 * name if that is all of them.
 */
export function troubleLines(streams: readonly Trouble[]): string[] {
  const groups = Map.groupBy(
    streams.filter(({ what }) => what !== undefined),
    ({ source, what }) => `${source} ${what}`,
  )
  return [...groups.values()].map((group) => {
    const { source, what } = group[0]!
    const all = group.length > 1 && group.length === streams.filter((stream) => stream.source === source).length
    const names = all ? source : group.map(({ stream }) => `${source}.${stream}`).join(', ')
    return `${names} ${what}`
  })
}
