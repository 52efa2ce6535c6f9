import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Lake } from '../../functions/store/lake.ts'

const KEYS = 2500

/**
 * What every lake promises.
 * @param open makes a lake that is empty
 * @param skip why the suite cannot run here; undefined if it can
 */
export function lakeConformance(name: string, open: () => Promise<Lake>, skip?: string) {
  describe.skipIf(skip !== undefined)(`${name} is a lake${skip ? ` (skipped: ${skip})` : ''}`, () => {
    let lake: Lake
    beforeAll(async () => {
      lake = await open()
    })
    afterAll(() => lake?.close())

    const text = async (key: string) => {
      const bytes = await lake.get(key)
      return bytes && Buffer.from(bytes).toString()
    }
    const keysOf = async (prefix: string) => (await Array.fromAsync(lake.list(prefix))).map(({ key }) => key)

    it('has nothing where nothing was put', async () => {
      expect(await lake.get('none/such')).toBeUndefined()
      expect(await keysOf('none/')).toEqual([])
      await lake.delete([])
      await lake.delete(['none/such', 'none'])
      await expect(lake.file('none/such')).rejects.toMatchObject({ code: 'invalid' })
    })

    it.each([0, 1, 6_000_000])('gives back %i bytes as they were', async (size) => {
      const body = randomBytes(size)
      await lake.put(`bytes/put-${size}.bin`, body)
      expect(await lake.create(`bytes/create-${size}.bin`, body)).toBe(true)
      for (const key of [`bytes/put-${size}.bin`, `bytes/create-${size}.bin`]) {
        expect(Buffer.compare((await lake.get(key))!, body)).toBe(0)
        const file = await lake.file(key)
        expect(Buffer.compare(await readFile(file), body)).toBe(0)
        expect(file.endsWith('.bin')).toBe(true)
        expect(await Array.fromAsync(lake.list(key))).toEqual([{ key, bytes: size }])
      }
    })

    it('takes a part of a larger buffer as the part alone', async () => {
      await lake.put('bytes/part', Buffer.from('abcdef').subarray(2, 4))
      expect(await text('bytes/part')).toBe('cd')
    })

    it('replaces what is put again, in copies as well', async () => {
      await lake.put('again/x', Buffer.from('first'))
      const first = await lake.file('again/x')
      await lake.put('again/x', Buffer.from('second, longer'))
      expect(await text('again/x')).toBe('second, longer')
      expect(await readFile(await lake.file('again/x'), 'utf8')).toBe('second, longer')
      expect(['first', 'second, longer']).toContain(await readFile(first, 'utf8'))
    })

    it('creates only what is not there', async () => {
      expect(await lake.create('create/x', Buffer.from('first'))).toBe(true)
      expect(await lake.create('create/x', Buffer.from('second'))).toBe(false)
      expect(await text('create/x')).toBe('first')
      await lake.put('create/y', Buffer.from('put'))
      expect(await lake.create('create/y', Buffer.from('second'))).toBe(false)
      await lake.delete(['create/x'])
      expect(await lake.create('create/x', Buffer.from('third'))).toBe(true)
      expect(await text('create/x')).toBe('third')
    })

    it('lets exactly one of ten creates win, whole, in each of twenty races', async () => {
      for (let race = 0; race < 20; race++) {
        const bodies = Array.from({ length: 10 }, () => randomBytes(50_000))
        const won = await Promise.all(bodies.map((body) => lake.create(`race/${race}`, body)))
        expect(won.filter(Boolean)).toHaveLength(1)
        expect(Buffer.compare((await lake.get(`race/${race}`))!, bodies[won.indexOf(true)]!)).toBe(0)
      }
    })

    it('shows a reader one whole object or another, never a mixture', async () => {
      const bodies = ['a', 'b'].map((letter) => Buffer.alloc(300_000, letter))
      await lake.put('whole/x', bodies[0]!)
      const writes = Array.from({ length: 10 }, (_, i) => lake.put('whole/x', bodies[i % 2]!))
      const reads = Array.from({ length: 10 }, () => lake.get('whole/x'))
      for (const read of await Promise.all(reads)) {
        expect(bodies.some((body) => Buffer.compare(body, read!) === 0)).toBe(true)
      }
      await Promise.all(writes)
    })

    it(`lists ${KEYS} keys in the order of their bytes, and deletes them`, async () => {
      const keys = Array.from({ length: KEYS }, (_, i) => `many/${i % 7}/k${i}`)
      const order = [...keys].sort()
      for (let i = 0; i < KEYS; i += 100) {
        await Promise.all(keys.slice(i, i + 100).map((key) => lake.put(key, Buffer.from('x'))))
      }
      expect(await keysOf('many/')).toEqual(order)
      expect(await keysOf('many/3/k1')).toEqual(order.filter((key) => key.startsWith('many/3/k1')))
      for await (const { key } of lake.list('many/')) {
        expect(key).toBe(order[0])
        break
      }
      await lake.delete(keys.slice(1))
      expect(await keysOf('many/')).toEqual([keys[0]])
    })

    it('sorts folders among objects by bytes, at every depth', async () => {
      const keys = ['a-b', 'a.b', 'a/x', 'a/x.y', 'a/x0/y', 'a0', 'a=1/z', 'aB/c', 'a_', 'ab/c/d/e', 'ab/c.d']
      await Promise.all(keys.map((key) => lake.put(`sort/${key}`, Buffer.from(key))))
      expect(await keysOf('sort/')).toEqual(keys.map((key) => `sort/${key}`).sort())
    })

    it('takes prefixes that end within a name', async () => {
      await Promise.all(
        ['day=2026-11-18/a', 'day=2026-11-19/a', 'day=2026-12-01/a', 'days/a'].map((key) =>
          lake.put(`prefix/${key}`, Buffer.from('x')),
        ),
      )
      expect(await keysOf('prefix/day=2026-11')).toEqual(['prefix/day=2026-11-18/a', 'prefix/day=2026-11-19/a'])
      expect(await keysOf('prefix/day=2026-12-01/a')).toEqual(['prefix/day=2026-12-01/a'])
      expect(await keysOf('prefix/day=2026-11-18/a/')).toEqual([])
      expect(await keysOf('prefix/da')).toHaveLength(4)
      expect(await keysOf('prefi')).toHaveLength(4)
      expect((await keysOf('')).filter((key) => key.startsWith('prefix/'))).toHaveLength(4)
    })

    it.each([
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      '..',
      '../a',
      'a/../b',
      'a/..',
      '.',
      './a',
      'a/./b',
      'a..b',
      'a b',
      'a\\b',
      'a\0b',
      'a~b',
      'ä',
      'a%2e',
      'a:b',
      'a\n',
      `a/${'x'.repeat(256)}`,
      `${'x/'.repeat(512)}x`,
    ])('refuses the key %j', async (key) => {
      const refusal = { code: 'invalid' }
      await expect(lake.put(key, Buffer.from('x'))).rejects.toMatchObject(refusal)
      await expect(lake.create(key, Buffer.from('x'))).rejects.toMatchObject(refusal)
      await expect(lake.get(key)).rejects.toMatchObject(refusal)
      await expect(lake.file(key)).rejects.toMatchObject(refusal)
      await expect(lake.delete([key])).rejects.toMatchObject(refusal)
    })

    it.each(['/', '../', 'a/../', '..', 'a//', './a', 'a b', '~'])('refuses the prefix %j', async (prefix) => {
      await expect(keysOf(prefix)).rejects.toMatchObject({ code: 'invalid' })
    })

    it('holds after any operations what a map would hold', async () => {
      const name = fc.constantFrom('a', 'b', 'a.b', 'a-b', 'B')
      const key = fc.tuple(fc.constantFrom('p', 'p.q', 'q'), name).map(([folder, object]) => `${folder}/${object}`)
      const body = fc.uint8Array({ maxLength: 8 })
      const operation = fc.oneof(
        fc.record({ do: fc.constant('put' as const), key, body }),
        fc.record({ do: fc.constant('create' as const), key, body }),
        fc.record({ do: fc.constant('delete' as const), keys: fc.array(key, { maxLength: 3 }) }),
      )
      let run = 0
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 12 }), async (operations) => {
          const root = `model/${run++}`
          const model = new Map<string, Uint8Array>()
          for (const each of operations) {
            if (each.do === 'put') {
              await lake.put(`${root}/${each.key}`, each.body)
              model.set(`${root}/${each.key}`, each.body)
            } else if (each.do === 'create') {
              const free = !model.has(`${root}/${each.key}`)
              expect(await lake.create(`${root}/${each.key}`, each.body)).toBe(free)
              if (free) model.set(`${root}/${each.key}`, each.body)
            } else {
              const keys = each.keys.map((name) => `${root}/${name}`)
              await lake.delete(keys)
              for (const gone of keys) model.delete(gone)
            }
          }
          expect(await Array.fromAsync(lake.list(`${root}/`))).toEqual(
            [...model].map(([key, bytes]) => ({ key, bytes: bytes.length })).sort((a, b) => (a.key < b.key ? -1 : 1)),
          )
          for (const [key, bytes] of model) expect(Buffer.compare((await lake.get(key))!, bytes)).toBe(0)
        }),
        { numRuns: 30, seed: 1 },
      )
    })
  })
}
