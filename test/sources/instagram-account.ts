import { onTestFinished } from 'vitest'
import { instagram } from '../../functions/sources/instagram.ts'
import {
  type InstagramAccount,
  type InstagramMedia,
  type InstagramSandbox,
  simulateInstagram,
} from '../../sandbox/instagram.ts'
import { type Asked, readStream } from './read-stream.ts'

export const ACCOUNT = '17841400000000001'
export const TOKEN = 'IGAAcanary0123456789'
export const NOW = new Date('2026-11-20T12:00:00Z')
export const DAY = '2026-11-18'

/** A media of one of the last days, with two comments and a reply. */
export const media = (n: number, more: Partial<InstagramMedia> = {}): InstagramMedia => ({
  id: `180000${n}`,
  createdAt: new Date(Date.parse('2026-11-19T10:00:00Z') - (n % 20) * 86_400_000).toISOString(),
  likes: 10 * n,
  insights: { views: 300, reach: 200, saved: 4, shares: 2 },
  ...more,
})

export const many = (count: number) => Array.from({ length: count }, (_, i) => media(i + 1))

/** Starts the simulated account; it ends with the test. */
export async function start(account: Partial<InstagramAccount> = {}): Promise<InstagramSandbox> {
  const sandbox = await simulateInstagram({
    id: ACCOUNT,
    username: 'shop',
    token: TOKEN,
    now: () => NOW,
    followers: () => 1_010,
    daily: (day) =>
      day >= '2026-11-17'
        ? { follows_and_unfollows: 5, profile_links_taps: 2, website_clicks: 0, replies: 3, likes: 99, views: 999 }
        : undefined,
    ...account,
  })
  onTestFinished(() => sandbox.close())
  return sandbox
}

export type Options = Partial<Parameters<typeof instagram>[0]>

/** The source, with everything on. */
export const source = ({ baseUrl }: Pick<InstagramSandbox, 'baseUrl'>, more: Options = {}) =>
  instagram({ account: ACCOUNT, baseUrl, comments: true, mentions: true, ...more })

/** Reads a stream of the simulated account. */
export const read = (sandbox: InstagramSandbox, stream: string, asked: Partial<Asked> = {}, more: Options = {}) =>
  readStream(source(sandbox, more), stream, { from: DAY, now: NOW, secrets: { token: TOKEN }, ...asked })
