import { type AddressInfo, createServer as createRawServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { openHttp } from '../../functions/kit/http.ts'
import { openWire } from '../../functions/kit/wire.ts'
import {
  answer,
  cut,
  cutGzip,
  html,
  json,
  openFaultyServer,
  type Reply,
  reset,
  silence,
  stalled,
} from './faulty-server.ts'
import { client, failure, host, reply, seen, sleeps, url } from './vendor.ts'

const BODY = JSON.stringify({ items: Array.from({ length: 100 }, (_, i) => ({ id: i, name: `row ${i}` })) })

describe('faults that pass', () => {
  test.each<[string, Reply]>([
    ['408', answer(408)],
    ['500', answer(500, '{"message":"oops"}')],
    ['502 with HTML', html(502)],
    ['503', answer(503)],
    ['a reset', reset],
    ['1 % of a measured body', cut(BODY, 0.01, 'length')],
    ['50 % of a measured body', cut(BODY, 0.5, 'length')],
    ['99 % of a measured body', cut(BODY, 0.99, 'length')],
    ['1 % of a chunked body', cut(BODY, 0.01, 'chunked')],
    ['50 % of a chunked body', cut(BODY, 0.5, 'chunked')],
    ['99 % of a chunked body', cut(BODY, 0.99, 'chunked')],
    ['half a body that only the connection ends', cut(BODY, 0.5, 'close')],
    ['1 % of gzip', cutGzip(BODY, 0.01)],
    ['50 % of gzip', cutGzip(BODY, 0.5)],
    ['99 % of gzip', cutGzip(BODY, 0.99)],
    ['gzip that is none', answer(200, BODY, { 'content-encoding': 'gzip' })],
    ['an empty body', answer(200)],
    ['an HTML page of status 200', html(200)],
    ['an HTML page that claims to be JSON', answer(200, '\n<html></html>')],
  ])('%s: tried again, then unavailable', async (_, fault) => {
    reply(fault, fault, json({ ok: 1 }))
    expect((await client().get('x')).body).toEqual({ ok: 1 })
    expect(sleeps).toEqual([250, 500])

    reply(fault)
    const error = await failure(client().get('contacts', { query: { email: 'jane@example.com' } }))
    expect(error.code).toBe('unavailable')
    expect(error.message).toContain(`GET contacts of ${host}`)
    expect(error.message).toContain('attempt 5 of 5')
    expect(error.message).not.toContain('jane')
    expect(error.retryAfter).toBeUndefined()
    expect(seen).toHaveLength(3 + 5)
  })

  test.each([
    ['no answer', silence],
    ['a stalled body', stalled],
  ])('%s within the time-out', async (_, fault) => {
    reply(fault, json({ ok: 1 }))
    expect((await client({ timeout: 0.05 }).get('x')).body).toEqual({ ok: 1 })
    reply(fault)
    const error = await failure(client({ timeout: 0.01 }, { patience: () => 0 }).get('x'))
    expect(error).toMatchObject({ code: 'unavailable' })
    expect(error.message).toContain('no whole answer within 0.01 s')
  })

  test('a connection that does not come about', async () => {
    const mute = createRawServer(() => {})
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const wire = openWire({ connect: 20, timeout: 30_000, maxBytes: 1 }, undefined)
    const url = new URL(`https://127.0.0.1:${(mute.address() as AddressInfo).port}/`)
    expect(await wire.send({ method: 'GET', url, headers: {}, body: undefined })).toEqual({
      fault: 'no connection in time (ETIMEDOUT)',
      passing: true,
    })
    wire.close()
    mute.close()
  })

  test('a host that refuses', async () => {
    const gone = await openFaultyServer()
    await gone.close()
    const error = await failure(client({ baseUrl: gone.url }).get('x'))
    expect(error).toMatchObject({ code: 'unavailable' })
    expect(error.message).toContain('the host cannot be reached (ECONNREFUSED)')
  })

  test('back-off doubles, jittered, up to half a minute', async () => {
    reply(answer(500))
    await failure(client({}, { random: () => 0.999, patience: () => 1e6 }).get('x'))
    expect(sleeps.map(Math.ceil)).toEqual([500, 999, 1998, 3996])
  })
})

describe('being asked to wait', () => {
  test.each<[string, Record<string, string>, number]>([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['a date', { 'retry-after': 'Fri, 20 Nov 2026 08:00:12 GMT', date: 'Fri, 20 Nov 2026 08:00:00 GMT' }, 12_000],
    ['now, which says nothing', { 'retry-after': '0' }, 250],
    ['a date gone by', { 'retry-after': 'Fri, 20 Nov 2026 08:00:00 GMT', date: 'Fri, 20 Nov 2026 08:00:05 GMT' }, 250],
    ['nonsense', { 'retry-after': 'soon' }, 250],
    ["the vendor's own header", { 'x-reset': '3' }, 3_000],
    ['both, of which Retry-After wins', { 'retry-after': '2', 'x-reset': '3' }, 2_000],
  ])('429 with %s', async (_, headers, ms) => {
    reply(answer(429, '{}', headers), json({}))
    await client({ retryAfter: (given) => Number(given['x-reset'] ?? Number.NaN) }).get('x')
    expect(sleeps).toEqual([ms])
  })

  test('503 waits as told, too', async () => {
    reply(answer(503, '', { 'retry-after': '4' }), json({}))
    await client().get('x')
    expect(sleeps).toEqual([4_000])
  })

  test('429 without a word, five times over, is limited', async () => {
    reply(answer(429))
    expect(await failure(client().get('x'))).toMatchObject({ code: 'limited', retryAfter: undefined })
    expect(sleeps).toEqual([250, 500, 1_000, 2_000])
  })

  test.each([
    [429, 'limited', 3_600, {}],
    [503, 'unavailable', 3_600, {}],
    [429, 'limited', 21, {}],
    [429, 'limited', 2, { patience: () => 1_999 }],
  ])('%i longer than the patience is thrown as %s without sleeping', async (status, code, seconds, env) => {
    reply(answer(status, '{}', { 'retry-after': String(seconds) }))
    expect(await failure(client({}, env).get('x'))).toMatchObject({ code, retryAfter: seconds })
    expect(sleeps).toEqual([])
    expect(seen).toHaveLength(1)
  })

  test('back-off longer than the patience is thrown, too', async () => {
    reply(answer(500))
    expect(await failure(client({}, { patience: () => 600 }).get('x'))).toMatchObject({
      code: 'unavailable',
      retryAfter: 1,
    })
    expect(sleeps).toEqual([250, 500])
  })
})

describe('being stopped', () => {
  test('ends a request under way with the given reason', async () => {
    const stop = new AbortController()
    const reason = new Error('deadline')
    reply(() => stop.abort(reason))
    await expect(client({}, { signal: stop.signal }).get('x')).rejects.toBe(reason)
    await expect(client({}, { signal: stop.signal }).get('x')).rejects.toBe(reason)
    expect(seen).toHaveLength(1)
  })

  test('ends a wait', async () => {
    const stop = new AbortController()
    const reason = new Error('deadline')
    reply((response, request) => {
      answer(429, '', { 'retry-after': '19' })(response, request)
      response.on('finish', () => setImmediate(() => stop.abort(reason)))
    })
    const http = openHttp({ baseUrl: url }, { signal: stop.signal })
    await expect(http.get('x')).rejects.toBe(reason)
    http.close()
  })
})
