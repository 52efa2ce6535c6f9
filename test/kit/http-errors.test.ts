import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { TidemarkError } from '../../functions/kit/errors.ts'
import type { Api } from '../../functions/kit/http.ts'
import { answer, json, type Reply, reset } from './faulty-server.ts'
import { client, failure, host, reply, seen, sleeps, url } from './vendor.ts'

describe('refusals', () => {
  test.each([
    [401, 'credentials', 'renew the key'],
    [403, 'credentials', 'renew the key'],
    [400, 'changed', 'no longer fits'],
    [404, 'changed', 'no longer fits'],
    [410, 'changed', 'no longer fits'],
    [422, 'changed', 'no longer fits'],
    [426, 'changed', 'version 202511 of the interface has ended'],
  ])('%i is %s and not tried again', async (status, code, words) => {
    reply(answer(status, '{"message": \n "no 202511"}'))
    const error = await failure(client({ headers: { 'LinkedIn-Version': '202511' } }).get('contacts'))
    expect(error.code).toBe(code)
    expect(error.message).toContain(`GET contacts of ${host} answered ${status}: {"message": "no 202511"}`)
    expect(error.message).toContain(words)
    expect(seen).toHaveLength(1)
  })

  test('426 of an API with its version in the path', async () => {
    reply(answer(426))
    const error = await failure(client({ baseUrl: `${url}admin/2026-10/` }).get('x'))
    expect(error.message).toContain('version /admin/2026-10/ of the interface has ended')
  })

  test('show at most 200 characters of the body, on one line', async () => {
    reply(answer(400, `a\n\u001b[31m\tb${'x'.repeat(500)}`))
    const { message } = await failure(client().get('p'))
    expect(message).toContain(': a [31m bxxx')
    expect(message.match(/x+…/)![0]).toHaveLength(200 - 'a [31m b'.length + 1)
  })

  test('204 where JSON is expected', async () => {
    reply(answer(204))
    expect(await failure(client().get('x'))).toMatchObject({ code: 'changed' })
    expect(seen).toHaveLength(1)
  })

  test.each([
    ['text', 'hello', 'text/plain'],
    ['JSON that is cut and yet of the stated length', '{"a":', 'application/json'],
    ['XML', '<?xml version="1.0"?><a/>', 'application/xml'],
  ])('200 with %s is changed', async (_, body, type) => {
    reply(answer(200, body, { 'content-type': type, 'content-length': String(body.length) }))
    const error = await failure(client().get('x'))
    expect(error.code).toBe('changed')
    expect(error.message).toContain(`a body that is no JSON (${type})`)
  })

  test('an encoding that was not asked for', async () => {
    reply(answer(200, '{}', { 'content-encoding': 'compress' }))
    const error = await failure(client().get('x'))
    expect(error).toMatchObject({ code: 'changed' })
    expect(error.message).toContain("encoded as 'compress'; expected gzip or br")
  })
})

describe("the source's own reading of failures", () => {
  const api: Partial<Api> = {
    failure: ({ body }) => {
      const { error, wait } = (body ?? {}) as { error?: string; wait?: number }
      if (error === 'THROTTLED')
        return new TidemarkError('limited', 'the query budget is used up', { retryAfter: wait })
      if (error === 'REVOKED') return new TidemarkError('credentials', 'the app was removed from the shop')
      return undefined
    },
  }

  test('a 200 that holds an error is one', async () => {
    reply(json({ error: 'REVOKED' }))
    const error = await failure(client(api).get('shop'))
    expect(error).toMatchObject({ code: 'credentials' })
    expect(error.message).toBe(`GET shop of ${host}: the app was removed from the shop`)
    expect(seen).toHaveLength(1)
  })

  test('a 200 that asks to wait is waited for', async () => {
    reply(json({ error: 'THROTTLED', wait: 6 }), json({ error: 'THROTTLED' }), json({ data: 1 }))
    expect((await client(api).get('shop')).body).toEqual({ data: 1 })
    expect(sleeps).toEqual([6_000, 500])
  })

  test('a refusal is read as well', async () => {
    reply(answer(404, '{"error":"REVOKED"}'))
    expect(await failure(client(api).get('shop'))).toMatchObject({ code: 'credentials' })
    reply(answer(500, '{"error":"REVOKED"}'))
    expect(await failure(client(api).get('shop'))).toMatchObject({ code: 'credentials' })
    expect(seen).toHaveLength(2)
  })
})

describe('secrets', () => {
  const token = 'canary-token-31415926'
  const key = 'canary key/+"&=é 2718'
  const refresh = 'canary-refresh-1618'
  const api: Partial<Api> = {
    headers: { Authorization: `Bearer ${token}`, 'X-Key': 'canary key/+"&= 2718' },
    failure: ({ body }) => {
      const said = (body as { say?: string } | undefined)?.say
      return said === undefined ? undefined : new TidemarkError('changed', said)
    },
  }
  const forms = [
    token,
    `Bearer ${token}`,
    key,
    encodeURIComponent(key),
    new URLSearchParams({ k: key }).toString(),
    JSON.stringify(key),
  ]
  const echo = [...forms, refresh, encodeURIComponent('canary key/+"&= 2718').toLowerCase()].join(' | ')

  test.each<[string, Reply]>([
    ...[400, 401, 403, 404, 422, 426, 429, 500, 503].map((status): [string, Reply] => [
      String(status),
      answer(status, echo),
    ]),
    ['a redirect', answer(302, '', { location: `/login/${token}/${refresh}?k=${token}` })],
    ["the source's own words", json({ say: echo })],
    ['a wrong type', answer(200, echo, { 'content-type': 'text/plain' })],
    ['a wrong field', json({ [token]: 1, next: token })],
    ['a reset', reset],
  ])('stay out of errors: %s', async (_, fault) => {
    reply(fault)
    const error = await failure(
      client(api, { secrets: [key, refresh], patience: () => 0 }).post(`echo/${token}`, {
        query: { secret: refresh },
        headers: { 'x-minted': 'canary-minted-4669' },
        body: { refresh },
        schema: z.object({ next: z.number() }),
      }),
    )
    const everything = inspect(error, { depth: 20, showHidden: true, getters: true })
    expect(everything).not.toMatch(/canary|2718|31415926|1618|4669/)
    expect(everything).toContain(`POST echo/*** of ${host}`)
  })

  test('a secret across the end of what is shown is hidden before it is cut', async () => {
    reply(answer(400, `${'x'.repeat(190)}${token}`))
    const { message } = await failure(client(api).get('x'))
    expect(message).toContain(`${'x'.repeat(190)}***;`)
  })
})
