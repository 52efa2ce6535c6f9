import { describe, expect, test } from 'vitest'
import { openHttp } from '../../functions/kit/http.ts'
import { linkedin } from '../../functions/sources/linkedin.ts'
import { foreign, NOW, ORGANIZATION, read, start, URN } from './linkedin-page.ts'

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

  test('of a client that LinkedIn does not know are not taken for an ended consent', async () => {
    const secrets = { ...(await start()).consent, clientSecret: 'WPL_AP1.other' }
    await expect(read(await start(), 'shares', { secrets })).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(/invalid_client.*client's id and secret again/),
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

  test.each([
    [404, { code: 'NOT_FOUND', message: 'Could not find entity' }, 'invalid', /correct the option/],
    [400, { code: 'INVALID_URN_ID', message: 'The URN ID provided is invalid' }, 'invalid', /correct the option/],
    [403, { message: 'Forbidden' }, 'credentials', /not allowed \(Forbidden\)/],
    [429, { error: 'too_many_requests' }, 'limited', /answered 429: the limits/],
  ])('%i %o is told for what it is', (status, body, code, message) => {
    const { definition, options } = linkedin({ organization: ORGANIZATION })
    const { failure } = definition.api!({ options, secrets: {} as never })
    expect(failure!({ status, headers: {}, body })).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test.each([
    { status: 404, code: 'RESOURCE_NOT_FOUND', message: 'No virtual resource found' },
    { status: 404, message: "No root resource defined for path '/networkSizes'" },
  ])('a path that LinkedIn does not know ($message) is not taken for an unknown page', (body) => {
    const { definition, options } = linkedin({ organization: ORGANIZATION })
    const { failure } = definition.api!({ options, secrets: {} as never })
    expect(failure!({ status: 404, headers: {}, body })).toBeUndefined()
  })
})

describe('roles', () => {
  /** Recorded answers spell it both ways (airbytehq/airbyte, source-linkedin-ads; guide "Organization Access Control"). */
  test.each(['organization', 'organizationTarget'])('of %s are found on any page of the list', async (field) => {
    const baseUrl = await foreign((url) => {
      if (url.endsWith('/accessToken')) return { access_token: 'token', scope: 'openid,rw_organization_admin' }
      const start = Number(new URL(url, 'http://vendor').searchParams.get('start') ?? 0)
      const links =
        start === 0 ? [{ rel: 'next', href: '/rest/organizationAcls?q=roleAssignee&start=100&count=100' }] : []
      const elements = [{ role: 'ADMINISTRATOR', [field]: start === 0 ? 'urn:li:organization:5' : URN }]
      return { elements, paging: { start, count: 100, links } }
    })
    const { definition, options } = linkedin({ organization: ORGANIZATION, baseUrl })
    const session = {
      secret: async () => 'secret',
      keep: async () => {},
      exclusively: <T>(work: () => Promise<T>) => work(),
    }
    const http = openHttp(definition.api!({ options, secrets: {} as never }), { session })
    const scopes = () => ['rw_organization_admin']
    const given = { http, options, scopes, now: NOW, timezone: 'UTC', secret: async () => 'secret', files: {} as never }
    expect(await definition.probe!(given)).toMatchObject({ missing: [], details: { role: 'ADMINISTRATOR' } })
    http.close()
  })
})
