import { createHash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { addAnnotation, deleteAnnotation } from '../../functions/api/annotations.ts'
import { createApp } from '../../functions/api/app.ts'
import { lambdaHandler } from '../../functions/api/lambda-handler.ts'
import { day } from '../../functions/kit/day.ts'
import { keys, type RangeRow } from '../../functions/store/rows.ts'
import { config, deploy, fill, json, metrics, NEWEST, NOON, OLDEST, QUIZ, snapshotOf, store } from './deployment.ts'

const SERIES = '/v1/metrics/customer_interaction_rate/series'
const RANGE = `${SERIES}?from=2026-11-01&to=2026-11-10`

const LARGE = `${SERIES}?from=2026-01-01&to=2026-11-19`

const PUBLISHED = [
  RANGE,
  `${RANGE}&format=csv`,
  SERIES,
  '/v1/metrics',
  '/v1/metrics/revenue',
  '/v1/metrics/customer_interaction_rate/value',
  '/v1/metrics/customer_interaction_rate/explain?against=2026-11-18',
  '/v1/snapshots/2026-11-19',
  '/v1/snapshots/2026-11-19?segment=channel:email',
  '/v1/snapshots/2026-11-19/revisions',
  '/v1/cohorts',
  '/v1/annotations/2026-11-10-01KADEMD00Q1Z2WEEK1YQ5X0TJ/effect?metric=customer_interaction_rate',
  '/v1/annotations',
]

async function published() {
  const deployment = await deploy()
  await fill(deployment)
  const { table } = deployment
  const publish = (name: string | undefined) =>
    table.put({ ...keys.range(), from: OLDEST, to: NEWEST, begun: 'a', ...(name !== undefined && { published: name }) })
  await publish('first')
  const key = await deployment.key(['metrics:read', 'ops:read'])
  const get = (path: string, etag?: string) => deployment.get(path, key, etag ? { 'If-None-Match': etag } : {})
  const etagOf = async (path: string) => (await get(path)).headers.get('etag')!
  return { ...deployment, publish, get, etagOf, granted: key }
}

/** Counts what is asked of the table from here on. */
function counted(table: Awaited<ReturnType<typeof published>>['table']) {
  const spies = (['get', 'query', 'put', 'delete', 'batch'] as const).map((name) => vi.spyOn(table, name))
  return () => spies.reduce((sum, { mock }) => sum + mock.calls.length, 0)
}

describe('an unchanged answer', () => {
  test.each(PUBLISHED)('%s costs one row beyond key and lease, and nothing else', async (path) => {
    const { get, etagOf, table } = await published()
    const etag = await etagOf(path)
    const calls = counted(table)
    const query = vi.spyOn(table, 'query')
    const read = vi.spyOn(table, 'get')
    const again = await get(path, etag)
    expect(again.status).toBe(304)
    expect(again.headers.get('etag')).toBe(etag)
    expect(again.headers.get('cache-control')).toMatch(/^private, (max-age=(60|3600)|no-cache)$/)
    expect(again.headers.get('vary')).toBe('Accept, Accept-Encoding, Authorization')
    expect(again.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await again.text()).toBe('')
    expect(read.mock.calls).toEqual([['meta', 'range']])
    expect(query).not.toHaveBeenCalled()
    expect(calls()).toBe(1)
  })

  test('whoever else may read it gets it as well, and whoever may not does not', async () => {
    const { api, etagOf, key } = await published()
    const etag = await etagOf(RANGE)
    const other = { Authorization: `Bearer ${await key(['metrics:read'])}`, 'If-None-Match': etag }
    expect((await api.request(RANGE, { headers: other })).status).toBe(304)
    expect((await api.request(RANGE, { headers: { 'If-None-Match': etag } })).status).toBe(401)
    const ops = { Authorization: `Bearer ${await key(['ops:read'])}`, 'If-None-Match': etag }
    expect((await api.request(RANGE, { headers: ops })).status).toBe(403)
  })

  test('the ETag of one request is not that of another', async () => {
    const { get, etagOf } = await published()
    const etag = await etagOf(RANGE)
    await etagOf('/v1/metrics')
    expect((await get('/v1/metrics', etag)).status).toBe(200)
    expect((await get(`${SERIES}?to=2026-11-10&from=2026-11-01`, etag)).status).toBe(304)
  })

  test('an instance that never made it makes it once, and comes to the same ETag', async () => {
    const { etagOf, table, lake, granted } = await published()
    const etag = await etagOf(RANGE)
    const other = createApp({ store: { table, lake }, config, metrics, now: () => new Date(NOON), version: '1.2.3' })
    const headers = { Authorization: `Bearer ${granted}`, 'If-None-Match': etag }
    expect((await other.request(RANGE, { headers })).status).toBe(304)
    const calls = counted(table)
    expect((await other.request(RANGE, { headers })).status).toBe(304)
    expect(calls()).toBe(1)
  })
})

describe('a changed answer', () => {
  test('is sent from the moment compute names what it published', async () => {
    const { get, etagOf, publish, table, lake } = await published()
    const etag = await etagOf('/v1/snapshots/2026-11-19')
    await publish(undefined)
    await store({ table, lake }, snapshotOf('2026-11-19', { revision: 4 }))
    const during = await get('/v1/snapshots/2026-11-19', etag)
    expect([during.status, (await json(during)).revision]).toEqual([200, 4])
    await publish('second')
    const after = await get('/v1/snapshots/2026-11-19', etag)
    expect(after.status).toBe(200)
    expect((await get('/v1/snapshots/2026-11-19', after.headers.get('etag')!)).status).toBe(304)
  })

  test('nothing is remembered while compute is at work', async () => {
    const { get, etagOf, publish, table, lake } = await published()
    await publish(undefined)
    const half = await etagOf('/v1/snapshots/2026-11-19')
    await store({ table, lake }, snapshotOf('2026-11-19', { revision: 4 }))
    await publish('first')
    expect((await get('/v1/snapshots/2026-11-19', half)).status).toBe(200)
  })

  test('what is published anew and the same keeps its ETag', async () => {
    const { get, etagOf, publish } = await published()
    const etag = await etagOf(RANGE)
    await publish('second')
    expect((await get(RANGE, etag)).status).toBe(304)
  })

  test('defaults that follow the clock are not remembered beyond the day', async () => {
    const { get, etagOf, table, tick, key } = await published()
    await table.delete('meta', 'range')
    await table.put({ ...keys.range(), from: OLDEST, to: NEWEST, published: 'x' } as RangeRow)
    const etag = await etagOf(SERIES)
    tick(86_400_000)
    const read = vi.spyOn(table, 'query')
    expect((await get(SERIES, etag)).status).toBe(304)
    expect(read).toHaveBeenCalled()
    expect(await key()).toBeTruthy()
  })

  test('a series is another one as soon as something is noted for its days, or no longer is', async () => {
    const deployment = await published()
    const { get, etagOf } = deployment
    const etag = await etagOf(RANGE)
    expect((await get(RANGE, etag)).status).toBe(304)
    const { id: _, ...quiz } = QUIZ
    const fields = { ...quiz, title: 'Outage', date_from: day('2026-11-01'), date_to: day('2026-11-01') }
    const { id } = (await addAnnotation(deployment, { fields, caller: { id: 'a', name: 'a' }, now: new Date(NOON) }))!
    const noted = await get(RANGE, etag)
    expect(noted.status).toBe(200)
    expect((await json(noted)).annotations.map(({ title }: { title: string }) => title)).toEqual([
      'Outage',
      'Weekly quiz',
    ])
    await deleteAnnotation(deployment, id, new Date(NOON))
    expect((await get(RANGE, noted.headers.get('etag')!)).status).toBe(200)
    expect((await get(RANGE, etag)).status).toBe(304)
  })

  test('notes give what is published another name, but none while compute is at work', async () => {
    const deployment = await published()
    const name = async () => ((await deployment.table.get('meta', 'range')) as RangeRow).published
    const fields = { ...QUIZ, date_from: NEWEST, date_to: NEWEST }
    const caller = { id: 'a', name: 'a' }
    const { id } = (await addAnnotation(deployment, { fields, caller, now: new Date(NOON) }))!
    const second = await name()
    expect(second).not.toBe('first')
    await deleteAnnotation(deployment, id, new Date(NOON))
    expect(await name()).not.toBe(second)
    await deployment.publish(undefined)
    await addAnnotation(deployment, { fields, caller, now: new Date(NOON) })
    expect(await name()).toBeUndefined()
    expect(await deployment.table.get('meta', 'range')).toMatchObject({ from: OLDEST, to: NEWEST, begun: 'a' })
  })
})

describe('content codings', () => {
  test.each([
    ['br', 'gzip, br'],
    ['br', 'gzip;q=0.5, br;q=0.8'],
    ['gzip', 'gzip'],
    ['gzip', 'br;q=0.1, gzip'],
    ['br', '*'],
    ['gzip', 'br;q=0, *;q=0.5'],
  ])('%s for %s, with an ETag of its own', async (coding, accepted) => {
    const { api, granted } = await published()
    const ask = (headers: object) =>
      api.request(LARGE, { headers: { Authorization: `Bearer ${granted}`, 'Accept-Encoding': accepted, ...headers } })
    const plain = await (await api.request(LARGE, { headers: { Authorization: `Bearer ${granted}` } })).text()
    const answer = await ask({})
    expect(answer.headers.get('content-encoding')).toBe(coding)
    expect(answer.headers.get('vary')).toContain('Accept-Encoding')
    const packed = Buffer.from(await answer.arrayBuffer())
    expect(packed.length).toBeLessThan(plain.length / 4)
    expect((coding === 'br' ? brotliDecompressSync(packed) : gunzipSync(packed)).toString()).toBe(plain)
    const hash = createHash('sha256').update(plain).digest('hex')
    expect(answer.headers.get('etag')).toBe(`"${hash}-${coding}"`)
    expect((await ask({ 'If-None-Match': `"${hash}-${coding}"` })).status).toBe(304)
    expect((await ask({ 'If-None-Match': `"${hash}"` })).status).toBe(200)
  })

  test.each(['identity', '', 'deflate', 'br;q=0, gzip;q=0', 'gzip;q=zero'])('none for %s', async (accepted) => {
    const { api, granted } = await published()
    const headers = { Authorization: `Bearer ${granted}`, 'Accept-Encoding': accepted }
    const answer = await api.request(LARGE, { headers })
    expect(answer.headers.get('content-encoding')).toBeNull()
    expect((await json(answer)).columns.date).toHaveLength(323)
  })

  test('none below 1 KiB', async () => {
    const { api } = await published()
    const answer = await api.request('/v1/health', { headers: { 'Accept-Encoding': 'br' } })
    expect(answer.headers.get('content-encoding')).toBeNull()
    expect(answer.headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/)
  })
})

/** What the gateway is given. */
interface Sent {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

describe('in Lambda', () => {
  test('what is packed is sent as base64, and what is not as text', async () => {
    const { table, lake, granted } = await published()
    const handle = lambdaHandler({
      store: { table, lake },
      config,
      metrics,
      now: () => new Date(NOON),
      version: '1.2.3',
    })
    const [rawPath, rawQueryString] = LARGE.split('?') as [string, string]
    const ask = async (headers: Record<string, string>): Promise<Sent> => {
      const http = { method: 'GET', path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' }
      const requestContext = { http, domainName: 'api.example.com' }
      const sent = { authorization: `Bearer ${granted}`, host: 'api.example.com', ...headers }
      const event = { version: '2.0', routeKey: '$default', rawPath, rawQueryString, headers: sent, requestContext }
      return handle({ ...event, body: null, isBase64Encoded: false } as never)
    }
    const [plain, packed] = [await ask({}), await ask({ 'accept-encoding': 'br' })]
    expect([plain.statusCode, plain.isBase64Encoded, packed.isBase64Encoded]).toEqual([200, false, true])
    expect(packed.headers).toMatchObject({ 'content-encoding': 'br' })
    expect(brotliDecompressSync(Buffer.from(packed.body, 'base64')).toString()).toBe(plain.body)
    const again = await ask({ 'accept-encoding': 'br', 'if-none-match': packed.headers.etag! })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })
})

describe('pages of other origins', () => {
  const origin = 'https://wiki.example.com'

  test('are let in nowhere unless configured', async () => {
    const { api } = await published()
    const answer = await api.request('/v1/health', { headers: { Origin: origin } })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    const ask = { method: 'OPTIONS', headers: { Origin: origin, 'Access-Control-Request-Method': 'GET' } }
    expect((await api.request('/v1/metrics', ask)).status).toBe(405)
  })

  test('are let in where they are named, and others are not', async () => {
    const { api, key, table } = await deploy({ config: { ...config, cors: [origin] } })
    await table.put({ ...keys.range(), from: OLDEST, to: NEWEST, published: 'first' })
    const headers = { Origin: origin, Authorization: `Bearer ${await key()}` }
    const answer = await api.request('/v1/metrics', { headers })
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    expect(answer.headers.get('access-control-expose-headers')).toContain('ETag')
    expect(answer.headers.get('vary')).toContain('Origin')
    const etag = answer.headers.get('etag')!
    const again = await api.request('/v1/metrics', { headers: { ...headers, 'If-None-Match': etag } })
    expect([again.status, again.headers.get('access-control-allow-origin')]).toEqual([304, origin])
    for (const one of [answer, again]) {
      expect(one.headers.get('vary')).toBe('Accept, Accept-Encoding, Authorization, Origin')
    }
    const preflight = await api.request('/v1/annotations', {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization')
    const foreign = await api.request('/v1/metrics', { headers: { ...headers, Origin: 'https://evil.example' } })
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  })
})
