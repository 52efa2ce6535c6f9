import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { day } from '../../functions/kit/day.ts'
import { linkedin } from '../../functions/sources/linkedin.ts'
import { type LinkedinPage, type LinkedinSandbox, simulateLinkedin } from '../../sandbox/linkedin.ts'
import { type Asked, readStream } from './read-stream.ts'

export const ORGANIZATION = '2414183'
export const URN = `urn:li:organization:${ORGANIZATION}`
export const NOW = new Date('2026-11-20T20:00:00Z')
/** The last day that is ready at that time. */
export const READY = '2026-11-17'

/** Starts a page with two days on which something happened; it ends with the test. */
export async function start(more: Partial<LinkedinPage> = {}): Promise<LinkedinSandbox> {
  const sandbox = await simulateLinkedin({
    organization: ORGANIZATION,
    since: day('2020-01-01'),
    now: () => NOW,
    days: {
      '2026-11-16': {
        ...{ impressions: 900, viewers: 600, clicks: 20, likes: 30, comments: 4, shares: 5 },
        ...{ organicFollowers: 7, paidFollowers: 2, pageViews: 80, buttonClicks: 3 },
      },
      '2026-11-17': { impressions: 10, viewers: 9, likes: 1 },
    },
    followers: 1_234,
    ...more,
  })
  onTestFinished(() => sandbox.close())
  return sandbox
}

export type Options = Partial<Parameters<typeof linkedin>[0]>

export const source = ({ baseUrl, tokens }: LinkedinSandbox, more: Options = {}) =>
  linkedin({ organization: ORGANIZATION, baseUrl, tokenUrl: tokens.url, ...more })

/** Reads those two days, with the consent of the page's administrator. */
export const read = (sandbox: LinkedinSandbox, stream: string, asked: Partial<Asked> = {}, more: Options = {}) =>
  readStream(source(sandbox, more), stream, {
    from: '2026-11-16',
    to: READY,
    now: NOW,
    secrets: { ...sandbox.consent },
    ...asked,
  })

/** A server of somebody else's that answers with what `answer` gives, under a path of its own; it ends with the test. */
export async function foreign(answer: (url: string) => unknown): Promise<string> {
  const server = createServer((incoming, response) => {
    response.end(JSON.stringify(answer(incoming.url ?? '')))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/proxy/rest`
}
