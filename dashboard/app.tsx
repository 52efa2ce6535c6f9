import type { ComponentType } from 'preact'
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import type { Refusal } from './client.js'
import { Frame } from './frame.tsx'
import { chooseLanguage, chosenLanguage, ReaderContext, readerOf } from './locale/reader.ts'
import { Cohorts } from './page/cohorts.tsx'
import { MetricPage } from './page/metric.tsx'
import type { PageProps } from './page/page-props.ts'
import { Score } from './page/score.tsx'
import { SignIn } from './page/sign-in.tsx'
import { Sources } from './page/sources.tsx'
import { Today } from './page/today.tsx'
import { hashOf, type Route, readRoute } from './route.ts'
import { forgetKey, keepKey, keptKey, takeKeyFromLink } from './session.ts'
import { forgetAnswers, SessionContext } from './use-answer.ts'

/** A page on a wall shows the newest numbers without anybody touching it. */
const REFRESH_MS = 5 * 60_000

const views: Readonly<Record<Route['page'], ComponentType<PageProps>>> = {
  today: Today,
  metric: MetricPage,
  score: Score,
  cohorts: Cohorts,
  sources: Sources,
}

/** The whole page: who reads, with which key, and what they look at. */
export function App() {
  const [tag, setTag] = useState(chosenLanguage)
  const [signedIn, setSignedIn] = useState(keptKey() !== null)
  const [refusal, setRefusal] = useState<Refusal | 'signed_out' | null>(null)
  const [route, setRoute] = useState(() => readRoute(location.hash))
  const [turn, setTurn] = useState(0)
  const reader = useMemo(() => readerOf(tag), [tag])

  const leave = useCallback((reason: Refusal | 'signed_out') => {
    forgetKey()
    forgetAnswers()
    setRefusal(reason)
    setSignedIn(false)
  }, [])
  const reload = useCallback(() => {
    forgetAnswers()
    setTurn((before) => before + 1)
  }, [])
  const session = useMemo(() => ({ turn, reload, refused: leave }), [turn, reload, leave])

  useEffect(() => {
    const onHash = () => {
      if (takeKeyFromLink()) {
        setSignedIn(true)
        reload()
      }
      setRoute(readRoute(location.hash))
    }
    addEventListener('hashchange', onHash)
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), REFRESH_MS)
    return () => {
      removeEventListener('hashchange', onHash)
      clearInterval(timer)
    }
  }, [reload])
  useEffect(() => {
    document.documentElement.lang = tag
    document.documentElement.dir = reader.words.direction
  }, [tag, reader])

  const show = useCallback((query: Readonly<Record<string, string>>) => {
    const now = readRoute(location.hash)
    const next = { ...now, query: { ...now.query, ...query } }
    history.replaceState(null, '', hashOf(next))
    setRoute(readRoute(location.hash))
  }, [])
  const speak = (chosen: string) => {
    chooseLanguage(chosen)
    setTag(chosen)
  }
  const enter = (key: string) => {
    keepKey(key)
    setRefusal(null)
    setSignedIn(true)
  }
  return (
    <ReaderContext.Provider value={reader}>
      <SessionContext.Provider value={session}>
        {signedIn ? (
          <Frame route={route} speak={speak} signOut={() => leave('signed_out')} view={views[route.page]} show={show} />
        ) : (
          <SignIn refusal={refusal} enter={enter} speak={speak} />
        )}
      </SessionContext.Provider>
    </ReaderContext.Provider>
  )
}
