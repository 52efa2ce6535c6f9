import * as fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { x } from '../../functions/sources/x.ts'
import { ACCOUNT, mentions, NOW, type Options, post, posts, read, start } from './x-account.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** Reads what can be read before the reading has to wait: how many posts, and what it was told then. */
async function readUntilWait(sandbox: Awaited<ReturnType<typeof start>>, stream: string, options: Options) {
  let pages = 0
  for (;;) {
    try {
      const { resume, records, notes } = await read(sandbox, stream, { pages: pages + 1 }, options)
      if (resume === null) return { read: records.length, notes, resume, error: undefined }
      pages++
    } catch (error) {
      const { resume, records, notes } = await read(sandbox, stream, { pages }, options)
      return { read: records.length, notes, resume, error }
    }
  }
}

describe('the budget', () => {
  test('stops a reading before it is exceeded, and says so', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW })
    const sandbox = await start({ posts: posts(300), mentions: mentions(300) })
    // 1.01 - 0.01 for followers: 0.50 each for posts and mentions, which is 100 of them at 0.005.
    const options = { budget: 1.01 }
    for (const stream of ['posts', 'mentions']) {
      const stopped = await readUntilWait(sandbox, stream, options)
      expect(stopped.read).toBe(100)
      expect(stopped.error).toMatchObject({
        code: 'limited',
        retryAfter: 12 * 3_600,
        message:
          "0.5 USD of 0.5 USD are spent, this stream's part of budget 1.01 USD a UTC day; " +
          'the next page would cost 0.025 USD (0.005 USD a post): wait, or raise option budget',
      })
      expect(stopped.notes).toEqual([
        { code: 'budget', message: 'the budget of 1.01 USD a UTC day is used up: the rest is read after midnight UTC' },
      ])
    }
    await read(sandbox, 'followers', {}, options)
    expect(sandbox.charged()).toBe(1.01)
  })

  test('asks for smaller pages where it does not pay for a full one', async () => {
    const sandbox = await start({ posts: posts(300) })
    const { read: count } = await readUntilWait(sandbox, 'posts', { budget: 0.64, mentions: false })
    expect(count).toBe(126)
    expect(new Set(sandbox.requests.map(({ query }) => query.get('max_results')))).toEqual(new Set(['100', '26']))
  })

  test('is fresh after midnight UTC, where the reading goes on', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW })
    const sandbox = await start({ posts: posts(150), now: () => new Date() })
    const options = { budget: 0.51, mentions: false }
    const { resume } = await readUntilWait(sandbox, 'posts', options)
    expect(sandbox.charged()).toBe(0.5)
    const before = sandbox.requests.length
    vi.setSystemTime('2026-11-20T23:59:00Z')
    await expect(read(sandbox, 'posts', { resume }, options)).rejects.toMatchObject({ retryAfter: 60 })
    expect(sandbox.requests).toHaveLength(before)
    vi.setSystemTime('2026-11-21T00:00:01Z')
    const rest = await read(sandbox, 'posts', { resume }, options)
    expect([rest.records.length, rest.resume]).toEqual([50, null])
    expect(JSON.stringify(resume).length).toBeLessThan(500)
  })

  test('is never exceeded in a day, whatever the prices', async () => {
    const amounts = fc.record({
      // In tenths of a cent.
      post: fc.integer({ min: 1, max: 5 }),
      count: fc.integer({ min: 0, max: 260 }),
      budget: fc.integer({ min: 60, max: 900 }),
    })
    await fc.assert(
      fc.asyncProperty(amounts, async ({ post: price, count, budget }) => {
        const sandbox = await start({ posts: posts(count), mentions: mentions(count) })
        const options = { budget: budget / 1_000, prices: { post: price / 1_000 } }
        const counts: number[] = []
        for (const stream of ['posts', 'mentions']) counts.push((await readUntilWait(sandbox, stream, options)).read)
        await read(sandbox, 'followers', {}, options)
        const spent = counts.reduce((sum, one) => sum + one * price, 10)
        expect(spent).toBeLessThanOrEqual(budget)
        // What is left over of a part is less than the smallest page costs.
        for (const one of counts) expect(one === count || one * price + 5 * price > (budget - 10) / 2 - 1).toBe(true)
        if (price === 5) expect(sandbox.charged()).toBe(spent / 1_000)
      }),
      { numRuns: 25 },
    )
  })

  test('that pays for nothing is refused in the config', () => {
    expect(() => x({ account: ACCOUNT, budget: 0.05 })).toThrow(/budget.*too small/)
    expect(x({ account: ACCOUNT, budget: 0.06 }).options.prices).toEqual({ post: 0.005, user: 0.01 })
    expect(x({ account: ACCOUNT, budget: 0.012, prices: { post: 0.001, user: 0.001 } }).id).toBe('x')
  })

  test('is told with the requests that are left', async () => {
    const sandbox = await start({ posts: posts(150) })
    const { quotas } = await read(sandbox, 'posts')
    expect(quotas.at(-1)).toEqual({ requests: 898, spent_usd: 0.75 })
    expect((await read(sandbox, 'followers')).quotas.at(-1)).toEqual({ requests: 899, spent_usd: 0.01 })
  })
})

describe('credit', () => {
  test.each([
    ['daily', 'limited', 12 * 3_600],
    ['monthly', 'credentials', undefined],
    ['credits', 'credentials', undefined],
  ] as const)('that is gone (%s) is %s, and asked for once', async (by, code, retryAfter) => {
    const sandbox = await start({ posts: [post(1)] })
    sandbox.block(by)
    const error = await read(sandbox, 'posts').catch((cause: Error) => cause)
    expect(error).toMatchObject({ code })
    if (code === 'limited') expect(error).toMatchObject({ retryAfter })
    expect(sandbox.requests).toHaveLength(1)
    if (code === 'credentials') expect(String(error)).toContain('waiting does not cure it')
  })

  test('is another thing than the rate limit, which ends with its quarter of an hour', async () => {
    let now = NOW
    const sandbox = await start({ posts: [post(1)], requests: 1, now: () => now })
    await read(sandbox, 'posts')
    now = new Date(NOW.getTime() + 60_000)
    await expect(read(sandbox, 'posts')).rejects.toMatchObject({ code: 'limited', retryAfter: 14 * 60 })
    now = new Date(NOW.getTime() + 15 * 60_000)
    expect((await read(sandbox, 'posts')).rows).toHaveLength(1)
  })
})
