import { onTestFinished } from 'vitest'
import { spendOf } from '../../functions/ingest/spend-of.ts'
import type { Spend } from '../../functions/kit/spend.ts'
import { x } from '../../functions/sources/x.ts'
import { simulateX, type XAccount, type XMention, type XPost, type XSandbox } from '../../sandbox/x.ts'
import { memoryTable } from '../store/memory-table.ts'
import { type Asked, readStream } from './read-stream.ts'

export const ACCOUNT = '2244994945'
export const NOW = new Date('2026-11-20T12:00:00Z')
export const DAY = '2026-11-19'

/** A post of one of the last days before the day that is read has ended. */
export const post = (n: number, more: Partial<XPost> = {}): XPost => ({
  id: `1900000000000000${String(n).padStart(3, '0')}`,
  at: new Date(Date.parse('2026-11-19T10:00:00Z') - n * 3_600_000).toISOString(),
  ...{ likes: 10 * n, replies: 2, reposts: 3, quotes: 1, bookmarks: 4, impressions: 1_000, clicks: 7 },
  ...more,
})

export const posts = (count: number) => Array.from({ length: count }, (_, n) => post(n))

export const mention = (n: number, more: Partial<XMention> = {}): XMention => ({
  id: `1800000000000000${String(n).padStart(3, '0')}`,
  at: new Date(Date.parse('2026-11-19T23:00:00Z') - n * 60_000).toISOString(),
  by: `99${n}`,
  ...more,
})

export const mentions = (count: number) => Array.from({ length: count }, (_, n) => mention(n))

/** Starts the simulated account; it ends with the test. */
export async function start(account: Partial<XAccount> = {}): Promise<XSandbox> {
  const sandbox = await simulateX({ id: ACCOUNT, now: () => NOW, followers: 1_010, ...account })
  onTestFinished(() => sandbox.close())
  return sandbox
}

export type Options = Partial<Parameters<typeof x>[0]>

export const source = ({ baseUrl, tokens }: Pick<XSandbox, 'baseUrl' | 'tokens'>, more: Options = {}) =>
  x({ account: ACCOUNT, budget: 20, baseUrl, tokenUrl: tokens.url, ...more })

/** Reads a stream of the simulated account, with the consent that it has now if none is given. */
export const read = (sandbox: XSandbox, stream: string, asked: Partial<Asked> = {}, more: Options = {}) =>
  readStream(source(sandbox, more), stream, {
    from: DAY,
    now: NOW,
    secrets: { ...sandbox.tokens.consent, refreshToken: sandbox.tokens.newest() },
    ...asked,
  })

/** An account of money that lasts for several readings. */
export const openSpend = (): Spend => spendOf({ table: memoryTable(Date.now) }, 'x', () => {})
