import { afterEach, describe, expect, test } from 'vitest'
import type { Ga4Sandbox } from '../../sandbox/ga4.ts'
import { googleErrors } from '../../sandbox/google-token.ts'
import { DAY, read, source, start, stop } from './ga4-property.ts'

afterEach(stop)

describe('quota', () => {
  test('is read from every answer', async () => {
    const { quotas } = await read(await start())
    expect(quotas).toHaveLength(4)
    expect(quotas.at(-1)).toEqual({ tokensPerDay: 199_980, tokensPerHour: 39_943, tokensPerProjectPerHour: 13_980 })
  })

  test('below the reserve, the reading waits for midnight in California and keeps what it has', async () => {
    const sandbox = await start({ quota: { perDay: 1_012 } })
    const asked = { from: '2026-11-17', to: DAY }
    const error = await read(sandbox, 'traffic', asked, { reserve: 1_000 }).catch((cause: Error) => cause)
    expect(error).toMatchObject({ code: 'limited', retryAfter: 20 * 3_600 })
    expect(String(error)).toMatch(/997 tokens of property 123.*1000 are kept/)
    expect(sandbox.requests).toHaveLength(3)
    const head = await read(sandbox, 'traffic', { ...asked, pages: 1 }, { reserve: 1_000 })
    expect(head.resume).toEqual({ day: '2026-11-17', question: 1, offset: 0 })
  })

  test.each([
    [{ perDay: 7 }, 20 * 3_600],
    [{ perHour: 7 }, 3_600],
  ])('once used up %o it is limited until it returns', async (quota, retryAfter) => {
    const sandbox = await start({ quota })
    await expect(read(sandbox, 'traffic', {}, { reserve: 0 })).rejects.toMatchObject({ code: 'limited', retryAfter })
    expect(sandbox.requests).toHaveLength(2)
  })
})

describe('credentials', () => {
  test('of a service account: one signed assertion for the whole reading', async () => {
    const sandbox = await start()
    await read(sandbox, 'traffic', { from: '2026-11-17', to: DAY })
    expect(sandbox.tokens.requests).toHaveLength(1)
    expect(sandbox.tokens.requests[0]!.grant_type).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
  })

  test('of a person work as well, where the consent covers the scope', async () => {
    const file = (sandbox: Ga4Sandbox) => {
      const { consent } = sandbox.tokens
      const more = { client_id: consent.clientId, client_secret: consent.clientSecret }
      return JSON.stringify({ type: 'authorized_user', ...more, refresh_token: consent.refreshToken })
    }
    const without = await start({ granted: ['https://www.googleapis.com/auth/youtube.readonly'] })
    await expect(read(without, 'traffic', { secrets: { credentials: file(without) } })).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining('analytics.readonly'),
    })
    const sandbox = await start()
    sandbox.tokens.rotate()
    const secrets = { credentials: file(sandbox) }
    expect((await read(sandbox, 'traffic', { secrets })).rows).not.toEqual([])
    expect((await read(sandbox, 'traffic', { secrets })).rows).not.toEqual([])
    expect(sandbox.tokens.requests[0]).toMatchObject({ grant_type: 'refresh_token' })
  })

  test.each([
    [{ status: 503, body: 'down' }, 'unavailable'],
    [{ status: 500, body: { error: 'internal_failure' } }, 'unavailable'],
    [{ status: 200, body: { error: 'invalid_grant' } }, 'credentials'],
    [{ status: 429, body: { error: 'rate_limit_exceeded' } }, 'limited'],
    [{ status: 200, body: { token: 'none' } }, 'changed'],
  ])('a token endpoint that answers %o is %s', async (answer, code) => {
    const sandbox = await start()
    sandbox.tokens.break(answer)
    await expect(read(sandbox)).rejects.toMatchObject({ code })
  })

  test.each(['', 'not json', '{}', '{"type":"service_account","client_email":"a@b.example"}'])(
    'a secret that is no key file is told: %j',
    async (credentials) => {
      await expect(read(await start(), 'traffic', { secrets: { credentials } })).rejects.toMatchObject({
        code: 'credentials',
        message: expect.stringContaining("secret 'credentials'"),
      })
    },
  )

  test('a private key that is none is told', async () => {
    const credentials = JSON.stringify({ type: 'service_account', client_email: 'a@b.example', private_key: 'xyz' })
    await expect(read(await start(), 'traffic', { secrets: { credentials } })).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining('private_key'),
    })
  })

  test.each([
    [{ viewer: false }, /Viewer on property 123/],
    [{ enabled: false }, /enable the API/],
  ])('what is missing is named: %o', async (property, message) => {
    const sandbox = await start(property)
    const error = await read(sandbox).catch((cause: Error) => cause)
    expect(error).toMatchObject({ code: 'credentials' })
    expect(String(error)).toMatch(message)
    expect(sandbox.requests).toHaveLength(1)
  })
})

describe('failures', () => {
  test('the rows of a page given twice stop the reading', async () => {
    const sandbox = await start({ maxRows: 1 })
    sandbox.fail({ kind: 'repeated_answer', skip: 2 })
    await expect(read(sandbox)).rejects.toMatchObject({ code: 'changed' })
  })

  test('a metric that Google dropped is named', async () => {
    const sandbox = await start()
    const body = {
      error: { code: 400, status: 'INVALID_ARGUMENT', message: 'Field newUsers is not a valid metric. For' },
    }
    const { failure } = source(sandbox).definition.api!({ options: source(sandbox).options, secrets: {} })
    expect(failure!({ status: 400, headers: {}, body })).toMatchObject({
      code: 'changed',
      message: expect.stringContaining('newUsers'),
    })
    expect(failure!({ status: 200, headers: {}, body: googleErrors.broken })).toMatchObject({ code: 'unavailable' })
  })

  test('a page of another shape is changed', async () => {
    const { traffic } = source(await start()).streams
    const bytes = new TextEncoder().encode('{"reports":[]}')
    expect(() => [...traffic!.records({ bytes })]).toThrow(expect.objectContaining({ code: 'changed' }))
  })
})
