import * as fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Spend } from '../../functions/kit/spend.ts'
import { x } from '../../functions/sources/x.ts'
import { ACCOUNT, mentions, NOW, type Options, openSpend, post, posts, read, start } from './x-account.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** Reads page after page, each as an invocation of its own, until the end or until it has to wait. */
async function readUntilWait(
  sandbox: Awaited<ReturnType<typeof start>>,
  stream: string,
  options: Options,
  spend: Spend = openSpend(),
) {
  const seen: Pick<Awaited<ReturnType<typeof read>>, 'records' | 'notes'>[] = []
  let resume: Awaited<ReturnType<typeof read>>['resume'] = null
  let error: unknown
  do {
    try {
      const part = await read(sandbox, stream, { pages: 1, resume, spend }, options)
      seen.push(part)
      resume = part.resume
    } catch (cause) {
      error = cause
    }
  } while (resume !== null && error === undefined)
  const keys = seen.flatMap(({ records }) => records.map(({ key }) => key))
  return { read: keys.length, keys, notes: seen.flatMap(({ notes }) => notes), resume, error }
}

describe('the budget', () => {
  test('stops a reading before it is exceeded, and says what was spent, on what, and what is left', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW })
    const sandbox = await start({ posts: posts(300), mentions: mentions(300) })
    // 1.01 - 0.01 for followers: 0.50 each for posts and mentions, which is 100 of them at 0.005.
    const options = { budget: 1.01 }
    const spend = openSpend()
    for (const [stream, spent] of [
      ['posts', '0.5 USD on posts'],
      ['mentions', '0.5 USD on posts, 0.5 USD on mentions'],
    ] as const) {
      const stopped = await readUntilWait(sandbox, stream, options, spend)
      expect(stopped.read).toBe(100)
      expect(stopped.error).toMatchObject({
        code: 'limited',
        retryAfter: 12 * 3_600,
        message:
          `spent of budget 1.01 USD this UTC day: ${spent}; 0 USD of the 0.5 USD for ${stream} are left, ` +
          'and the next request may cost 0.025 USD: wait for the next day, or raise option budget',
      })
      expect(stopped.notes).toEqual([
        { code: 'budget', message: 'the budget of 1.01 USD a UTC day is used up: the rest is read after midnight UTC' },
      ])
    }
    await read(sandbox, 'followers', { spend }, options)
    expect(sandbox.charged()).toBe(1.01)
  })

  test('holds for all readings of a day, and is not spent twice on what X charges once', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW })
    const sandbox = await start({ posts: posts(260) })
    const options = { budget: 1.01, mentions: false }
    const spend = openSpend()
    const first = await readUntilWait(sandbox, 'posts', options, spend)
    expect([first.read, sandbox.charged()]).toEqual([200, 1])
    // A run that begins anew, on the same day.
    const second = await readUntilWait(sandbox, 'posts', options, spend)
    expect(second).toMatchObject({ read: 0, error: { code: 'limited' } })
    const followers = () => read(sandbox, 'followers', { spend }, options)
    await followers()
    await followers()
    expect(sandbox.charged()).toBe(1.01)

    const other = openSpend()
    await readUntilWait(sandbox, 'posts', { ...options, budget: 3 }, other)
    const again = await readUntilWait(sandbox, 'posts', { ...options, budget: 3 }, other)
    // 2.99 less 1.30, of which nothing was spent the second time.
    expect([again.read, again.error]).toEqual([260, undefined])
  })

  test('asks for smaller pages where it does not pay for a full one', async () => {
    const sandbox = await start({ posts: posts(300) })
    const { read: count } = await readUntilWait(sandbox, 'posts', { budget: 0.64, mentions: false })
    expect(count).toBe(126)
    expect(sandbox.requests.map(({ query }) => query.get('max_results'))).toEqual(['100', '26'])
  })

  test('is fresh after midnight UTC, where the reading goes on', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW })
    const sandbox = await start({ posts: posts(150), now: () => new Date() })
    const options = { budget: 0.51, mentions: false }
    const spend = openSpend()
    const { resume } = await readUntilWait(sandbox, 'posts', options, spend)
    expect(sandbox.charged()).toBe(0.5)
    const before = sandbox.requests.length
    vi.setSystemTime('2026-11-20T23:59:00Z')
    await expect(read(sandbox, 'posts', { resume, spend }, options)).rejects.toMatchObject({ retryAfter: 60 })
    expect(sandbox.requests).toHaveLength(before)
    vi.setSystemTime('2026-11-21T00:00:01Z')
    const rest = await read(sandbox, 'posts', { resume, spend }, options)
    expect([rest.records.length, rest.resume]).toEqual([50, null])
    expect(JSON.stringify(resume).length).toBeLessThan(500)
  })

  test('is never exceeded in a day, whatever the prices and however often it is read', async () => {
    const amounts = fc.record({
      // In tenths of a cent.
      post: fc.integer({ min: 1, max: 5 }),
      count: fc.integer({ min: 0, max: 260 }),
      budget: fc.integer({ min: 60, max: 900 }),
      streams: fc.array(fc.constantFrom('posts', 'mentions', 'followers'), { minLength: 1, maxLength: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(amounts, async ({ post: price, count, budget, streams }) => {
        vi.useFakeTimers({ toFake: ['Date'], now: NOW })
        const sandbox = await start({ posts: posts(count), mentions: mentions(count) })
        const options = { budget: budget / 1_000, prices: { post: price / 1_000 } }
        const spend = openSpend()
        const different = new Set<string>()
        for (const stream of streams) {
          const { keys, error } = await readUntilWait(sandbox, stream, options, spend)
          for (const key of keys) different.add(`${stream} ${key}`)
          const first = streams.indexOf(stream) === streams.lastIndexOf(stream)
          // What is left over of a part is less than the smallest page costs.
          if (error && first) expect(keys.length * price + 5 * price).toBeGreaterThan((budget - 10) / 2 - 1)
          if (!error && stream !== 'followers') expect(keys).toHaveLength(count)
        }
        const spent = [...different].reduce((sum, key) => sum + (key.startsWith('followers') ? 10 : price), 0)
        expect(spent).toBeLessThanOrEqual(budget)
        if (price === 5) expect(sandbox.charged()).toBe(spent / 1_000)
      }),
      { numRuns: 25 },
    )
  })

  test('pays for the accounts that come with mentions, too, in the newer spelling', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW })
    const sandbox = await start({ mentions: mentions(40), spelling: 'post' })
    // 0.35 for mentions: 14 of them at 0.025 at the most, which then cost 0.015 each.
    const stopped = await readUntilWait(sandbox, 'mentions', { budget: 0.71, fields: 'post.fields' })
    expect(sandbox.requests.map(({ query }) => query.get('max_results'))).toEqual(['14', '5'])
    expect([stopped.read, sandbox.charged()]).toEqual([19, 0.285])
    expect(stopped.error).toMatchObject({ code: 'limited' })
  })

  test('that pays for nothing is refused in the config', () => {
    expect(() => x({ account: ACCOUNT, budget: 0.05 })).toThrow(/budget is 0.05; too small: .*; expected 0.06 USD/)
    expect(x({ account: ACCOUNT, budget: 0.06 }).options.prices).toEqual({ post: 0.005, user: 0.01 })
    // Each mention may bring two accounts.
    expect(() => x({ account: ACCOUNT, budget: 0.25, fields: 'post.fields' })).toThrow(/expected 0.26 USD/)
    expect(x({ account: ACCOUNT, budget: 0.26, fields: 'post.fields' }).id).toBe('x')
    expect(x({ account: ACCOUNT, budget: 0.06, fields: 'post.fields', mentions: false }).id).toBe('x')
    expect(x({ account: ACCOUNT, budget: 0.012, prices: { post: 0.001, user: 0.001 } }).id).toBe('x')
  })

  test('is told with the requests that are left', async () => {
    const sandbox = await start({ posts: posts(150) })
    const { quotas } = await read(sandbox, 'posts')
    expect(quotas).toContainEqual({ requests: 898 })
    expect(quotas.at(-1)).toEqual({ spent_usd: 0.75, left_usd: 19.25 })
    expect((await read(sandbox, 'followers')).quotas.at(-1)).toEqual({ spent_usd: 0.01, left_usd: 19.99 })
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
