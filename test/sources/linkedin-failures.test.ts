import { describe, expect, test } from 'vitest'
import { NOW, ORGANIZATION, read, start } from './linkedin-page.ts'

const _streams = ['shares', 'follows', 'page', 'followers']

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

  test('a member who does not administer the page needs the role and the permission', async () => {
    const sandbox = await start({ role: 'CONTENT_ADMINISTRATOR' })
    await expect(read(sandbox, 'page')).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(`rw_organization_admin .* ADMINISTRATOR of organization ${ORGANIZATION}`),
    })
  })
})

describe('failures', () => {
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
