import { useReader } from './locale/reader.ts'

export interface MarksProps {
  readonly value: number | null
  readonly finality: string | null
  readonly coverage: number | null
  readonly lowSample?: boolean
}

/** What is to be known about a value, in short: provisional, incomplete, of few cases. */
export function Marks({ value, finality, coverage, lowSample = false }: MarksProps) {
  const { words, format } = useReader()
  return (
    <>
      {finality === 'provisional' && <span class="mark provisional">{words.state.provisional}</span>}
      {value !== null && coverage !== null && coverage < 1 && (
        <span class="mark incomplete" title={words.state.ofDataTitle}>
          {words.state.ofData(format.share(coverage))}
        </span>
      )}
      {value !== null && lowSample && <span class="mark incomplete">{words.state.lowSample}</span>}
    </>
  )
}
