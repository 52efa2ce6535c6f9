import { describe, expect, test } from 'vitest'
import { DAY, NOW, PAGE, post, posts, read, source, start, USER_TOKEN } from '../sources/facebook-page.ts'
import { checkAnswer, checkRequest, isSpecHere } from './graph-spec.ts'
import { probe } from './probe.ts'

const commented = {
  ...post(32),
  comments: [
    { id: 'c1', at: `${DAY}T09:00:00Z`, by: '71', replies: [{ id: 'c2', at: `${DAY}T10:00:00Z`, by: PAGE }] },
    { id: 'c3', at: `${DAY}T11:00:00Z`, hidden: true },
  ],
}

/** Everything the source can ask for, with an answer that has everything in it. */
const account = {
  posts: [commented, ...posts(30), { ...post(31), counters: () => ({ ...post(31).counters(new Date()), shares: 0 }) }],
  oldest: 21,
  ratings: () => [
    { createdAt: `${DAY}T09:00:00Z`, recommends: true, reviewer: '71', story: '9001' },
    { createdAt: '2018-02-01T08:00:00Z', rating: 4 },
  ],
  conversations: [{ id: 't1', person: '555', messages: [{ id: 'm1', at: `${DAY}T10:00:00Z` }] }],
}

const nodeOf = (id: string) => (id === PAGE ? 'Page' : 'PagePost')

describe.skipIf(!isSpecHere)(
  'facebook and the definitions of the official SDK (skipped without ../shared/vendor)',
  () => {
    test.each(['activity', 'followers', 'posts', 'comments', 'ratings', 'messages'])(
      '%s: requests and answers',
      async (stream) => {
        const sandbox = await start(account)
        const { pages } = await read(sandbox, stream, {}, { version: 21 })
        const [token, ...asked] = sandbox.requests.map((request) => checkRequest(request, nodeOf))
        expect(token).toEqual({ node: 'Page', edge: undefined })
        expect(asked).toHaveLength(pages.length)
        for (const [i, { bytes }] of pages.entries()) {
          checkAnswer(stream, asked[i]!, JSON.parse(Buffer.from(bytes).toString()))
        }
      },
    )

    test('the followers of a Page without insights', async () => {
      const sandbox = await start({ daily: () => undefined })
      const { pages } = await read(sandbox, 'followers', { from: '2026-11-19' })
      const asked = sandbox.requests.map((request) => checkRequest(request, nodeOf))
      checkAnswer('followers', asked.at(-1)!, JSON.parse(Buffer.from(pages[0]!.bytes).toString()))
    })

    test.each([true, false])('the probe: requests and answers, permissions listed: %s', async (develops) => {
      const sandbox = await start({ develops })
      const answers = await probe(source(sandbox), { token: USER_TOKEN }, NOW)
      // The definitions are of objects: `debug_token` is none. The first request opens the session.
      const [, ...sent] = sandbox.requests.filter(({ path }) => !path.endsWith('/debug_token'))
      const bodies = develops ? answers.slice(0, 1) : answers
      expect(sent).toHaveLength(bodies.length)
      for (const [i, body] of bodies.entries()) checkAnswer('probe', checkRequest(sent[i]!, nodeOf), body)
    })

    test('what exists nowhere is found', () => {
      const request = (path: string, query: string) => ({
        ...{ method: 'GET', path: `/v26.0/${path}`, headers: {}, body: undefined },
        query: new URLSearchParams(query),
      })
      const check = (path: string, query = '') => checkRequest(request(path, query), nodeOf)
      expect(() => check(`${PAGE}/likers`)).toThrow('Page has no edge likers')
      expect(() => check(`${PAGE}/insights`, 'metrics=a')).toThrow('no parameter metrics')
      expect(() => check(`${PAGE}/insights`, 'period=daily')).toThrow('no value daily')
      expect(() => check(`${PAGE}/published_posts`, 'fields=id,likes_count')).toThrow('no field or edge likes_count')
      expect(() => check(`${PAGE}/published_posts`, 'fields=comments.most(0)')).toThrow('no argument most')
      const wrong = { data: [{ id: 'x', created_time: '2026-11-18T10:00:00Z' }] }
      expect(() => checkAnswer('posts', { node: 'PagePost', edge: 'published_posts' }, wrong)).toThrow('is no datetime')
    })
  },
)
