import { describe, expect, test } from 'vitest'
import { RSID, read, start } from './adobe-suite.ts'

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
      message: expect.stringContaining(`product profile with report suite ${RSID}`),
    })
  })

  test('an unknown suite is the option’s fault', async () => {
    await expect(read(await start(), {}, { rsid: 'other' })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('no report suite other'),
    })
  })
})

describe('failures', () => {
  test('the rate limit is waited for as long as it lasts', async () => {
    const sandbox = await start()
    sandbox.fail({ kind: 'too_many' })
    expect((await read(sandbox)).waits).toContain(6_000)
  })
})
