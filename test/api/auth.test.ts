import { createHash } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { createKey, listKeys, revokeKey, rotateKey, scopes } from '../../functions/api/keys.ts'
import { collectRows } from '../../functions/store/collect-rows.ts'
import { deploy, fill, json, NOON } from './deployment.ts'
import { routes, send } from './operations.ts'

const secured = routes.filter(({ scope }) => scope)
const now = new Date(NOON)

test('only health and the document need no key', () => {
  expect(routes.filter(({ scope }) => !scope).map(({ template }) => template)).toEqual([
    '/v1/health',
    '/v1/openapi.json',
  ])
  expect(secured.length).toBeGreaterThanOrEqual(5)
})

describe.each(secured)('$method $template', (route) => {
  const { method, path, scope } = route

  test('no good key: 401', async () => {
    const deployment = await deploy()
    await fill(deployment)
    for (const [what, authorization] of [
      ['no key', undefined],
      ['another scheme', 'Basic dG06dG0='],
      ['an empty key', 'Bearer '],
      ['no key at all in shape', 'Bearer tm_short'],
      ['an unknown key', `Bearer tm_${'A'.repeat(43)}`],
      ['a null byte', 'Bearer tm_%00'],
      ['a token, where no issuer is configured', 'Bearer eyJhbGciOiJub25lIn0.e30.'],
    ] as const) {
      const answer = await deployment.api.request(path, { method, headers: authorization ? { authorization } : {} })
      expect(answer.status, what).toBe(401)
      expect(answer.headers.get('www-authenticate'), what).toMatch(/^Bearer realm="tidemark"/)
      expect(answer.headers.get('cache-control'), what).toBe('no-store')
      expect(await json(answer), what).toMatchObject({ type: '/problems.html#unauthenticated', status: 401 })
    }
  })

  test('expired: 401 from the very instant on', async () => {
    const deployment = await deploy()
    await fill(deployment)
    const key = await deployment.key([scope!], new Date(now.getTime() + 5_000))
    expect((await send(deployment.api, route, key)).ok).toBe(true)
    deployment.tick(5_000)
    const answer = await send(deployment.api, route, key)
    expect(answer.status).toBe(401)
    expect((await json(answer)).detail).toContain('has expired')
  })

  test('revoked: 401 after ten seconds at most', async () => {
    const deployment = await deploy()
    await fill(deployment)
    const { id, key } = await createKey(deployment.table, { name: 'a', scopes: [scope!], now })
    expect((await send(deployment.api, route, key)).ok).toBe(true)
    await revokeKey(deployment.table, id)
    deployment.tick(10_000)
    expect((await send(deployment.api, route, key)).status).toBe(401)
  })

  test('of another deployment: 401', async () => {
    const [deployment, other] = [await deploy(), await deploy()]
    await fill(deployment)
    const key = await other.key([...scopes])
    expect((await send(other.api, { ...route, path: '/v1/metrics', method: 'GET', body: undefined }, key)).ok).toBe(
      true,
    )
    const answer = await send(deployment.api, route, key)
    expect(answer.status).toBe(401)
    expect((await json(answer)).detail).toContain('is unknown or was revoked')
  })

  test('every other scope: 403, naming the one it takes', async () => {
    const deployment = await deploy()
    await fill(deployment)
    const key = await deployment.key(scopes.filter((other) => other !== scope))
    const answer = await send(deployment.api, route, key)
    expect(answer.status).toBe(403)
    expect(answer.headers.get('www-authenticate')).toContain(`error="insufficient_scope", scope="${scope}"`)
    expect(await json(answer)).toMatchObject({ type: '/problems.html#missing-scope', status: 403 })
  })

  test('its scope alone is enough', async () => {
    const deployment = await deploy()
    await fill(deployment)
    expect((await send(deployment.api, route, await deployment.key([scope!]))).ok).toBe(true)
  })
})

describe('keys', () => {
  test('only the SHA-256 of a key is stored', async () => {
    const { table } = await deploy()
    const { key } = await createKey(table, { name: 'laptop', scopes: ['metrics:read'], now })
    expect(key).toMatch(/^tm_[A-Za-z0-9_-]{43}$/)
    const [row] = await collectRows(table, 'key')
    expect(row!.sk).toBe(createHash('sha256').update(key).digest('hex'))
    expect(JSON.stringify(row)).not.toContain(key.slice(3))
  })

  test('two keys never are the same, and both work until one is revoked', async () => {
    const { table, get, tick } = await deploy()
    const first = await createKey(table, { name: 'old', scopes: ['metrics:read'], now })
    const second = await createKey(table, { name: 'new', scopes: ['metrics:read'], now: new Date(now.getTime() + 1) })
    expect(first.key).not.toBe(second.key)
    expect(await listKeys(table)).toEqual([
      { id: first.id, name: 'old', scopes: ['metrics:read'], created: NOON, until: null, last_used: null },
      {
        id: second.id,
        name: 'new',
        scopes: ['metrics:read'],
        created: '2026-11-20T12:00:00.001Z',
        until: null,
        last_used: null,
      },
    ])
    await revokeKey(table, first.id)
    tick(10_000)
    expect((await get('/v1/metrics', first.key)).status).toBe(401)
    expect((await get('/v1/metrics', second.key)).status).toBe(200)
  })

  test('a new key works at once, even if it was tried before', async () => {
    const { table, get } = await deploy()
    const { key } = await createKey(table, { name: 'a', scopes: ['metrics:read'], now })
    const [row] = await collectRows(table, 'key')
    await table.delete(row!.pk, row!.sk)
    expect((await get('/v1/metrics', key)).status).toBe(401)
    await table.put(row!)
    expect((await get('/v1/metrics', key)).status).toBe(200)
  })

  test('a good key is looked up once in ten seconds', async () => {
    const { table, get, key, tick } = await deploy()
    const good = await key()
    const lookUp = vi.spyOn(table, 'get')
    const lookUps = () => lookUp.mock.calls.filter(([pk]) => pk === 'key').length
    await get('/v1/metrics', good)
    tick(9_999)
    await get('/v1/metrics', good)
    expect(lookUps()).toBe(1)
    tick(1)
    await get('/v1/metrics', good)
    expect(lookUps()).toBe(2)
  })

  test('what cannot be a key is refused', async () => {
    const { table } = await deploy()
    await expect(createKey(table, { name: ' ', scopes: ['admin'], now })).rejects.toMatchObject({ code: 'invalid' })
    await expect(createKey(table, { name: 'a', scopes: [], now })).rejects.toMatchObject({ code: 'invalid' })
    await expect(createKey(table, { name: 'a', scopes: ['root' as never], now })).rejects.toThrow("'root' is no scope")
    await expect(createKey(table, { name: 'a', scopes: ['admin'], until: now, now })).rejects.toThrow('in the past')
    await expect(createKey(table, { name: 'a', scopes: ['admin'], until: new Date(Number.NaN), now })).rejects.toThrow()
    await expect(revokeKey(table, 'nobody')).rejects.toThrow("no key has the id 'nobody'")
  })
})

describe('the use of a key', () => {
  const puts = (put: { mock: { calls: readonly (readonly unknown[])[] } }) =>
    put.mock.calls.filter(([row]) => (row as { pk: string }).pk === 'key-use').length

  test('is noted once an hour, by however many requests', async () => {
    const { table, get, tick } = await deploy()
    const { key } = await createKey(table, { name: 'a', scopes: ['metrics:read'], now })
    const put = vi.spyOn(table, 'put')
    for (let i = 0; i < 3; i++) await get('/v1/metrics', key)
    expect((await listKeys(table))[0]!.last_used).toBe(NOON)
    tick(3_599_999)
    await get('/v1/metrics', key)
    expect(puts(put)).toBe(1)
    tick(1)
    await get('/v1/metrics', key)
    expect(puts(put)).toBe(2)
    expect((await listKeys(table))[0]!.last_used).toBe('2026-11-20T13:00:00.000Z')
  })

  test('is noted by one of several instances, and not by a request that is refused', async () => {
    const { table, get } = await deploy()
    const { id, key } = await createKey(table, { name: 'a', scopes: ['metrics:read'], now })
    await table.put({ pk: 'key-use', sk: id, at: '2026-11-20T11:30:00.000Z' })
    await get('/v1/metrics', key)
    expect((await listKeys(table))[0]!.last_used).toBe('2026-11-20T11:30:00.000Z')
    await get('/v1/metrics', `tm_${'A'.repeat(43)}`)
    expect(await collectRows(table, 'key-use')).toHaveLength(1)
  })

  test('ends with the key', async () => {
    const { table, get } = await deploy()
    const { id, key } = await createKey(table, { name: 'a', scopes: ['metrics:read'], now })
    await get('/v1/metrics', key)
    await revokeKey(table, id)
    expect(await collectRows(table, 'key-use')).toEqual([])
  })
})

describe('rotation', () => {
  const HOUR = 3_600_000
  const at = (ms: number) => new Date(now.getTime() + ms)

  async function rotated() {
    const deployment = await deploy()
    const { table } = deployment
    const old = await createKey(table, { name: 'sheet', scopes: ['metrics:read'], until: at(365 * 24 * HOUR), now })
    const fresh = await rotateKey(table, old.id, { overlapMs: 24 * HOUR, now })
    return { ...deployment, old, fresh }
  }

  test('both keys work, until the old one ends', async () => {
    const { get, old, fresh, tick, table } = await rotated()
    expect(fresh).toMatchObject({ name: 'sheet', until: at(365 * 24 * HOUR).toISOString() })
    expect((await listKeys(table)).map(({ scopes }) => scopes)).toEqual([['metrics:read'], ['metrics:read']])
    for (const { key } of [old, fresh]) expect((await get('/v1/metrics', key)).status).toBe(200)
    tick(24 * HOUR - 1)
    expect((await get('/v1/metrics', old.key)).status).toBe(200)
    tick(1)
    expect((await get('/v1/metrics', old.key)).status).toBe(401)
    expect((await get('/v1/metrics', fresh.key)).status).toBe(200)
  })

  test('two at a time, from either side; then the next', async () => {
    const { table, old, fresh } = await rotated()
    const again = (id: string, ms = 0) => rotateKey(table, id, { overlapMs: HOUR, now: at(ms) })
    await expect(again(old.id)).rejects.toThrow('are of one rotation, and both work')
    await expect(again(fresh.id)).rejects.toThrow('are of one rotation, and both work')
    const next = await again(fresh.id, 24 * HOUR)
    expect(next.oldUntil).toBe(at(25 * HOUR).toISOString())
    await expect(again(old.id, 24 * HOUR)).rejects.toThrow('has expired')
    await expect(again('nobody')).rejects.toThrow("no key has the id 'nobody'")
  })

  test('a key that ends sooner still does, and one without an end has a successor without one', async () => {
    const { table } = await deploy()
    const brief = await createKey(table, { name: 'a', scopes: ['metrics:read'], until: at(HOUR), now })
    const { oldUntil, until } = await rotateKey(table, brief.id, { overlapMs: 24 * HOUR, now })
    expect([oldUntil, until]).toEqual([at(HOUR).toISOString(), at(HOUR).toISOString()])
    const endless = await createKey(table, { name: 'b', scopes: ['metrics:read'], now })
    expect((await rotateKey(table, endless.id, { overlapMs: HOUR, now })).until).toBeNull()
  })

  test('a key that is revoked meanwhile stays so', async () => {
    const { table } = await deploy()
    const { id } = await createKey(table, { name: 'a', scopes: ['metrics:read'], now })
    const put = table.put.bind(table)
    vi.spyOn(table, 'put').mockImplementationOnce(async (...given) => {
      await revokeKey(table, id)
      return put(...given)
    })
    const fresh = await rotateKey(table, id, { overlapMs: HOUR, now })
    expect((await listKeys(table)).map((one) => one.id)).toEqual([fresh.id])
  })
})

describe('a key in the URL', () => {
  test.each(['key', 'api_key', 'access_token', 'KEY', 'token'])(
    '?%s= is refused, even with a good header',
    async (name) => {
      const { get, key } = await deploy()
      const good = await key()
      const answer = await get(`/v1/metrics?${name}=${good}`, good)
      expect(answer.status).toBe(400)
      const text = await answer.text()
      expect(JSON.parse(text)).toMatchObject({ type: '/problems.html#key-in-url' })
      expect(text).not.toContain(good)
    },
  )

  test('a token is refused as well, and other text with full stops is not', async () => {
    const { get, key } = await deploy()
    const good = await key()
    expect((await get('/v1/annotations?tag=eyJhbGciOiJub25lIn0.e30.', good)).status).toBe(400)
    expect((await json(get('/v1/health?a=eyJhbGciOiJub25lIn0.e30.AA'))).type).toBe('/problems.html#key-in-url')
    expect((await get('/v1/annotations?tag=v1.2.3', good)).status).toBe(200)
  })

  test('a key under any other name is refused too, on routes without a key as well', async () => {
    const { get, key } = await deploy()
    expect((await get(`/v1/health?a=${await key()}`)).status).toBe(400)
    expect((await get(`/?a=${await key()}`)).status).toBe(400)
  })
})
