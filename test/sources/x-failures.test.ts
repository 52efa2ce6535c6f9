import { describe, expect, test } from 'vitest'
import { posts, read, source, start } from './x-account.ts'

describe('credentials', () => {
  test('rotate with every use, and the new ones are kept', async () => {
    const sandbox = await start({ posts: posts(2) })
    const secrets: Record<string, string> = { ...sandbox.tokens.consent }
    await read(sandbox, 'posts', { secrets })
    expect(secrets.refreshToken).not.toBe(sandbox.tokens.consent.refreshToken)
    await read(sandbox, 'followers', { secrets })
    expect(sandbox.tokens.requests).toHaveLength(2)
    expect(secrets.refreshToken).toBe(sandbox.tokens.newest())
  })

  test('are kept before anything is asked with them', async () => {
    const sandbox = await start()
    const { api } = source(sandbox).definition
    const { authorize } = api!({ options: source(sandbox).options, secrets: {} as never })
    const order: string[] = []
    const http = { post: async () => ({ body: { access_token: 'a', refresh_token: 'r2' } }) } as never
    const keep = async (name: string, value: string) => {
      order.push(`${name} ${value}`)
    }
    const headers = await authorize!({ http, secret: async (name) => name, keep })
    expect([order, headers]).toEqual([['refreshToken r2'], { authorization: 'Bearer a' }])
  })

  test('of a client go as Basic, never in the form', async () => {
    const sandbox = await start()
    await read(sandbox, 'followers')
    expect(Object.keys(sandbox.tokens.requests[0]!).sort()).toEqual(['grant_type', 'refresh_token'])
  })

  test('of a client that are wrong are told apart from an ended consent', async () => {
    const sandbox = await start()
    const secrets = { ...sandbox.tokens.consent, clientSecret: 'wrong' }
    await expect(read(sandbox, 'followers', { secrets })).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining("correct secrets 'clientId' and 'clientSecret'"),
    })
  })

  test('that were used up or withdrawn are for the operator', async () => {
    const sandbox = await start()
    const secrets = { ...sandbox.tokens.consent }
    await read(sandbox, 'followers', { secrets: { ...secrets } })
    await expect(read(sandbox, 'followers', { secrets })).rejects.toMatchObject({ code: 'credentials' })
    sandbox.tokens.revoke()
    await expect(read(sandbox, 'followers')).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining('authorise again'),
    })
  })

  test.each([
    [{ status: 503, body: 'down' }, 'unavailable'],
    [{ status: 500, body: { error: 'server_error' } }, 'unavailable'],
    [{ status: 400, body: { error: 'invalid_grant' } }, 'credentials'],
    [{ status: 400, body: { error: 'invalid_grant', error_description: null } }, 'credentials'],
    [{ status: 401, body: { error: 'invalid_client' } }, 'credentials'],
    [{ status: 401, body: { error: 'unauthorized_client', error_description: 'Missing valid header' } }, 'credentials'],
    [{ status: 400, body: { error: 'invalid_request', error_description: 'Missing parameter.' } }, 'changed'],
  ])('meet a token endpoint that answers %o: %s', async (answer, code) => {
    const sandbox = await start()
    sandbox.tokens.break(answer)
    await expect(read(sandbox, 'followers')).rejects.toMatchObject({ code })
  })
})

describe('failures', () => {
  test('an account that does not exist is the config’s', async () => {
    const sandbox = await start()
    for (const stream of ['posts', 'mentions', 'followers']) {
      await expect(read(sandbox, stream, {}, { account: '1' })).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('option account'),
      })
    }
  })

  test.each([
    [403, { type: 'https://api.twitter.com/2/problems/client-forbidden', title: 'Client Forbidden' }, 'credentials'],
    [403, { title: 'SpendCapReached', detail: 'reached its billing cycle spend cap' }, 'credentials'],
    [200, { errors: [{ title: 'Forbidden', type: 'a/not-authorized-for-resource' }] }, 'credentials'],
    [200, { errors: [{ title: 'Service Unavailable', type: 'about:blank' }] }, 'unavailable'],
    [400, { title: 'Invalid Request', errors: [{ message: 'no such field' }] }, 'changed'],
    [200, { data: [], errors: [{ title: 'Forbidden', type: 'a/not-authorized-for-resource' }] }, undefined],
    // A timeline of somebody else, asked for what only its account may see: no data, and that it is well.
    [200, { meta: { result_count: 0 }, errors: [{ title: 'F', type: 'a/not-authorized-for-field' }] }, 'credentials'],
    [200, { data: [{}], meta: {}, errors: [{ title: 'F', type: 'a/not-authorized-for-field' }] }, undefined],
    [200, { data: null, meta: null, errors: [{ title: 'F', type: 'a/field-unauthorized' }] }, 'credentials'],
    // Problems of the OpenAPI description 2.167.
    [200, { errors: [{ title: 'Invalid', type: 'https://api.x.com/2/problems/invalid-request' }] }, 'changed'],
    [200, { errors: [{ title: 'Gone', type: 'https://api.x.com/2/problems/disallowed-resource' }] }, 'invalid'],
    [
      200,
      { errors: [{ title: 'Oh', type: 'https://api.x.com/2/problems/internal-error', status: '500' }] },
      'unavailable',
    ],
    [401, { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' }, 'credentials'],
    [
      402,
      { title: 'CreditsDepleted', type: 'https://api.twitter.com/2/problems/credits', period: null },
      'credentials',
    ],
    [429, { title: 'Too Many Requests', type: 'about:blank', status: 429 }, undefined],
  ])('%s with %o is %s', (status, body, code) => {
    const one = source({ baseUrl: 'http://127.0.0.1:1/', tokens: { url: 'http://127.0.0.1:1/t' } as never })
    const { failure } = one.definition.api!({ options: one.options, secrets: {} as never })
    expect(failure!({ status, headers: {}, body })?.code).toBe(code)
  })

  // Plans from before pay per use limit a day, too: 429 then, with headers of both (xdevplatform/twitter-api-typescript-sdk
  // issue 96, plhery/node-twitter-api-v2 issues 495 and 553).
  test.each([
    [{ 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '1795176900' }, 900],
    [{ 'x-rate-limit-reset': '1795176900' }, 900],
    [{ 'x-rate-limit-remaining': '7', 'x-user-limit-24hour-remaining': '0' }, 43_200],
    [{ 'x-rate-limit-remaining': '0', 'x-app-limit-24hour-remaining': '0' }, 43_200],
    [{ 'x-rate-limit-remaining': '0', 'x-user-limit-24hour-remaining': '3' }, 900],
    [{ 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': 'soon' }, undefined],
    [{ 'x-rate-limit-reset': undefined }, undefined],
  ])('a limit told by %o ends after %s s', (given, seconds) => {
    const one = source({ baseUrl: 'http://127.0.0.1:1/', tokens: { url: 'http://127.0.0.1:1/t' } as never })
    const { retryAfter } = one.definition.api!({ options: one.options, secrets: {} as never })
    const resets = { 'x-rate-limit-reset': '1795176900', 'x-user-limit-24hour-reset': '1795219200' }
    const headers = {
      ...resets,
      'x-app-limit-24hour-reset': '1795219200',
      date: 'Fri, 20 Nov 2026 12:00:00 GMT',
      ...given,
    }
    expect(retryAfter!(headers as never)).toBe(seconds)
  })

  test('an answer of another shape is changed', async () => {
    const { posts: stream } = source(await start()).streams
    expect(() => [...stream!.records({ bytes: new TextEncoder().encode('{"results":[]}') })]).toThrow(/a page of X/)
  })
})
