import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { answer, json, type Reply } from './faulty-server.ts'
import { client, failure, host, reply, seen, sleeps, url } from './vendor.ts'

describe('requests', () => {
  test('resolve paths, repeat the keys of lists and leave out what is unknown', async () => {
    reply(json({}))
    await client({ headers: { Authorization: 'Bearer t' } }).get('v1/contacts?x=%20y', {
      query: { a: 1, ids: ['p&q', 'é'], none: null, missing: undefined, yes: true },
      headers: { 'X-Extra': 'one' },
    })
    expect(seen[0]).toMatchObject({
      method: 'GET',
      url: '/api/v1/contacts?x=%20y&a=1&ids=p%26q&ids=%C3%A9&yes=true',
      headers: {
        authorization: 'Bearer t',
        'x-extra': 'one',
        accept: 'application/json',
        'accept-encoding': 'gzip, br',
      },
    })
  })

  test('post JSON or forms', async () => {
    reply(json({}))
    await client().post('graphql', { body: { query: '{ shop }' } })
    await client().post('token', { form: { grant_type: 'refresh_token', token: 'a b&c' } })
    expect(seen.map(({ method, headers, body }) => [method, headers['content-type'], body])).toEqual([
      ['POST', 'application/json', '{"query":"{ shop }"}'],
      ['POST', 'application/x-www-form-urlencoded', 'grant_type=refresh_token&token=a+b%26c'],
    ])
  })

  test('use one connection again', async () => {
    reply(json({}))
    const http = client()
    for (let i = 0; i < 4; i++) await http.get('x')
    expect(new Set(seen.map(({ port }) => port)).size).toBe(1)
  })

  test('refuse a header that cannot be sent, without showing it', async () => {
    const error = await failure(client({ headers: { 'x-key': 'canary-1\ncanary-2' } }).get('x'))
    expect(error.code).toBe('credentials')
    expect(error.message).toBe('header x-key holds a character that cannot be sent; enter its secret again')
  })
})

describe('answers', () => {
  const odd = ' {\t"a" : 1.0, "b":1 ,"c":"\\u00e9\\/é", "d":1e2,\r\n "e":12345678901234567890 }\n\n'

  test.each([
    ['plain', Buffer.from(odd), {}],
    ['gzip', gzipSync(odd), { 'content-encoding': 'gzip' }],
    [
      'gzip in two members',
      Buffer.concat([gzipSync(odd.slice(0, 20)), gzipSync(odd.slice(20))]),
      { 'content-encoding': 'x-gzip' },
    ],
    ['br', brotliCompressSync(odd), { 'content-encoding': 'br' }],
    ['gzip within br', brotliCompressSync(gzipSync(odd)), { 'content-encoding': 'gzip, br' }],
  ])('keep the exact bytes: %s', async (_, bytes, headers) => {
    reply(answer(200, bytes, { 'content-type': 'application/json', ...headers }))
    const got = await client().get('x')
    expect(Buffer.from(got.bytes).toString()).toBe(odd)
    expect(got.body).toMatchObject({ a: 1, c: 'é/é', d: 100 })
  })

  test('a byte order mark is kept in the bytes and no part of the JSON', async () => {
    reply(answer(200, '\ufeff{"a":1}'))
    const got = await client().get('x')
    expect(got.body).toEqual({ a: 1 })
    expect([...got.bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  })

  test('are parsed by the schema', async () => {
    reply(json({ next: '7', more: 'unread' }))
    const { body } = await client().get('x', { schema: z.object({ next: z.string().transform(Number) }) })
    expect(body).toEqual({ next: 7 })
  })

  test('that fail the schema name field and types, and no value', async () => {
    reply(json({ paging: { next: 'jane@example.com' }, items: null, state: 'jane@example.com' }))
    const schema = z.object({
      paging: z.object({ next: z.number() }),
      items: z.array(z.string()),
      state: z.enum(['on']),
      at: z.string(),
    })
    const error = await failure(client().get('contacts', { schema }))
    expect(error.code).toBe('changed')
    expect(error.message).toContain("field 'paging.next' is string; expected number")
    expect(error.message).toContain("field 'items' is null; expected array")
    expect(error.message).not.toContain('jane')
    expect(seen).toHaveLength(1)
  })

  test('may be bytes of any kind', async () => {
    reply(answer(200, 'id,name\n1,é\n', { 'content-type': 'text/csv' }))
    const got = await client().get('export', { as: 'bytes' })
    expect(Buffer.from(got.bytes).toString()).toBe('id,name\n1,é\n')
    expect(got.body).toBeUndefined()
  })

  test('tell the quota left, refusals too', async () => {
    const quotas: unknown[] = []
    reply(answer(500, '{}', { 'x-left': '4' }), json({}, { 'x-left': '3' }), json({}))
    const http = client(
      { quota: (headers) => (headers['x-left'] ? { requests: Number(headers['x-left']) } : undefined) },
      { onQuota: (quota) => quotas.push(quota) },
    )
    await http.get('x')
    await http.get('x')
    expect(quotas).toEqual([{ requests: 4 }, { requests: 3 }])
  })
})

describe('hosts', () => {
  test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
    reply(answer(status, '', { location: 'http://user:pass@elsewhere.example/login?token=abcdef' }))
    const error = await failure(client().get('x'))
    expect(error.code).toBe('changed')
    expect(error.message).toContain(`answered ${status} and points to http://elsewhere.example/login;`)
    expect(seen).toHaveLength(1)
  })

  test.each([
    ['a foreign host', 'http://elsewhere.example/next?after=1', 'http://elsewhere.example'],
    ['another scheme', 'https://HOST/api/next', 'https://HOST'],
    ['another port', 'http://127.0.0.1:1/next', 'http://127.0.0.1:1'],
    ['credentials in the link', 'http://u:p@HOST/next', 'http://HOST, with credentials in it'],
    ['no network at all', 'file:///etc/passwd', 'file://'],
    ['a host in disguise', '//elsewhere.example/next', 'http://elsewhere.example'],
  ])('a next-link to %s is refused', async (_, link, named) => {
    const error = await failure(client().get(link.replace('HOST', host)))
    expect(error.code).toBe('changed')
    expect(error.message).toContain(`a link leads to ${named.replace('HOST', host)};`)
    expect(error.message).not.toContain('after=')
    expect(seen).toHaveLength(0)
  })

  test('a next-link to the own host or a declared one is followed', async () => {
    reply(json({}))
    await client().get(`${url}api/next?after=a%2Fb`)
    await client({ baseUrl: 'http://vendor.example/', hosts: [host] }).get(`${url}other`)
    expect(seen.map(({ url }) => url)).toEqual(['/api/next?after=a%2Fb', '/other'])
  })
})

describe('size', () => {
  const big = `{"a":"${'x'.repeat(50_000)}"}`

  test.each<[string, Reply]>([
    ['plain', answer(200, big)],
    ['a gzip bomb', answer(200, gzipSync(big), { 'content-encoding': 'gzip' })],
    ['a br bomb', answer(200, brotliCompressSync(big), { 'content-encoding': 'br' })],
    [
      'a body without end',
      (response) => {
        response.writeHead(200)
        const more = (): void => {
          while (!response.destroyed && response.write(big));
        }
        response.on('drain', more)
        more()
      },
    ],
  ])('%s over the cap is changed', async (_, fault) => {
    reply(fault)
    const error = await failure(client({ maxBytes: 10_000 }).get('x'))
    expect(error.code).toBe('changed')
    expect(error.message).toContain('the answer is longer than 10000 bytes, decoded')
    expect(seen).toHaveLength(1)
  })

  test('a body of exactly the cap is taken', async () => {
    reply(answer(200, gzipSync(big), { 'content-encoding': 'gzip' }))
    expect((await client({ maxBytes: big.length }).get('x')).bytes).toHaveLength(big.length)
  })
})

describe('the rate budget', () => {
  test('is shared by concurrent callers, first come first served', async () => {
    reply(json({}))
    let now = 5_000
    const http = client({ perSecond: 2 }, { clock: () => now })
    await Promise.all(Array.from({ length: 6 }, (_, i) => http.get(`x${i}`)))
    expect(sleeps).toEqual([1_000, 1_000, 2_000, 2_000])
    now += 10_000
    await http.get('y')
    expect(sleeps).toHaveLength(4)
  })

  test('retries use it, too', async () => {
    reply(answer(500), json({}))
    await client({ perSecond: 1 }).get('x')
    expect(sleeps).toEqual([250, 1_000])
  })

  test('a queue longer than the patience is limited', async () => {
    reply(json({}))
    const http = client({ perSecond: 0.01 })
    await http.get('x')
    expect(await failure(http.get('x'))).toMatchObject({ code: 'limited', retryAfter: 100 })
    expect(seen).toHaveLength(1)
  })
})
