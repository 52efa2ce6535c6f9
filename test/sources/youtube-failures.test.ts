import { afterEach, describe, expect, test } from 'vitest'
import type { FaultKind } from '../../sandbox/faults.ts'
import { read, source, start, stop } from './youtube-channel.ts'

afterEach(stop)

describe('credentials', () => {
  test('are refreshed once for a reading, and a replaced refresh token is kept', async () => {
    const sandbox = await start()
    sandbox.tokens.rotate()
    const secrets: Record<string, string> = { ...sandbox.tokens.consent }
    await read(sandbox, 'channel', { secrets })
    expect(secrets.refreshToken).not.toBe(sandbox.tokens.consent.refreshToken)
    await read(sandbox, 'subscribers', { secrets })
    expect(sandbox.tokens.requests).toHaveLength(2)
  })

  test('that were withdrawn are for the operator', async () => {
    const sandbox = await start()
    sandbox.tokens.revoke()
    await expect(read(sandbox, 'channel')).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining('invalid_grant'),
    })
  })

  test.each([
    [{ status: 503, body: 'down' }, 'unavailable'],
    [{ status: 401, body: { error: 'invalid_client' } }, 'credentials'],
  ])('meet a token endpoint that answers %o: %s', async (answer, code) => {
    const sandbox = await start()
    sandbox.tokens.break(answer)
    await expect(read(sandbox, 'channel')).rejects.toMatchObject({ code })
  })

  test('an access token that has ended is replaced', async () => {
    const sandbox = await start()
    sandbox.fail({ kind: 'expired' })
    expect((await read(sandbox, 'channel')).rows).not.toEqual([])
    expect(sandbox.tokens.requests).toHaveLength(2)
  })
})

describe('failures', () => {
  const streams = ['channel', 'subscribers', 'comments']
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
    const sandbox = await start({ subscribers: 5 })
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
  ] as const)('%s is %s, and shows no token', async (kind, code) => {
    const sandbox = await start()
    sandbox.fail({ kind, times: 2 })
    const error = await read(sandbox, 'channel').catch((cause: Error) => cause)
    expect(error).toMatchObject({ code })
    expect(String(error)).not.toMatch(/ya29|GOCSPX|1\/\/refresh/)
  })

  test('no answer in time is unavailable', async () => {
    const sandbox = await start()
    sandbox.fail({ kind: 'time_out', times: Number.POSITIVE_INFINITY })
    await expect(read(sandbox, 'channel', { timeout: 0.05 })).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('a repeated page of threads stops the reading', async () => {
    const comments = Array.from({ length: 9 }, (_, i) => ({ id: `t${i}`, at: '2026-11-16T12:00:00Z' }))
    const sandbox = await start({ comments, page: 2 })
    sandbox.fail({ kind: 'repeated_answer', skip: 1, times: Number.POSITIVE_INFINITY })
    await expect(read(sandbox, 'comments')).rejects.toMatchObject({ code: 'changed' })
  })

  test('the daily quota is waited for until midnight in California', async () => {
    const sandbox = await start({ units: 0 })
    await expect(read(sandbox, 'subscribers')).rejects.toMatchObject({ code: 'limited', retryAfter: 12 * 3_600 })
    expect(sandbox.requests).toHaveLength(1)
    expect((await read(sandbox, 'channel')).rows).not.toEqual([])
  })

  test('a report without a metric that was asked for is changed', async () => {
    const sandbox = await start()
    const { failure } = source(sandbox).definition.api!({ options: source(sandbox).options, secrets: {} as never })
    const message = 'Unknown identifier (likes) given in field metrics.'
    const body = { error: { code: 400, message, errors: [{ message, domain: 'global', reason: 'badRequest' }] } }
    expect(failure!({ status: 400, headers: {}, body })).toMatchObject({
      code: 'changed',
      message: expect.stringContaining('likes'),
    })
  })
})
