import { onTestFinished } from 'vitest'
import { facebook } from '../../functions/sources/facebook.ts'
import { type FacebookPage, type FacebookPost, simulateFacebook } from '../../sandbox/facebook.ts'
import type { Sandbox } from '../../sandbox/serve.ts'
import { type Asked, readStream } from './read-stream.ts'

export const PAGE = '100200300400500'
export const PAGE_TOKEN = 'EAApagecanary0123456789'
export const USER_TOKEN = 'EAAusercanary0123456789'
export const NOW = new Date('2026-11-20T12:00:00Z')
export const DAY = '2026-11-18'

const counts: Record<string, { page_daily_follows?: number; page_total_actions?: number; page_follows?: number }> = {
  '2026-11-17': { page_daily_follows: 3, page_total_actions: 1, page_follows: 1_000 },
  '2026-11-18': { page_daily_follows: 5, page_total_actions: 0, page_follows: 1_005 },
  '2026-11-19': { page_daily_follows: 2, page_follows: 1_007 },
}

/** A post of one of the last days. */
export const post = (
  n: number,
  createdAt = `2026-11-${String(19 - (n % 19)).padStart(2, '0')}T10:00:00Z`,
): FacebookPost => ({
  id: `${PAGE}_${n}`,
  createdAt,
  counters: () => ({ reactions: 10 * n, comments: n, shares: n % 2, views: 500, viewers: 400, clicks: 7 }),
})
export const posts = (count: number) => Array.from({ length: count }, (_, i) => post(i + 1))

/** Starts the simulated Page; it ends with the test. */
export async function start(page: Partial<FacebookPage> = {}): Promise<Sandbox> {
  const sandbox = await simulateFacebook({
    id: PAGE,
    token: PAGE_TOKEN,
    userTokens: [USER_TOKEN],
    now: () => NOW,
    followers: () => 1_010,
    daily: (of) => counts[of],
    ...page,
  })
  onTestFinished(() => sandbox.close())
  return sandbox
}

export type Options = Partial<Parameters<typeof facebook>[0]>
/** The source, with everything on. */
export const source = ({ baseUrl }: Pick<Sandbox, 'baseUrl'>, more: Options = {}) =>
  facebook({ page: PAGE, baseUrl, comments: true, messages: true, ratings: true, ...more })

/** Reads a stream of the simulated Page with a user's token. */
export const read = (sandbox: Sandbox, stream: string, asked: Partial<Asked> = {}, more: Options = {}) =>
  readStream(source(sandbox, more), stream, { from: DAY, now: NOW, secrets: { token: USER_TOKEN }, ...asked })
