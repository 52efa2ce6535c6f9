import { describe, expect, test } from 'vitest'
import { nextPage } from '../../functions/kit/graph-api.ts'
import { facebook } from '../../functions/sources/facebook.ts'
import type { Usage } from '../../sandbox/graph-api.ts'
import { DAY, PAGE, PAGE_TOKEN, posts, read, source, start, USER_TOKEN } from './facebook-page.ts'
import { readStream } from './read-stream.ts'

describe('tokens and permissions', () => {
  test.each([USER_TOKEN, PAGE_TOKEN])('%s is exchanged for the Page’s token, once', async (token) => {
    const sandbox = await start({ posts: posts(30) })
    await read(sandbox, 'posts', { secrets: { token } })
    const [first, ...others] = sandbox.requests
    expect([first!.path, first!.query.get('fields')]).toEqual([`/v26.0/${PAGE}`, 'access_token'])
    expect(new Set(others.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${PAGE_TOKEN}`]))
    expect(sandbox.requests.every(({ query }) => !query.has('access_token'))).toBe(true)
  })

  test('no token reaches the lake or an error, though next-links hold it', async () => {
    const sandbox = await start({ posts: posts(60) })
    for (const stream of ['posts', 'activity', 'followers', 'messages']) {
      const { pages, resume } = await read(sandbox, stream, { pages: 1 })
      const kept = JSON.stringify([
        resume,
        ...pages.map(({ bytes, context }) => [Buffer.from(bytes).toString(), context]),
      ])
      expect(kept).not.toMatch(/EAA/)
      if (stream === 'posts') expect(kept).toContain('access_token=***')
    }
    const secrets = { token: 'EAAwrong0123456789' }
    const error = await read(sandbox, 'posts', { secrets }).catch((cause: Error) => cause)
    expect(error).toMatchObject({ code: 'credentials', message: expect.stringContaining("secret 'token'") })
    expect(String(error)).not.toContain('EAA')
  })

  test('a missing permission is named', async () => {
    const sandbox = await start({ missing: { insights: 'read_insights' } })
    await expect(read(sandbox, 'activity')).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining("'read_insights'"),
    })
  })

  test('a Page that is not there, or not shown, is for the operator, and no dead metric', async () => {
    const sandbox = await start()
    const wrong = facebook({ page: '999', baseUrl: sandbox.baseUrl })
    const asked = { from: DAY, secrets: { token: PAGE_TOKEN } }
    await expect(readStream(wrong, 'activity', asked)).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining('correct the id of the Page in the config'),
    })
    expect(sandbox.requests).toHaveLength(1)
  })
})

describe('limits', () => {
  test.each([
    [{ percent: 92, minutes: 7 }, 420],
    [{ percent: 95, header: 'x-app-usage' }, 900],
    [{ percent: 90, header: 'x-page-usage' }, 900],
  ] satisfies [Usage, number][])('reading stops before the limit: %o', async (usage, seconds) => {
    let used: Usage = { percent: 10 }
    const sandbox = await start({ posts: posts(60), usage: () => used })
    expect((await read(sandbox, 'posts')).quotas.at(-1)).toEqual({ percent: 90 })
    const head = await read(sandbox, 'posts', { pages: 1 })
    used = usage
    await expect(read(sandbox, 'posts')).rejects.toMatchObject({ code: 'limited', retryAfter: seconds })
    used = { percent: 50 }
    expect((await read(sandbox, 'posts', { resume: head.resume })).records).toHaveLength(35)
  })

  test('headers that cannot be read say nothing', async () => {
    const made = source({ baseUrl: 'http://127.0.0.1:1/' })
    const api = made.definition.api!({
      options: made.options,
      secrets: { token: PAGE_TOKEN },
    })
    expect(api.quota!({ 'x-app-usage': 'busy' })).toBeUndefined()
    expect(api.retryAfter!({})).toBeUndefined()
    expect(api.quota!({ 'x-app-usage': '{"call_count":130}' })).toEqual({ percent: 0 })
  })

  test('an ended version is served by the next, and noted', async () => {
    const sandbox = await start({ oldest: 28 })
    const { rows, notes } = await read(sandbox, 'activity')
    expect(rows).not.toHaveLength(0)
    expect(notes).toEqual([{ code: 'version_ended', message: expect.stringMatching(/v28\.0 where v26\.0/) }])
  })

  test.each([
    [4, 'limited'],
    [17, 'limited'],
    [32, 'limited'],
    [613, 'limited'],
    [80_001, 'limited'],
    [190, 'credentials'],
    [102, 'credentials'],
    [10, 'credentials'],
    [200, 'credentials'],
    [283, 'credentials'],
    [1, 'unavailable'],
    [2, 'unavailable'],
    [100, 'changed'],
    [2500, 'changed'],
    [3001, 'changed'],
  ])('error %i is %s, in a 400 and in a 200', (code, expected) => {
    const { definition, options } = facebook({ page: PAGE })
    const { failure } = definition.api!({ options, secrets: { token: PAGE_TOKEN } })
    for (const status of [400, 200]) {
      const error = failure!({ status, headers: {}, body: { error: { message: 'No', code } } })
      expect(error).toMatchObject({ code: expected, message: expect.stringContaining(`error ${code}: No`) })
    }
    expect(failure!({ status: 200, headers: {}, body: { data: [] } })).toBeUndefined()
  })
})

describe('failures', () => {
  test('a page of another shape is a change', () => {
    const { posts: stream } = facebook({ page: PAGE }).streams
    const bytes = new TextEncoder().encode('{"items":[]}')
    expect(() => [...stream!.records({ bytes, context: { day: DAY } })]).toThrow(
      expect.objectContaining({ code: 'changed' }),
    )
  })

  test('a next-link is a cursor or a change, and never an address', () => {
    const next = 'https://elsewhere.invalid/v26.0/1/feed?access_token=EAAx&limit=25&after=QWE&fields=id'
    expect(nextPage({ next })).toEqual({ after: 'QWE' })
    expect(nextPage({})).toBeNull()
    expect(nextPage(undefined)).toBeNull()
    for (const wrong of ['https://graph.facebook.com/v26.0/1/feed?limit=25', 'after=QWE']) {
      expect(() => nextPage({ next: wrong })).toThrow(expect.objectContaining({ code: 'changed' }))
    }
  })
})
