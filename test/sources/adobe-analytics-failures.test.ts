import { describe, expect, test } from 'vitest'
import { RSID, read, source, start } from './adobe-suite.ts'

describe('credentials', () => {
  test('mint one token for a reading, with the scopes of the options', async () => {
    const sandbox = await start()
    await read(sandbox)
    expect(sandbox.tokens.requests).toEqual([
      {
        grant_type: 'client_credentials',
        client_id: sandbox.credential.clientId,
        client_secret: sandbox.credential.clientSecret,
        scope: 'openid,AdobeID,additional_info.projectedProductContext',
      },
    ])
  })

  test('that were deleted are for the operator', async () => {
    const sandbox = await start()
    sandbox.revoke()
    await expect(read(sandbox)).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining('invalid_client'),
    })
    await expect(read(await start(), {}, { scopes: 'openid' })).rejects.toMatchObject({ code: 'credentials' })
  })

  test('without a product profile, what is missing is named', async () => {
    await expect(read(await start({ allowed: false }))).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(`product profile with report suite ${RSID}.*company tidema0`),
    })
  })

  test('an unknown suite is the option’s fault', async () => {
    await expect(read(await start(), {}, { rsid: 'other' })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('no report suite other'),
    })
  })
})

/** As others recorded them where an address stands beside; else made up after the guides and the specification. */
describe('refusals', () => {
  test.each([
    // AdobeDocs/adobeio-auth, issue 29.
    [403, { error_code: '403025', message: 'Profile is not valid' }, 'credentials', /product profile/],
    [403, { error_code: 403025, message: 'Profile is not valid' }, 'credentials', /product profile/],
    [403, { errorCode: 'unauthorized', errorDescription: null, errorId: null }, 'credentials', /product profile/],
    [403, { error_code: '403003', message: 'Api Key is invalid' }, 'credentials', /clientId.*Adobe Analytics API/],
    [400, { errorCode: 'invalid_metric_access', errorDescription: 'x' }, 'credentials', /its metrics/],
    [400, { errorCode: 'resource_temporarily_unavailable' }, 'unavailable', /resource_temporarily/],
    [400, { errorCode: 'external_api_failure', errorDescription: 'x' }, 'unavailable', /external_api_failure/],
    [
      400,
      { errorCode: 'invalid_data', errorDescription: 'Could not determine timezone for dataId=x' },
      'invalid',
      /no time zone/,
    ],
    [404, { status: 404, error: 'Not Found', path: '/x' }, 'invalid', new RegExp(`no report suite ${RSID}`)],
    [429, { error_code: '429050', message: 'Too many requests' }, 'limited', /Too many/],
    [400, { error: 'invalid_scope', error_description: 'x' }, 'credentials', /token endpoint/],
  ])('%i %o is %s', async (status, body, code, message) => {
    expect(await refused(status, body)).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  // AdobeDocs/analytics-2.0-apis, issues 134 and 232; words of a web server are no OAuth error.
  test.each([
    [500, { errorCode: '500', errorDescription: 'Error while resolving get imsOrgs' }],
    [401, { errorCode: 'invalid_token', errorDescription: 'IMS token failed IMS Facade token validation' }],
    [400, { status: 400, error: 'Bad Request', path: '/x' }],
    [400, { errorCode: 'invalid_json_input', errorDescription: 'x' }],
  ])('%i %o means what its status does', async (status, body) => {
    expect(await refused(status, body)).toBeUndefined()
  })
})

async function refused(status: number, body: object) {
  const { definition, options } = source(await start())
  const { failure } = definition.api!({ options, secrets: { clientId: 'x' } })
  return failure!({ status, headers: {}, body })
}

describe('failures', () => {
  test('the rate limit is waited for as long as it lasts', async () => {
    const sandbox = await start()
    sandbox.fail({ kind: 'too_many' })
    expect((await read(sandbox)).waits).toContain(6_000)
  })
})
