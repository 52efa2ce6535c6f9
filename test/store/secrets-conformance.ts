import { beforeAll, describe, expect, it } from 'vitest'
import type { Secrets } from '../../functions/store/secrets.ts'

/**
 * What every store of secrets promises.
 * @param open makes one that knows `apiKey` of `my-shop` as `first` and nothing else; each call, the same one again
 */
export function secretsConformance(name: string, open: () => Promise<Secrets>) {
  describe(`${name} keeps secrets`, () => {
    let secrets: Secrets
    beforeAll(async () => {
      secrets = await open()
    })

    it('gives a secret, and says which one is missing', async () => {
      expect(await secrets.get('my-shop', 'apiKey')).toBe('first')
      await expect(secrets.get('my-shop', 'refreshToken')).rejects.toMatchObject({
        code: 'credentials',
        message: expect.stringContaining('refreshToken'),
      })
      await expect(secrets.get('shop', 'apiKey')).rejects.toMatchObject({ code: 'credentials' })
    })

    it('gives what was put last, to others too', async () => {
      await secrets.put('my-shop', 'apiKey', 'second')
      expect(await secrets.get('my-shop', 'apiKey')).toBe('second')
      await secrets.put('my-shop', 'apiKey', 'third = "quoted" #x\n')
      await secrets.put('my-shop', 'refreshToken', 'token')
      const other = await open()
      expect(await other.get('my-shop', 'apiKey')).toBe('third = "quoted" #x\n')
      expect(await other.get('my-shop', 'refreshToken')).toBe('token')
    })

    it('loses none of many that are put at once', async () => {
      const names = Array.from({ length: 20 }, (_, i) => `token${i}`)
      await Promise.all(names.map((name) => secrets.put('other', name, `value of ${name}`)))
      expect(await Promise.all(names.map((name) => secrets.get('other', name)))).toEqual(
        names.map((name) => `value of ${name}`),
      )
    })

    it('refuses an empty secret and names that could be a path', async () => {
      await expect(secrets.put('my-shop', 'apiKey', '')).rejects.toMatchObject({ code: 'invalid' })
      for (const name of ['../pepper', 'a/b', '', '.', 'a b']) {
        await expect(secrets.get(name, 'apiKey')).rejects.toMatchObject({ code: 'invalid' })
        await expect(secrets.put('my-shop', name, 'x')).rejects.toMatchObject({ code: 'invalid' })
      }
    })

    it('makes one pepper of 256 bits, whoever asks first', async () => {
      const peppers = await Promise.all(Array.from({ length: 20 }, async () => (await open()).pepper()))
      expect(peppers[0]).toMatch(/^[0-9a-f]{64}$/)
      expect(new Set(peppers).size).toBe(1)
      expect(await secrets.pepper()).toBe(peppers[0])
    })
  })
}
