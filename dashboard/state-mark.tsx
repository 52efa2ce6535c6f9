import { useReader } from './locale/reader.ts'

/** The state of a source, in a word. */
export function StateMark({ status }: { status: string }) {
  const { words } = useReader()
  return <span class={`state ${status}`}>{words.sourceStates[status]?.[0] ?? status}</span>
}
