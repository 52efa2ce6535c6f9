import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Source } from '../../functions/kit/source.ts'
import { deploy } from '../ingest/deployment.ts'
import * as page from './facebook-page.ts'
import * as account from './instagram-account.ts'

const APP_SECRET = 'appcanary0123456789abcdef'
const proofOf = (token: string) => createHmac('sha256', APP_SECRET).update(token).digest('hex')
const strict = { appSecret: APP_SECRET, requiresProof: true }

describe('the proof that a token is used by its own app', () => {
  test('goes with every request, of the token that goes with it', async () => {
    const sandbox = await page.start({ ...strict, posts: page.posts(30) })
    const secrets = { token: page.USER_TOKEN, appSecret: APP_SECRET }
    expect((await page.read(sandbox, 'posts', { secrets })).rows).toHaveLength(30)
    const proofs = sandbox.requests.map(({ query }) => query.get('appsecret_proof'))
    expect(proofs).toEqual([proofOf(page.USER_TOKEN), proofOf(page.PAGE_TOKEN), proofOf(page.PAGE_TOKEN)])
  })

  test.each(['facebook', 'instagram'] as const)('of an account with the login of %s as well', async (login) => {
    const sandbox = await account.start({ ...strict, media: account.many(3), tokenMadeAt: '2026-10-20T00:00:00Z' })
    const secrets = { token: account.TOKEN, appSecret: APP_SECRET }
    expect((await account.read(sandbox, 'media', { secrets }, { login })).rows).toHaveLength(3)
    for (const { query, headers } of sandbox.requests) {
      const token = query.get('access_token') ?? headers.authorization!.slice('Bearer '.length)
      expect(query.get('appsecret_proof')).toBe(proofOf(token))
    }
  })

  test('is not sent without the secret; an app that demands it says so, and the error says what to set', async () => {
    const open = await page.start({ appSecret: APP_SECRET, posts: page.posts(1) })
    await page.read(open, 'posts')
    expect(open.requests.every(({ query }) => !query.has('appsecret_proof'))).toBe(true)

    const needed = {
      code: 'credentials',
      message: expect.stringMatching(
        /require an appsecret_proof argument.*'appSecret' \(TIDEMARK_<SOURCE ID>_APP_SECRET\) is needed: set it/,
      ),
    }
    await expect(page.read(await page.start(strict), 'activity')).rejects.toMatchObject(needed)
    const shop = await account.start({ ...strict, media: account.many(3) })
    await expect(account.read(shop, 'media')).rejects.toMatchObject(needed)
    // An error 100, but of no metric: nothing is asked for one by one.
    expect(shop.requests).toHaveLength(1)
  })

  test('of another app is refused, and shows neither the secret nor the proof', async () => {
    const secrets = { token: page.USER_TOKEN, appSecret: 'othercanary0123456789' }
    const error = await page.read(await page.start(strict), 'activity', { secrets }).catch((cause: Error) => cause)
    expect(error).toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(/Invalid appsecret_proof.*'appSecret' .* is not of the app/),
    })
    expect(String(error)).not.toMatch(/canary|[0-9a-f]{64}/)
  })

  test('is nowhere in the lake, the table or an error, though next-links repeat it', async () => {
    const now = page.NOW.toISOString()
    const sandbox = await page.start({ ...strict, posts: page.posts(60) })
    const env = { TIDEMARK_FACEBOOK_TOKEN: page.USER_TOKEN, TIDEMARK_FACEBOOK_APP_SECRET: APP_SECRET }
    await using deployment = await deploy({ sources: [page.source(sandbox)] as Source[], now, env })
    expect(await deployment.ingest({ stream: 'posts' })).toMatchObject({ status: 'ok', facts: 60, pages: 3 })
    const files = await deployment.dump()
    expect(files.filter(({ text }) => text.includes('appsecret_proof=***'))).toHaveLength(2)
    const leaks = [APP_SECRET, proofOf(page.USER_TOKEN), proofOf(page.PAGE_TOKEN), page.PAGE_TOKEN]
    expect(files.filter(({ text }) => leaks.some((leak) => text.includes(leak)))).toEqual([])
  })

  test('a source whose token is missing names that variable, with or without the optional one', async () => {
    const sandbox = await page.start(strict)
    const env = { TIDEMARK_FACEBOOK_APP_SECRET: APP_SECRET }
    await using deployment = await deploy({ sources: [page.source(sandbox)], now: page.NOW.toISOString(), env })
    await expect(deployment.once({ stream: 'posts' })).rejects.toThrow(/set TIDEMARK_FACEBOOK_TOKEN/)
    expect(sandbox.requests).toEqual([])
  })
})

describe('a token that runs out is refused with 400 and error 190', () => {
  test('and the session is opened anew, once', async () => {
    const sandbox = await page.start({ posts: page.posts(60) })
    const { records } = await page.read(sandbox, 'posts')
    const before = sandbox.requests.length
    sandbox.fail({ kind: 'expired', skip: 2 })
    expect((await page.read(sandbox, 'posts')).records).toEqual(records)
    const asked = sandbox.requests.slice(before).map(({ path, query }) => [path.split('/').at(-1), query.has('after')])
    const exchange = [page.PAGE, false]
    expect(asked).toEqual([
      exchange,
      ['published_posts', false],
      ['published_posts', true],
      exchange,
      ['published_posts', true],
      ['published_posts', true],
    ])
  })

  test('and with Instagram Login, the token is refreshed once more', async () => {
    const token = 'EAAoldcanary0123456789'
    const sandbox = await account.start({ media: account.many(60), tokenMadeAt: '2026-10-20T00:00:00Z', token })
    const secrets = { token }
    const head = await account.read(sandbox, 'media', { secrets, pages: 1 }, { login: 'instagram' })
    // A refresh has replaced it already.
    const first = secrets.token
    expect(first).toBe(sandbox.token())
    sandbox.fail({ kind: 'expired', skip: 1 })
    const rest = await account.read(sandbox, 'media', { secrets, resume: head.resume }, { login: 'instagram' })
    expect(rest.records).toHaveLength(35)
    expect(sandbox.requests.filter(({ path }) => path.endsWith('refresh_access_token'))).toHaveLength(3)
  })

  test.each([
    ['expired', '190/463', 'it has expired'],
    ['revoked', '190/458', 'its owner has removed the app'],
  ] as const)('%s for good, it is for the operator: error %s', async (kind, code, why) => {
    const sandbox = await page.start({ posts: page.posts(3) })
    sandbox.fail({ kind, times: Number.POSITIVE_INFINITY, on: ({ path }) => path.endsWith('published_posts') })
    const error = await page.read(sandbox, 'posts').catch((cause: Error) => cause)
    expect(error).toMatchObject({ code: 'credentials' })
    expect(String(error)).toContain(`error ${code}: Error validating access token`)
    expect(String(error)).toContain(`(${why}); renew the token: secret 'token'`)
    expect(sandbox.requests).toHaveLength(4)
  })

  test.each([
    [460, 'its owner has changed the password'],
    [492, 'its owner no longer has a role on the Page'],
    [undefined, undefined],
  ])('subcode %s says %s', (error_subcode, why) => {
    const made = page.source({ baseUrl: 'http://127.0.0.1:1/' })
    const api = made.definition.api!({ options: made.options, secrets: { token: page.PAGE_TOKEN } })
    const body = { error: { message: 'No', type: 'OAuthException', code: 190, error_subcode } }
    const said = `error 190${error_subcode ? `/${error_subcode}` : ''}: No${why ? ` (${why})` : ''}; renew the token`
    expect(api.failure!({ status: 400, headers: {}, body })!.message).toContain(said)
    expect(api.expired!({ status: 400, body })).toBe(true)
    expect(api.expired!({ status: 400, body: { error: { message: 'No', code: 100 } } })).toBe(false)
  })
})
