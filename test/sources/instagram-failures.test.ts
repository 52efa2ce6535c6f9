import { describe, expect, test } from 'vitest'
import { instagram } from '../../functions/sources/instagram.ts'
import { ACCOUNT, DAY, many, media, read, start, TOKEN } from './instagram-account.ts'

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

  test('a missing permission is named', async () => {
    const sandbox = await start({ media: many(1), missing: { tags: 'instagram_manage_comments' } })
    await expect(read(sandbox, 'mentions')).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining("'instagram_manage_comments'"),
    })
  })
})

describe('failures', () => {
  test('an account that is not there, or not shown, is for the operator, and no dead metric', async () => {
    const sandbox = await start()
    await expect(read(sandbox, 'activity', {}, { account: '1' })).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining('correct the id of the Instagram account in the config'),
    })
    expect(sandbox.requests).toHaveLength(1)
  })

  test('so does a repeated page of comments', async () => {
    const comments = Array.from({ length: 200 }, (_, i) => ({ id: `c${i}`, at: `${DAY}T10:00:00Z`, by: 'ann' }))
    const sandbox = await start({ media: [media(1, { comments })] })
    const on = ({ path }: { path: string }) => path.endsWith('/comments')
    sandbox.fail({ kind: 'repeated_answer', skip: 1, times: Number.POSITIVE_INFINITY, on })
    await expect(read(sandbox, 'comments')).rejects.toMatchObject({ code: 'changed' })
    expect(sandbox.requests.length).toBeLessThan(6)
  })
})
