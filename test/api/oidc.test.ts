import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Oidc } from '../../functions/kit/config.ts'
import { defineConfig } from '../../functions/kit/config.ts'
import { config, deploy, json, NOON } from './deployment.ts'

/** Claims in place of the usual ones; an undefined one is left out. */
type Claims = { readonly [name: string]: unknown }

type Pair = Awaited<ReturnType<typeof generateKeyPair>>

let first: Pair
let second: Pair
let foreign: Pair

beforeAll(async () => {
  const options = { extractable: true }
  first = await generateKeyPair('ES256', options)
  second = await generateKeyPair('ES256', options)
  foreign = await generateKeyPair('ES256', options)
})

const AUDIENCE = 'https://tidemark.example.com'
const noon = Date.parse(NOON) / 1_000

/** An issuer on the loopback, whose answers can be changed. */
async function issuerOf(keys: { readonly [kid: string]: Pair }) {
  const state = { keys, asked: [] as string[], answer: null as null | ((path: string) => [number, string] | null) }
  const server = createServer(async (request, response) => {
    state.asked.push(request.url!)
    const other = state.answer?.(request.url!)
    const body = async () =>
      request.url === '/jwks'
        ? { keys: await Promise.all(Object.entries(state.keys).map(async ([kid, one]) => jwk(kid, one))) }
        : { issuer: url, jwks_uri: `${url}/jwks` }
    const [status, text] = other ?? [200, JSON.stringify(await body())]
    response.writeHead(status, { 'Content-Type': 'application/json', Location: '/jwks' }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  onTestFinished(close)
  return { url, state, close }
}

const jwk = async (kid: string, { publicKey }: Pair) => ({
  ...(await exportJWK(publicKey)),
  kid,
  alg: 'ES256',
  use: 'sig',
})

async function signedIn(oidc: Partial<Oidc> = {}) {
  vi.useFakeTimers({ toFake: ['Date'], now: noon * 1_000 })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const issuer = await issuerOf({ one: first })
  const settings: Oidc = {
    issuer: issuer.url,
    audience: AUDIENCE,
    claim: 'scope',
    scopes: { 'tidemark.read': ['metrics:read'], 'tidemark.ops': ['metrics:read', 'ops:read'] },
    ...oidc,
  }
  const deployment = await deploy({ config: { ...config, oidc: settings }, now: () => new Date() })
  const token = (claims: Claims = {}, { kid = 'one', pair = first, alg = 'ES256' } = {}) =>
    new SignJWT({
      iss: issuer.url,
      aud: AUDIENCE,
      sub: 'ada',
      exp: noon + 300,
      scope: 'openid tidemark.read',
      ...claims,
    } as JWTPayload)
      .setProtectedHeader({ alg, kid })
      .sign(pair.privateKey)
  const ask = async (given: string | Promise<string>, path = '/v1/metrics') => deployment.get(path, await given)
  return { ...deployment, issuer, token, ask }
}

async function expectRefused(answer: Response, reason: RegExp) {
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="tidemark", error="invalid_token"/)
  expect(await json(answer)).toMatchObject({
    type: '/problems.html#unauthenticated',
    detail: expect.stringMatching(reason),
  })
}

describe('a good token', () => {
  test('opens what its claim gives, and nothing else; a key still does', async () => {
    const { ask, token, key, get } = await signedIn()
    expect((await ask(token())).status).toBe(200)
    expect((await ask(token(), '/v1/sources')).status).toBe(403)
    expect((await ask(token({ scope: 'tidemark.ops' }), '/v1/sources')).status).toBe(200)
    expect((await get('/v1/metrics', await key())).status).toBe(200)
  })

  test.each([
    ['none', undefined],
    ['another', 'openid'],
    ['one named like a prototype', 'constructor __proto__'],
    ['a number', 7 as unknown as string],
  ])('with %s of the values gives no scope: 403', async (_, scope) => {
    const { ask, token } = await signedIn()
    const answer = await ask(token({ scope }))
    expect(answer.status).toBe(403)
    expect((await json(answer)).detail).toBe('the key has no scope; this route needs metrics:read')
  })

  test('may give scopes by a list in another claim', async () => {
    const { ask, token } = await signedIn({ claim: 'groups', scopes: { analysts: ['metrics:read'] } })
    expect((await ask(token({ groups: ['staff', 'analysts'] }))).status).toBe(200)
    expect((await ask(token({ groups: ['staff'] }))).status).toBe(403)
  })

  test('the keys are asked for once, and not before the first token', async () => {
    const { ask, token, issuer, key, get } = await signedIn()
    await get('/v1/metrics', await key())
    expect(issuer.state.asked).toEqual([])
    for (let i = 0; i < 5; i++) await ask(token())
    expect(issuer.state.asked).toEqual(['/.well-known/openid-configuration', '/jwks'])
  })

  test('every subject has a quota of its own', async () => {
    const { ask, token } = await signedIn()
    const left = async (sub: string) => (await ask(token({ sub }))).headers.get('ratelimit')
    expect(await left('ada')).toContain('r=599;')
    expect(await left('ada')).toContain('r=598;')
    expect(await left('grace')).toContain('r=599;')
  })

  test('within a minute of its ends', async () => {
    const { ask, token } = await signedIn()
    expect((await ask(token({ exp: noon - 59 }))).status).toBe(200)
    expect((await ask(token({ nbf: noon + 60 }))).status).toBe(200)
  })
})

describe('a bad token', () => {
  test.each<[string, Claims, RegExp]>([
    ['expired', { exp: noon - 60 }, /has expired/],
    ['without an end', { exp: undefined }, /claim 'exp'/],
    ['not yet valid', { nbf: noon + 61 }, /claim 'nbf'/],
    ['for another audience', { aud: 'https://other.example.com' }, /claim 'aud'/],
    ['of another issuer', { iss: 'https://evil.example' }, /claim 'iss'/],
    ['without a subject', { sub: undefined }, /claim 'sub'/],
  ])('%s: 401', async (_, claims, reason) => {
    const { ask, token } = await signedIn()
    await expectRefused(await ask(token(claims)), reason)
  })

  test('signed by somebody else under a known name: 401', async () => {
    const { ask, token } = await signedIn()
    await expectRefused(await ask(token({}, { pair: foreign })), /is not valid/)
  })

  test('changed after it was signed: 401', async () => {
    const { ask, token } = await signedIn()
    const [header, , signature] = (await token()).split('.')
    const claims = { iss: 'x', aud: AUDIENCE, sub: 'root', exp: noon + 300, scope: 'tidemark.ops' }
    const forged = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`
    await expectRefused(await ask(forged), /is not valid/)
  })

  test.each(['none', 'HS256'])('with the algorithm %s: 401', async (alg) => {
    const { ask, token } = await signedIn()
    const [, payload] = (await token()).split('.')
    const header = Buffer.from(JSON.stringify({ alg, kid: 'one' })).toString('base64url')
    await expectRefused(await ask(`${header}.${payload}.`), /is not valid/)
    await expectRefused(await ask(`${header}.${payload}.AAAA`), /is not valid/)
  })

  test('that the public key was misused to sign with HS256: 401', async () => {
    const { ask, token } = await signedIn()
    const secret = Buffer.from(JSON.stringify(await exportJWK(first.publicKey)))
    const claims = JSON.parse(Buffer.from((await token()).split('.')[1]!, 'base64url').toString())
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(secret)
    await expectRefused(await ask(forged), /is not valid/)
  })

  test.each(['a.b.c', 'eyJhbGciOiJFUzI1NiJ9..', `${'a'.repeat(3_000)}.${'b'.repeat(3_000)}.${'c'.repeat(3_000)}`])(
    'that is none: 401',
    async (text) => {
      const { ask } = await signedIn()
      expect((await ask(text)).status).toBe(401)
    },
  )

  test('where no issuer is configured, a token is an unknown key', async () => {
    const { token } = await signedIn()
    const { get } = await deploy()
    expect((await json(get('/v1/metrics', await token()))).detail).toContain('the key is unknown')
  })
})

describe('keys of the issuer', () => {
  test('a new one is found, at most once in thirty seconds', async () => {
    const { ask, token, issuer } = await signedIn()
    await ask(token())
    issuer.state.keys = { one: first, two: second }
    const rotated = token({}, { kid: 'two', pair: second })
    await expectRefused(await ask(rotated), /does not publish/)
    const asked = issuer.state.asked.length
    for (let i = 0; i < 20; i++) await ask(token({}, { kid: `made-up-${i}` }))
    expect(issuer.state.asked).toHaveLength(asked)
    vi.setSystemTime((noon + 31) * 1_000)
    expect((await ask(rotated)).status).toBe(200)
    expect((await ask(token())).status).toBe(200)
  })

  test('one that was withdrawn is refused once the keys are fetched again', async () => {
    const { ask, token, issuer } = await signedIn()
    await ask(token())
    issuer.state.keys = { two: second }
    vi.setSystemTime((noon + 601) * 1_000)
    await expectRefused(await ask(token({ exp: noon + 3_600 })), /does not publish/)
  })

  test('while the issuer is down, it is 503 and not 401, and it is left alone for a while', async () => {
    const { ask, token, issuer, logged } = await signedIn()
    await issuer.close()
    const answer = await ask(token())
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('10')
    expect(await json(answer)).toMatchObject({ type: '/problems.html#unavailable' })
    expect((await ask(token())).status).toBe(503)
    expect(JSON.stringify(logged)).not.toContain(await token())
  })

  test('known keys outlast a short outage', async () => {
    const { ask, token, issuer } = await signedIn()
    await ask(token())
    await issuer.close()
    expect((await ask(token())).status).toBe(200)
    vi.setSystemTime((noon + 40) * 1_000)
    expect((await ask(token())).status).toBe(200)
    expect((await ask(token({}, { kid: 'new' }))).status).toBe(503)
  })

  test.each<[string, (path: string) => [number, string] | null]>([
    ['fails', () => [500, '{}']],
    ['sends elsewhere', () => [302, '']],
    ['sends too much', () => [200, `{"issuer":"${'x'.repeat(300_000)}"}`]],
    ['sends no JSON', () => [200, '<html>']],
    ['names another issuer', () => [200, '{"issuer":"https://evil.example","jwks_uri":"https://evil.example/jwks"}']],
    ['has no keys to give', (path) => (path === '/jwks' ? [200, '{"keys":7}'] : null)],
    ['fails to give keys', (path) => (path === '/jwks' ? [500, ''] : null)],
  ])('an issuer that %s is an outage, which passes', async (_, answer) => {
    const { ask, token, issuer } = await signedIn()
    issuer.state.answer = answer
    expect((await ask(token())).status).toBe(503)
    const asked = issuer.state.asked.length
    issuer.state.answer = null
    vi.setSystemTime((noon + 11) * 1_000)
    expect((await ask(token())).status).toBe(200)
    expect(issuer.state.asked.length).toBeGreaterThan(asked)
  })
})

describe('the config', () => {
  const base = { timezone: 'UTC', currency: 'EUR', sources: [{ id: 'a', streams: {} }] } as never
  const oidc = { issuer: 'https://id.example.com', audience: 'a', scopes: { reader: ['metrics:read' as const] } }

  test('takes an issuer, and reads the claim scope unless told otherwise', () => {
    expect(defineConfig({ ...(base as object), oidc } as never).oidc?.claim).toBe('scope')
  })

  test.each([
    ['oidc.issuer', { oidc: { ...oidc, issuer: 'http://id.example.com' } }],
    ['oidc.audience', { oidc: { ...oidc, audience: '' } }],
    ['oidc.scopes.reader', { oidc: { ...oidc, scopes: { reader: ['root'] } } }],
    ['cors.0', { cors: ['*'] }],
    ['cors.0', { cors: ['https://wiki.example.com/'] }],
    ['cors.0', { cors: ['http://wiki.example.com'] }],
  ])('names %s where it does not fit', (name, wrong) => {
    expect(() => defineConfig({ ...(base as object), ...wrong } as never)).toThrow(name)
  })
})
