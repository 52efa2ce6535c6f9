import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { type Format, formatIn } from '../format.ts'
import { en, type Words } from './en.ts'
import { fa } from './fa.ts'
import { it } from './it.ts'
import { vi } from './vi.ts'

/** Every language of the page, by its tag. */
export const languages: Readonly<Record<string, Words>> = { en, it, vi, fa }

/** Whoever reads: their words, and how they write numbers and days. */
export interface Reader {
  readonly tag: string
  readonly words: Words
  readonly format: Format
}

const STORED = 'tidemark.language'

/** The reader's choice, or the first language of the browser that the page knows. */
export function chosenLanguage(): string {
  const wanted = [localStorage.getItem(STORED) ?? '', ...navigator.languages]
  return wanted.map((tag) => tag.split('-')[0]!.toLowerCase()).find((tag) => tag in languages) ?? 'en'
}

export const chooseLanguage = (tag: string): void => localStorage.setItem(STORED, tag)

/** The browser may know the country, and with it how days are written. */
export function readerOf(tag: string, preferred: readonly string[] = navigator.languages): Reader {
  const regional = preferred.find((one) => one.split('-')[0] === tag) ?? tag
  return { tag, words: languages[tag] ?? en, format: formatIn(regional) }
}

export const ReaderContext = createContext<Reader>({ tag: 'en', words: en, format: formatIn('en') })

export const useReader = (): Reader => useContext(ReaderContext)
