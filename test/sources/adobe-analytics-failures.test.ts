import { describe, expect, test } from 'vitest'
import type { FaultKind } from '../../sandbox/faults.ts'
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

  test.each([
    [{ status: 503, body: 'down' }, 'unavailable'],
    [{ status: 503, body: { error: 'server_error' } }, 'unavailable'],
    [{ status: 401, body: { error: 'invalid_client' } }, 'credentials'],
  ])('meet a token endpoint that answers %o: %s', async (answer, code) => {
    const sandbox = await start()
    sandbox.tokens.break(answer)
    await expect(read(sandbox)).rejects.toMatchObject({ code })
  })

  test('an access token that has ended is replaced', async () => {
    const sandbox = await start()
    sandbox.fail({ kind: 'expired', skip: 1 })
    expect((await read(sandbox)).rows).toHaveLength(4)
    expect(sandbox.tokens.requests).toHaveLength(2)
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
  const passing: FaultKind[] = [
    'too_many',
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
    const { rows } = await read(sandbox)
    for (const skip of [0, 1]) {
      sandbox.fail({ kind, skip, times: 2 })
      expect((await read(sandbox)).rows).toEqual(rows)
      sandbox.heal()
    }
    sandbox.fail({ kind, times: Number.POSITIVE_INFINITY })
    const code = kind.startsWith('too_many') ? 'limited' : 'unavailable'
    await expect(read(sandbox)).rejects.toMatchObject({ code })
  })

  test('the rate limit is waited for as long as it lasts', async () => {
    const sandbox = await start()
    sandbox.fail({ kind: 'too_many' })
    expect((await read(sandbox)).waits).toContain(6_000)
  })

  test.each([
    ['redirect', 'changed'],
    ['huge_body', 'changed'],
    ['revoked', 'credentials'],
  ] as const)('%s is %s, and shows no token', async (kind, code) => {
    const sandbox = await start()
    sandbox.fail({ kind, skip: 1, times: 2 })
    const error = await read(sandbox).catch((cause: Error) => cause)
    expect(error).toMatchObject({ code })
    expect(String(error)).not.toMatch(/eyJ|p8e|sandbox0client/)
  })

  test('no answer in time is unavailable', async () => {
    const sandbox = await start()
    sandbox.fail({ kind: 'time_out', times: Number.POSITIVE_INFINITY })
    await expect(read(sandbox, { timeout: 0.05 })).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('a repeated page stops the reading', async () => {
    const sandbox = await start()
    sandbox.fail({ kind: 'repeated_answer', skip: 2, times: Number.POSITIVE_INFINITY })
    await expect(read(sandbox, { from: '2026-07-01' })).rejects.toMatchObject({
      code: 'changed',
      message: expect.stringContaining('page 0; expected page 1'),
    })
  })
})
