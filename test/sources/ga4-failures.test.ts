import { afterEach, describe, expect, test } from 'vitest'
import type { Ga4Sandbox } from '../../sandbox/ga4.ts'
import { googleErrors } from '../../sandbox/google-token.ts'
import { DAY, NOW, read, source, start, stop } from './ga4-property.ts'

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

  test('of gcloud name the cloud project whose quota counts, without which Google refuses them', async () => {
    const sandbox = await start()
    const { clientId: client_id, clientSecret: client_secret, refreshToken: refresh_token } = sandbox.tokens.consent
    const file = { type: 'authorized_user', client_id, client_secret, refresh_token, quota_project_id: 'my-project' }
    await read(sandbox, 'traffic', { secrets: { credentials: JSON.stringify(file) } })
    expect(sandbox.requests.map(({ headers }) => headers['x-goog-user-project'])).toEqual(Array(4).fill('my-project'))
    expect(sandbox.tokens.requests[0]).not.toHaveProperty('quota_project_id')
  })

  test('work with a private key whose line breaks were escaped twice', async () => {
    const sandbox = await start()
    const file = JSON.parse(sandbox.tokens.keyFile)
    const credentials = JSON.stringify({ ...file, private_key: file.private_key.replaceAll('\n', '\\n') })
    expect((await read(sandbox, 'traffic', { secrets: { credentials } })).rows).not.toEqual([])
  })

  test('are not called revoked where only the clock is wrong', async () => {
    const sandbox = await start()
    const error_description =
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.'
    sandbox.tokens.break({ status: 400, body: { error: 'invalid_grant', error_description } })
    await expect(read(sandbox)).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(/clock of this machine/),
    })
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

  test.each([
    ['keys/ga4.json', /text of the file.*not its path/],
    ['{"private_key": "-----BEGIN\nKEY"}', /single quotes/],
  ])('a secret that is no JSON is told what it looks like: %j', async (credentials, hint) => {
    await expect(read(await start(), 'traffic', { secrets: { credentials } })).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(hint),
    })
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

/** As others recorded them where an address stands beside; else made up after AIP-193 and the guide "Limits and quotas". */
describe('refusals', () => {
  test.each([
    // airbyte, source-google-analytics-data-api, unit_tests/test_source.py: without a status.
    [
      429,
      { message: 'Exhausted potentially thresholded requests quota. This quota will refresh in under an hour. To' },
      3_600,
    ],
    [
      429,
      {
        status: 'RESOURCE_EXHAUSTED',
        message: 'Exhausted server errors quota. This quota will refresh in under an hour.',
      },
      3_600,
    ],
    [429, { status: 'RESOURCE_EXHAUSTED', message: 'Exhausted property tokens for a project per hour. These' }, 3_600],
    [
      429,
      { message: 'Exhausted property tokens per day. These quota tokens will return in under 24 hours.' },
      20 * 3_600,
    ],
    // A moment later it may be well: the kit waits.
    [
      429,
      { status: 'RESOURCE_EXHAUSTED', message: 'Exhausted concurrent requests quota. Please send fewer' },
      undefined,
    ],
  ])('%i %o is limited for %s seconds', async (status, error, retryAfter) => {
    const headers = { date: NOW.toUTCString() }
    expect(await refused(status, error, headers)).toMatchObject({ code: 'limited', retryAfter })
  })

  test.each([
    // googleapis/google-cloud-node, issue 4780.
    [
      403,
      'PERMISSION_DENIED',
      'User does not have sufficient permissions for this property. To',
      '',
      'credentials',
      /Viewer on property 123/,
    ],
    [
      403,
      'PERMISSION_DENIED',
      'Your application is authenticating by using local Application Default Credentials. The analyticsdata.googleapis.com API requires a quota project, which is not set by default.',
      'SERVICE_DISABLED',
      'credentials',
      /set-quota-project/,
    ],
    [
      403,
      'PERMISSION_DENIED',
      'Caller does not have required permission to use project my-project. Grant',
      'USER_PROJECT_DENIED',
      'credentials',
      /Service Usage Consumer/,
    ],
    [
      403,
      'PERMISSION_DENIED',
      'Google Analytics Data API has not been used in project 7 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/analyticsdata.googleapis.com/overview?project=7 then retry.',
      'SERVICE_DISABLED',
      'credentials',
      /enable the API.*overview\?project=7$/,
    ],
    // ComposioHQ/composio, issue 2169.
    [400, 'INVALID_ARGUMENT', "The request's dimensions & metrics are incompatible. To", '', 'changed', /incompatible/],
    [404, 'NOT_FOUND', 'Requested entity was not found.', '', 'invalid', /no property 123.*option property/],
    [499, 'CANCELLED', 'The operation was cancelled.', '', 'unavailable', /cancelled/],
  ])('%i %s %s (%s) is %s', async (code, status, message, reason, expected, words) => {
    const error = await refused(code, { code, status, message, ...(reason && { details: [{ reason }] }) })
    expect(error).toMatchObject({ code: expected, message: expect.stringMatching(words) })
  })

  test('a 404 of another server is not the property’s', async () => {
    const { failure } = await api()
    expect(failure!({ status: 404, headers: {}, body: undefined })).toBeUndefined()
  })
})

const api = async () => {
  const made = source(await start())
  return made.definition.api!({ options: made.options, secrets: { credentials: '' } })
}
const refused = async (status: number, error: object, headers = {}) =>
  (await api()).failure!({ status, headers, body: { error } })

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
