import { languages, useReader } from './locale/reader.ts'

/** Languages, each by its own name. */
export function LanguageChoice({ speak }: { speak(tag: string): void }) {
  const { tag, words } = useReader()
  return (
    <select aria-label={words.frame.language} value={tag} onChange={(event) => speak(event.currentTarget.value)}>
      {Object.entries(languages).map(([one, { name }]) => (
        <option key={one} value={one} lang={one}>
          {name}
        </option>
      ))}
    </select>
  )
}
