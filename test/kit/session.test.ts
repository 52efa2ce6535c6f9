import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { openHttp } from '../../functions/kit/http.ts'

let server: Server | undefined
afterEach(() => server?.close())

/** A vendor whose access tokens are good for `uses` requests each and whose refresh token rotates. */
async function vendor(uses: number) {
  const state = { refresh: 'r0', access: '', left: 0, minted: 0, calls: 0, down: false, revoked: false }
  server = createServer((request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (request.url === '/token') {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        if (state.down) return answer(503, { error: 'down' })
        const given = new URLSearchParams(body).get('refresh_token')
        if (state.revoked || given !== state.refresh) return answer(400, { error: 'invalid_grant' })
        state.minted += 1
        state.refresh = `r${state.minted}`
        state.access = `access-${state.minted}`
        state.left = uses
        answer(200, { access_token: state.access, refresh_token: state.refresh })
      })
      return
    }
    state.calls += 1
    if (request.headers.authorization !== `Bearer ${state.access}` || state.left-- <= 0)
      return answer(401, { error: 'expired' })
    answer(200, { ok: true })
  })
  await new Promise<void>((done) => server!.listen(0, '127.0.0.1', done))
  return { state, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

function open(baseUrl: string, secrets: Record<string, string>, order: string[] = []) {
  return openHttp(
    {
      baseUrl,
      failure: ({ status, body }) =>
        status === 400 && (body as { error?: string }).error === 'invalid_grant'
          ? new TidemarkError('credentials', 'the refresh token was revoked; authorise again')
          : undefined,
      authorize: async ({ http, secret, keep }) => {
        const form = { grant_type: 'refresh_token', refresh_token: await secret('refreshToken') }
        const { body } = await http.post('token', { form })
        const { access_token, refresh_token } = body as unknown as Record<string, string>
        await keep('refreshToken', refresh_token!)
        order.push(`kept ${refresh_token}`)
        return { authorization: `Bearer ${access_token}` }
      },
    },
    {
      sleep: async () => {},
      session: {
        secret: async (name) => secrets[name]!,
        keep: async (name, value) => {
          secrets[name] = value
        },
        exclusively: (work) => work(),
      },
    },
  )
}

describe('a session', () => {
  test('is opened once, and again after a 401, with the rotated token kept before it is used', async () => {
    const { state, baseUrl } = await vendor(3)
    const secrets = { refreshToken: 'r0' }
    const http = open(baseUrl, secrets)
    for (let i = 0; i < 7; i++) await http.get('thing')
    expect(state.minted).toBe(3)
    expect(secrets.refreshToken).toBe('r3')
    http.close()
  })

  test('is opened once for requests side by side', async () => {
    const { state, baseUrl } = await vendor(100)
    const http = open(baseUrl, { refreshToken: 'r0' })
    await Promise.all([1, 2, 3, 4].map(() => http.get('thing')))
    expect(state.minted).toBe(1)
    http.close()
  })

  test('tells a revoked token from a token endpoint that is down', async () => {
    const { state, baseUrl } = await vendor(1)
    state.revoked = true
    await expect(open(baseUrl, { refreshToken: 'r0' }).get('thing')).rejects.toMatchObject({ code: 'credentials' })
    state.revoked = false
    state.down = true
    await expect(open(baseUrl, { refreshToken: 'r0' }).get('thing')).rejects.toMatchObject({ code: 'unavailable' })
    expect(state.calls).toBe(0)
  })

  test('a 401 right after a new session is an error and no loop', async () => {
    const { state, baseUrl } = await vendor(0)
    await expect(open(baseUrl, { refreshToken: 'r0' }).get('thing')).rejects.toMatchObject({ code: 'credentials' })
    expect(state.minted).toBe(2)
    expect(state.calls).toBe(2)
  })

  test('ends with whatever the vendor calls its end', async () => {
    let calls = 0
    server = createServer(({ url }, response) => {
      const isRight = url === '/thing?of=token-2'
      response.writeHead(isRight ? 200 : 400, { 'content-type': 'application/json' })
      response.end(JSON.stringify(isRight ? { ok: true } : { error: 190, said: url }))
    })
    await new Promise<void>((done) => server!.listen(0, '127.0.0.1', done))
    const openAt = (last: number) =>
      openHttp(
        {
          baseUrl: `http://127.0.0.1:${(server!.address() as AddressInfo).port}/`,
          expired: ({ status, body }) => status === 400 && (body as { error?: number }).error === 190,
          authorize: async () => ({ authorization: `Bearer token-${Math.min(++calls, last)}` }),
          sign: ({ headers }) => ({ of: headers.authorization!.slice('Bearer '.length) }),
        },
        {
          session: { secret: async () => '', keep: async () => {}, exclusively: (work) => work() },
        },
      )
    const http = openAt(2)
    expect(await http.get('thing')).toMatchObject({ status: 200 })
    expect(calls).toBe(2)
    http.close()

    // What is signed is as secret as the headers.
    const refused = openAt(1)
    const error = await refused.get('thing').catch((cause: Error) => cause)
    expect(error).toMatchObject({ code: 'changed', message: expect.stringContaining('/thing?of=***') })
    expect(calls).toBe(4)
    refused.close()
  })
})
