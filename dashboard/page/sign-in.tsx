import { useEffect, useRef } from 'preact/hooks'
import type { Refusal } from '../client.js'
import { LanguageChoice } from '../language-choice.tsx'
import { useReader } from '../locale/reader.ts'
import { Logo } from '../logo.tsx'
import { sentence } from '../sentence.ts'

export interface SignInProps {
  /** Why there is no key any more; null at first. */
  readonly refusal: Refusal | 'signed_out' | null
  enter(key: string): void
  speak(tag: string): void
}

/** Asks for a key. */
export function SignIn({ refusal, enter, speak }: SignInProps) {
  const { words } = useReader()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const refused = refusal !== null && refusal !== 'signed_out'
  return (
    <main class="sign-in">
      <div class="brand">
        <Logo />
        <p class="name">Tidemark</p>
        <LanguageChoice speak={speak} />
      </div>
      <h1>{words.signIn.title}</h1>
      {refused ? (
        <div role="alert">
          <p>{words.signIn.refused}</p>
          <p class="soft">
            <span lang="en" dir="ltr">
              {sentence(refusal.message)}
            </span>{' '}
            {words.signIn.whatToDo}
          </p>
        </div>
      ) : (
        <p class="soft">{refusal === 'signed_out' ? words.signIn.signedOut : words.signIn.reason}</p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const key = field.current?.value.trim()
          if (key) enter(key)
        }}
      >
        <label for="key">{words.signIn.key}</label>
        <input
          id="key"
          ref={field}
          type="password"
          autocomplete="off"
          spellcheck={false}
          placeholder="tm_…"
          dir="ltr"
          required
        />
        <button type="submit" class="primary">
          {words.signIn.submit}
        </button>
      </form>
    </main>
  )
}
