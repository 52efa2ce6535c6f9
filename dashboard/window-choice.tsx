import { useReader } from './locale/reader.ts'
import { windowText } from './metric-text.ts'

export interface WindowChoiceProps {
  readonly windows: readonly string[]
  readonly chosen: string
  choose(window: string): void
}

/** How many days each number looks back. */
export function WindowChoice({ windows, chosen, choose }: WindowChoiceProps) {
  const reader = useReader()
  return (
    <fieldset class="choice">
      <legend>{reader.words.windows.label}</legend>
      {windows.map((window) => (
        <label key={window}>
          <input
            type="radio"
            name="window"
            value={window}
            checked={window === chosen}
            onChange={() => choose(window)}
          />
          <span>{windowText(reader, window)}</span>
        </label>
      ))}
    </fieldset>
  )
}
