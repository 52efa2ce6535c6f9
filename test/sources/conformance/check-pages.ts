import { expect } from 'vitest'
import type { SandboxRequest } from '../../../sandbox/messages.ts'
import { type Check, type Conformed, isSkip, play } from './conformed.ts'
import { readConformed, said, waysToRead } from './read-conformed.ts'

/** Each page once, an end that is the end, and the same after any stop. */
export function checkPages(given: Conformed, name: string): Check[] {
  const { pages: least = 2 } = given.streams[name]!

  async function endsWithLastPage(): Promise<void> {
    await play(given.start('long'), async (played) => {
      for (const way of waysToRead(given, played, name)) {
        const begin = played.requests.length
        const seen: number[] = []
        const onPage = () => seen.push(played.requests.length)
        const { pages, resume } = await readConformed(given, played, name, { ...way, onPage })
        if (typeof least === 'number') expect(pages.length, 'pages of the long account').toBeGreaterThanOrEqual(least)
        expect(resume, 'where to go on after the last page').toBeNull()
        expect(played.requests.length, 'requests after the last page').toBe(seen.at(-1))
        const asked = played.requests.slice(begin).map(worded)
        expect(
          asked.filter((one, at) => asked.indexOf(one) !== at),
          'requests made twice',
        ).toEqual([])
      }
    })
  }

  async function resumes(): Promise<void> {
    await play(given.start('long'), async (played) => {
      for (const way of waysToRead(given, played, name)) {
        const whole = await readConformed(given, played, name, way)
        for (let pages = 1; pages < whole.pages.length; pages++) {
          const head = await readConformed(given, played, name, { ...way, pages })
          expect(Buffer.byteLength(JSON.stringify(head.resume)), 'bytes of a resume token').toBeLessThanOrEqual(4_096)
          expect(head.resume, 'where to go on before the last page').not.toBeNull()
          const tail = await readConformed(given, played, name, { ...way, resume: head.resume })
          expect(said([...head.records, ...tail.records]), `after page ${pages}`).toEqual(said(whole.records))
          expect(tail.through, `after page ${pages}`).toBe(whole.through)
        }
      }
    })
  }

  const onePage = typeof least !== 'number' && isSkip(least) ? least : undefined
  return [
    { name: 'asks for every page once, and for none after the last', run: endsWithLastPage },
    { name: 'says the same when resumed after any page', run: onePage ?? resumes },
  ]
}

/** A request without what differs each time: its headers. */
const worded = ({ method, path, query, body }: SandboxRequest) =>
  `${method} ${path}?${query} ${body === undefined ? '' : JSON.stringify(body)}`
