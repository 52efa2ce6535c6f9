import { describe, expect, test } from 'vitest'
import { instagram } from '../../functions/sources/instagram.ts'
import type { FaultKind } from '../../sandbox/faults.ts'
import { ACCOUNT, DAY, many, media, NOW, read, start, TOKEN } from './instagram-account.ts'

const HOUR = 3_600_000

describe('tokens', () => {
  test('each login has its host, and goes to nobody else', () => {
    const host = (login: 'facebook' | 'instagram', baseUrl?: string) => {
      const { definition, options } = instagram({ account: ACCOUNT, login, baseUrl })
      return definition.api!({ options, secrets: { token: TOKEN } }).baseUrl
    }
    expect(host('facebook')).toBe('https://graph.facebook.com/')
    expect(host('instagram')).toBe('https://graph.instagram.com/')
    expect(host('instagram', 'http://127.0.0.1:1')).toBe('http://127.0.0.1:1/')
  })

  test('a token of Facebook Login is used as it is', async () => {
    const sandbox = await start({ media: many(2) })
    const secrets = { token: TOKEN }
    await read(sandbox, 'media', { secrets })
    expect(secrets.token).toBe(TOKEN)
    expect(sandbox.requests.every(({ path, query }) => !/refresh/.test(path) && !query.has('access_token'))).toBe(true)
  })

  test('a token of Instagram Login is refreshed, and kept before it is used', async () => {
    const sandbox = await start({ tokenMadeAt: '2026-10-01T00:00:00Z' })
    const secrets = { token: TOKEN }
    const { rows } = await read(sandbox, 'activity', { secrets }, { login: 'instagram' })
    expect(rows).toHaveLength(4)
    expect(secrets.token).toBe(`${TOKEN}-1`)
    expect(sandbox.token()).toBe(secrets.token)
    await read(sandbox, 'activity', { secrets }, { login: 'instagram' })
    expect(sandbox.requests.map(({ headers }) => headers.authorization).filter(Boolean)).not.toContain(
      `Bearer ${TOKEN}`,
    )
  })

  test('one younger than a day is used as it is', async () => {
    const sandbox = await start({ tokenMadeAt: '2026-11-20T00:00:00Z' })
    const secrets = { token: TOKEN }
    expect((await read(sandbox, 'activity', { secrets }, { login: 'instagram' })).rows).toHaveLength(4)
    expect(secrets.token).toBe(TOKEN)
  })

  test('one that ran out is for the operator to renew', async () => {
    const sandbox = await start({ tokenMadeAt: '2026-09-01T00:00:00Z' })
    const error = await read(sandbox, 'activity', {}, { login: 'instagram' }).catch((cause: Error) => cause)
    expect(error).toMatchObject({ code: 'credentials', message: expect.stringContaining("secret 'token'") })
    expect(String(error)).not.toContain(TOKEN)
  })

  test('one that is revoked midway as well', async () => {
    let time = NOW.getTime()
    const sandbox = await start({ now: () => new Date(time), tokenMadeAt: '2026-10-01T00:00:00Z' })
    await read(sandbox, 'activity', {}, { login: 'instagram' })
    time += HOUR
    sandbox.revoke()
    const secrets = { token: `${TOKEN}-1` }
    await expect(read(sandbox, 'activity', { secrets }, { login: 'instagram' })).rejects.toMatchObject({
      code: 'credentials',
    })
  })

  test('a refresh that cannot be reached is no revocation', async () => {
    const sandbox = await start()
    const on = ({ path }: { path: string }) => path.endsWith('refresh_access_token')
    sandbox.fail({ kind: 'bad_gateway', times: Number.POSITIVE_INFINITY, on })
    await expect(read(sandbox, 'activity', {}, { login: 'instagram' })).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('no token reaches the lake, though next-links hold it', async () => {
    const sandbox = await start({ media: many(60), tags: [] })
    for (const stream of ['activity', 'followers', 'media', 'comments', 'mentions']) {
      const { pages, resume } = await read(sandbox, stream, { pages: 1 })
      const kept = [resume, ...pages.map(({ bytes, context }) => [Buffer.from(bytes).toString(), context])]
      expect(JSON.stringify(kept)).not.toMatch(/IGAA/)
    }
  })

  test('a missing permission is named', async () => {
    const sandbox = await start({ media: many(1), missing: { tags: 'instagram_manage_comments' } })
    await expect(read(sandbox, 'mentions')).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining("'instagram_manage_comments'"),
    })
  })
})

describe('failures', () => {
  test('a usage near the limit is waited for, after the page in hand', async () => {
    let percent = 10
    const sandbox = await start({ media: many(60), usage: () => ({ percent, minutes: 3 }) })
    const head = await read(sandbox, 'media', { pages: 1 })
    percent = 95
    await expect(read(sandbox, 'media')).rejects.toMatchObject({ code: 'limited', retryAfter: 180 })
    percent = 20
    expect((await read(sandbox, 'media', { resume: head.resume })).records).toHaveLength(35)
  })

  test('an account that is not there is a change, not a dead metric', async () => {
    const sandbox = await start()
    await expect(read(sandbox, 'activity', {}, { account: '1' })).rejects.toMatchObject({ code: 'changed' })
    expect(sandbox.requests).toHaveLength(1)
  })

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
  const lasting: Partial<Record<FaultKind, string>> = {
    too_many_retry_after: 'limited',
    expired: 'credentials',
    revoked: 'credentials',
    redirect: 'changed',
    huge_body: 'changed',
  }

  test.each(passing)('%s passes without a trace', async (kind) => {
    const sandbox = await start({ media: many(30) })
    const { records } = await read(sandbox, 'media')
    for (const skip of [0, 1, 30]) {
      sandbox.fail({ kind, skip })
      expect((await read(sandbox, 'media')).records).toEqual(records)
    }
  })

  test.each([...passing, 'expired', 'revoked', 'redirect', 'huge_body'] as FaultKind[])(
    '%s that lasts ends the reading, and shows no token',
    async (kind) => {
      const sandbox = await start({ media: many(30) })
      sandbox.fail({ kind, skip: 3, times: Number.POSITIVE_INFINITY })
      const error = await read(sandbox, 'media').catch((cause: Error) => cause)
      expect(error).toMatchObject({ code: lasting[kind] ?? 'unavailable' })
      expect(String(error)).not.toContain(TOKEN)
    },
  )

  test('a repeated page stops the reading', async () => {
    const sandbox = await start({
      tags: Array.from({ length: 90 }, (_, i) => ({ id: `t${i}`, at: `${DAY}T10:00:00Z`, by: 'ann' })),
    })
    sandbox.fail({ kind: 'repeated_answer', skip: 2, times: Number.POSITIVE_INFINITY })
    await expect(read(sandbox, 'mentions')).rejects.toMatchObject({ code: 'changed' })
  })

  test('so does a repeated page of comments', async () => {
    const comments = Array.from({ length: 200 }, (_, i) => ({ id: `c${i}`, at: `${DAY}T10:00:00Z`, by: 'ann' }))
    const sandbox = await start({ media: [media(1, { comments })] })
    const on = ({ path }: { path: string }) => path.endsWith('/comments')
    sandbox.fail({ kind: 'repeated_answer', skip: 1, times: Number.POSITIVE_INFINITY, on })
    await expect(read(sandbox, 'comments')).rejects.toMatchObject({ code: 'changed' })
    expect(sandbox.requests.length).toBeLessThan(6)
  })

  test('no answer in time is unavailable', async () => {
    const sandbox = await start()
    sandbox.fail({ kind: 'time_out', times: Number.POSITIVE_INFINITY })
    await expect(read(sandbox, 'followers', { timeout: 0.05 })).rejects.toMatchObject({ code: 'unavailable' })
  })
})
