import { describe, expect, test } from 'vitest'
import { mediaMetrics, userMetrics } from '../../sandbox/instagram.ts'
import { ACCOUNT, DAY, many, media, NOW, read, source, start, TOKEN } from '../sources/instagram-account.ts'
import { checkAnswer, checkRequest, isSpecHere, valuesOf } from './graph-spec.ts'
import { probe } from './probe.ts'

const at = `${DAY}T10:00:00Z`

/** Everything the source can ask for, with an answer that has everything in it. */
const account = {
  media: [
    ...many(26),
    media(27, { product: 'REELS', comments: [{ id: 'c1', at, by: 'ann', replies: [{ id: 'c2', at, by: 'shop' }] }] }),
  ],
  tags: [{ id: 't1', at, by: 'ann' }],
}

const nodeOf = (id: string) => (id === ACCOUNT ? 'IGUser' : 'IGMedia')

describe.skipIf(!isSpecHere)(
  'instagram and the definitions of the official SDK (skipped without ../shared/vendor)',
  () => {
    test.each(['activity', 'followers', 'comments', 'mentions'])('%s: requests and answers', async (stream) => {
      const sandbox = await start(account)
      const { pages } = await read(sandbox, stream)
      const asked = sandbox.requests.map((request) => checkRequest(request, nodeOf))
      expect(asked).toHaveLength(pages.length)
      for (const [i, { bytes }] of pages.entries()) {
        checkAnswer(stream, asked[i]!, JSON.parse(Buffer.from(bytes).toString()))
      }
    })

    test('media: requests and answers, with those that the page only quotes', async () => {
      const sandbox = await start(account)
      await read(sandbox, 'media')
      const { authorization } = sandbox.requests[0]!.headers
      const sent = [...sandbox.requests]
      expect(new Set(sent.map((request) => checkRequest(request, nodeOf).node))).toEqual(
        new Set(['IGMedia', 'InstagramInsightsResult']),
      )
      for (const request of sent) {
        const url = new URL(`${request.path}?${request.query}`, sandbox.baseUrl)
        const answer = await fetch(url, { headers: { authorization: authorization! } })
        checkAnswer(request.path, checkRequest(request, nodeOf), await answer.json())
      }
    })

    test.each(['facebook', 'instagram'] as const)('the probe, %s login: requests and answers', async (login) => {
      const sandbox = await start(account)
      const answers = await probe(source(sandbox, { login }), { token: TOKEN }, NOW)
      // The definitions are of objects: tokens are none.
      const sent = sandbox.requests.filter(({ path }) => !path.endsWith('_token'))
      const bodies = login === 'facebook' ? answers.slice(1) : answers
      expect(sent).toHaveLength(bodies.length)
      for (const [i, body] of bodies.entries()) checkAnswer('probe', checkRequest(sent[i]!, nodeOf), body)
    })

    test('the simulator knows no metric that does not exist', () => {
      expect(valuesOf('shadowiguserinsights_metric_enum_param')).toEqual(expect.arrayContaining([...userMetrics]))
      expect(valuesOf('shadowigmediainsights_metric_enum_param')).toEqual(expect.arrayContaining([...mediaMetrics]))
    })
  },
)
