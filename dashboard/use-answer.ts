import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import { api } from './api.ts'
import { type Client, Refusal } from './client.js'

type Operation = Exclude<keyof Client, 'addAnnotation' | 'deleteAnnotation'>
type Given<Name extends Operation> =
  Parameters<Client[Name]> extends [] ? Record<string, never> : NonNullable<Parameters<Client[Name]>[0]>
type Answered<Name extends Operation> = Awaited<ReturnType<Client[Name]>>

/** What was asked for: neither while it is on its way for the first time. */
export interface Answer<T> {
  /** The newest answer; kept while the same is asked again, so that a page does not blink. */
  readonly data?: T
  readonly refusal?: Refusal
}

export interface Session {
  /** Counts how often everything was asked anew. */
  readonly turn: number
  /** Asks everything anew. */
  reload(): void
  /** The key is no longer good, for `reason`. */
  refused(reason: Refusal): void
}

export const SessionContext = createContext<Session>({ turn: 0, reload() {}, refused() {} })

/** The most answers that are kept. */
const MOST = 150

const kept = new Map<string, Promise<unknown>>()

/** Forgets all answers: they were for another key, or are old. */
export const forgetAnswers = (): void => kept.clear()

/** Asks the API; null asks nothing. The same question is asked once until the page is reloaded. */
export function useAnswer<Name extends Operation>(operation: Name, given: Given<Name> | null): Answer<Answered<Name>> {
  const { turn, refused } = useContext(SessionContext)
  const question = given === null ? null : `${operation} ${JSON.stringify(given)}`
  const [state, setState] = useState<{ question: string | null; answer: Answer<Answered<Name>> }>({
    question: null,
    answer: {},
  })
  useEffect(() => {
    if (question === null || given === null) return
    let wanted = true
    const settle = (answer: Answer<Answered<Name>>) => wanted && setState({ question, answer })
    ask(operation, given, `${turn} ${question}`).then(
      (data) => settle({ data }),
      (thrown: unknown) => {
        if (!(thrown instanceof Refusal)) throw thrown
        if (thrown.status === 401) refused(thrown)
        settle({ refusal: thrown })
      },
    )
    return () => {
      wanted = false
    }
  }, [question, turn])
  return state.question === question ? state.answer : {}
}

function ask<Name extends Operation>(operation: Name, given: Given<Name>, question: string): Promise<Answered<Name>> {
  const known = kept.get(question)
  if (known) return known as Promise<Answered<Name>>
  const answer = (api[operation] as unknown as (given: Given<Name>) => Promise<Answered<Name>>)(given)
  kept.set(question, answer)
  answer.catch(() => kept.delete(question))
  for (const old of kept.keys()) {
    if (kept.size <= MOST) break
    kept.delete(old)
  }
  return answer
}
