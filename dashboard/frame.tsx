import type { ComponentType } from 'preact'
import { useContext, useEffect, useRef } from 'preact/hooks'
import { LanguageChoice } from './language-choice.tsx'
import { useReader } from './locale/reader.ts'
import { Logo } from './logo.tsx'
import type { PageProps } from './page/page-props.ts'
import { hashOf, type Route } from './route.ts'
import { sentence } from './sentence.ts'
import { Trouble } from './trouble.tsx'
import { SessionContext, useAnswer } from './use-answer.ts'

export interface FrameProps {
  readonly route: Route
  readonly view: ComponentType<PageProps>
  show(query: Readonly<Record<string, string>>): void
  speak(tag: string): void
  signOut(): void
}

/** What surrounds every page: where one is, whose numbers these are, and what everybody has to know. */
export function Frame({ route, view: View, show, speak, signOut }: FrameProps) {
  const { words, format } = useReader()
  const { reload } = useContext(SessionContext)
  const catalogue = useAnswer('listMetrics', { limit: '1000' })
  const sources = useAnswer('listSources', {})
  const main = useRef<HTMLElement>(null)
  const notice = sources.data?.notice
  const snapshots = catalogue.data?.snapshots
  const at = `${route.page} ${route.id ?? ''}`
  const title = route.page === 'metric' ? route.id : words.pages[route.page]
  useEffect(() => {
    document.title = `${title} · Tidemark`
  }, [title])
  // Whoever hears the page is taken to what they chose.
  const before = useRef(at)
  useEffect(() => {
    if (before.current !== at) main.current?.focus()
    before.current = at
  }, [at])
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {words.frame.skip}
      </button>
      <header class="top">
        <div class="brand">
          <Logo />
          <div>
            <p class="name">Tidemark</p>
            <p class="soft">
              {[
                location.host,
                snapshots && words.frame.numbersOf(format.day(snapshots.to)),
                catalogue.data && words.frame.days(catalogue.data.timezone),
              ]
                .filter(Boolean)
                .join(' · ')}
            </p>
          </div>
        </div>
        <nav aria-label={words.frame.pages}>
          {(['today', 'score', 'cohorts', 'sources'] as const).map((page) => (
            <a key={page} href={hashOf({ page })} aria-current={route.page === page ? 'page' : undefined}>
              {words.pages[page]}
            </a>
          ))}
        </nav>
        <div class="controls">
          <LanguageChoice speak={speak} />
          <button type="button" onClick={reload}>
            {words.frame.reload}
          </button>
          <button type="button" onClick={signOut}>
            {words.frame.signOut}
          </button>
        </div>
      </header>
      {notice && (
        <p class="notice" role="note" lang="en" dir="ltr">
          {sentence(notice)}
        </p>
      )}
      <main id="content" tabIndex={-1} ref={main}>
        {catalogue.refusal ? (
          <Trouble refusal={catalogue.refusal} />
        ) : catalogue.data ? (
          <View
            key={at}
            route={route}
            catalogue={catalogue.data}
            {...(sources.data && { sources: sources.data })}
            show={show}
          />
        ) : (
          <p role="status" class="soft">
            {words.frame.loading}
          </p>
        )}
      </main>
    </>
  )
}
