import { useEffect, useState } from 'preact/hooks'

/** What a canvas draws with: the page's colours as they are now. */
export interface Ink {
  readonly line: string
  readonly paper: string
  readonly grid: string
  readonly soft: string
  readonly amber: string
  readonly target: string
  readonly note: string
  readonly noteSoft: string
  readonly font: string
}

/** Reads the colours of `host`; a canvas cannot read CSS variables itself. */
export function inkOf(host: HTMLElement): Ink {
  const probe = host.appendChild(document.createElement('span'))
  const color = (name: string) => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const ink = {
    line: color('sea'),
    paper: color('card'),
    grid: color('line'),
    soft: color('soft'),
    amber: color('amber'),
    target: color('green'),
    note: color('note'),
    noteSoft: color('note-soft'),
    font: `12px ${getComputedStyle(host).fontFamily}`,
  }
  probe.remove()
  return ink
}

/** Changes with the colour scheme and when the page is printed, so that what is drawn is drawn anew. */
export function useScheme(): string {
  const [scheme, setScheme] = useState('')
  useEffect(() => {
    const queries = ['(prefers-color-scheme: dark)', 'print'].map((query) => matchMedia(query))
    const read = () => setScheme(queries.map(({ matches }) => matches).join())
    for (const query of queries) query.addEventListener('change', read)
    return () => {
      for (const query of queries) query.removeEventListener('change', read)
    }
  }, [])
  return scheme
}
