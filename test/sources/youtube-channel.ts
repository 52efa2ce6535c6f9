import { day } from '../../functions/kit/day.ts'
import { youtube } from '../../functions/sources/youtube.ts'
import { simulateYoutube, type YoutubeAccount, type YoutubeSandbox } from '../../sandbox/youtube.ts'
import { type Asked, readStream } from './read-stream.ts'

export const CHANNEL = `UC${'a'.repeat(22)}`
const NOW = new Date('2026-11-20T20:00:00Z')
/** The last day that is ready at that time. */
export const READY = '2026-11-17'

const running: YoutubeSandbox[] = []

/** Starts a channel with two days on which something happened. */
export async function start(account: Partial<YoutubeAccount> = {}): Promise<YoutubeSandbox> {
  const sandbox = await simulateYoutube({
    channel: CHANNEL,
    since: day('2020-01-01'),
    now: () => NOW,
    days: {
      '2026-11-16': { views: 900, likes: 30, comments: 4, shares: 5, subscribersGained: 7, subscribersLost: 2 },
      '2026-11-17': { views: 10, likes: 1 },
    },
    ...account,
  })
  running.push(sandbox)
  return sandbox
}

/** Ends what was started. */
export async function stop(): Promise<void> {
  await Promise.all(running.splice(0).map((one) => one.close()))
}

export type Options = Parameters<typeof youtube>[0]

export const source = ({ baseUrl, tokens }: YoutubeSandbox, more: Partial<Options> = {}) =>
  youtube({ channel: CHANNEL, comments: true, baseUrl, tokenUrl: tokens.url, ...more })

/** Reads those two days, with the consent of the owner. */
export const read = (
  sandbox: YoutubeSandbox,
  stream: string,
  asked: Partial<Asked> = {},
  more: Partial<Options> = {},
) =>
  readStream(source(sandbox, more), stream, {
    from: '2026-11-16',
    to: READY,
    now: NOW,
    secrets: { ...sandbox.tokens.consent },
    ...asked,
  })
