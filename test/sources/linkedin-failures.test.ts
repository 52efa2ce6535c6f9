import { describe, expect, test } from 'vitest'
import type { FaultKind } from '../../sandbox/faults.ts'
import { NOW, ORGANIZATION, read, start } from './linkedin-page.ts'

const streams = ['shares', 'follows', 'page', 'followers']

describe('credentials', () => {
  test('are refreshed once for a reading, and a replaced refresh token is kept', async () => {
    const sandbox = await start()
    sandbox.rotate()
    const secrets: Record<string, string> = { ...sandbox.consent }
    await read(sandbox, 'shares', { secrets })
    expect(secrets.refreshToken).not.toBe(sandbox.consent.refreshToken)
    await read(sandbox, 'followers', { secrets })
    expect(sandbox.tokens.requests).toHaveLength(2)
    expect(sandbox.tokens.requests[0]).toEqual({
      grant_type: 'refresh_token',
      refresh_token: sandbox.consent.refreshToken,
      client_id: sandbox.consent.clientId,
      client_secret: sandbox.consent.clientSecret,
    })
  })

  test('that were withdrawn, or ran out, are for the operator', async () => {
    const sandbox = await start()
    sandbox.revoke()
    await expect(read(sandbox, 'shares')).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(/invalid, expired or revoked.*authorise again/),
    })
  })

  test.each([
    [{ status: 503, body: 'down' }, 'unavailable'],
    [{ status: 503, body: { error: 'temporarily_unavailable' } }, 'unavailable'],
    [{ status: 401, body: { error: 'invalid_client' } }, 'credentials'],
    [{ status: 400, body: { error: 'invalid_grant' } }, 'credentials'],
  ])('meet a token endpoint that answers %o: %s', async (answer, code) => {
    const sandbox = await start()
    sandbox.tokens.break(answer)
    await expect(read(sandbox, 'shares')).rejects.toMatchObject({ code })
  })

  test('an access token that has ended is replaced', async () => {
    const sandbox = await start()
    sandbox.fail({ kind: 'expired' })
    expect((await read(sandbox, 'shares')).rows).not.toEqual([])
    expect(sandbox.tokens.requests).toHaveLength(2)
  })

  test('a member who does not administer the page needs the role and the permission', async () => {
    const sandbox = await start({ role: 'CONTENT_ADMINISTRATOR' })
    await expect(read(sandbox, 'page')).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(`rw_organization_admin .* ADMINISTRATOR of organization ${ORGANIZATION}`),
    })
  })
})

describe('failures', () => {
  const passing: FaultKind[] = [
    'too_many_retry_after',
    'server_error',
    'bad_gateway',
    'cut_at_1_percent',
    'cut_at_50_percent',
    'cut_at_99_percent',
    'truncated_gzip',
    'error_in_200',
  ]

  test.each(passing)('%s passes, or is told when it lasts', async (kind) => {
    const sandbox = await start()
    for (const stream of streams) {
      const { rows } = await read(sandbox, stream)
      sandbox.fail({ kind, times: 2 })
      expect((await read(sandbox, stream)).rows).toEqual(rows)
    }
    sandbox.fail({ kind, times: Number.POSITIVE_INFINITY })
    const code = kind.startsWith('too_many') ? 'limited' : 'unavailable'
    for (const stream of streams) await expect(read(sandbox, stream)).rejects.toMatchObject({ code })
  })

  test.each([
    ['redirect', 'changed'],
    ['huge_body', 'changed'],
    ['revoked', 'credentials'],
    ['too_many', 'limited'],
  ] as const)('%s is %s, and shows no token', async (kind, code) => {
    const sandbox = await start()
    sandbox.fail({ kind, times: 2 })
    const error = await read(sandbox, 'shares').catch((cause: Error) => cause)
    expect(error).toMatchObject({ code })
    expect(String(error)).not.toMatch(/AQV|AQX|WPL_AP1/)
  })

  test('no answer in time is unavailable', async () => {
    const sandbox = await start()
    sandbox.fail({ kind: 'time_out', times: Number.POSITIVE_INFINITY })
    await expect(read(sandbox, 'shares', { timeout: 0.05 })).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('a repeated page stops the reading', async () => {
    const sandbox = await start({ page: 5 })
    sandbox.fail({ kind: 'repeated_answer', skip: 1, times: Number.POSITIVE_INFINITY })
    await expect(read(sandbox, 'shares', { from: '2026-11-01' })).rejects.toMatchObject({ code: 'changed' })
  })

  test('the limit of a day is waited for until midnight of UTC, without another try', async () => {
    const sandbox = await start({ calls: 1 })
    await read(sandbox, 'shares')
    const until = (Date.parse('2026-11-21T00:00:00Z') - NOW.getTime()) / 1_000
    await expect(read(sandbox, 'page')).rejects.toMatchObject({ code: 'limited', retryAfter: until })
    expect(sandbox.requests).toHaveLength(2)
  })

  test('a version that has ended is named, and where to set another', async () => {
    const sandbox = await start()
    await expect(read(sandbox, 'shares', {}, { version: '202511' })).rejects.toMatchObject({
      code: 'changed',
      message: expect.stringMatching(/version 202511 .* ended.*option version/),
    })
    expect(sandbox.requests).toHaveLength(1)
  })

  test('an answer without days (the totals of a lifetime) is changed', async () => {
    const sandbox = await start()
    sandbox.tokens.break({ status: 200, body: { access_token: 'other', elements: [{ totalShareStatistics: {} }] } })
    const { url } = sandbox.tokens
    const wrong = read(sandbox, 'shares', {}, { baseUrl: new URL('.', url).href })
    await expect(wrong).rejects.toMatchObject({ code: 'changed', message: expect.stringContaining('timeRange') })
  })
})
