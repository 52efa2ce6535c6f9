import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Attribute, Item, Range, Table } from '../../functions/store/table.ts'
import { tableConditions } from './table-conditions.ts'
import { behavesLikeAMap } from './table-model.ts'

/**
 * What every table promises.
 * @param open makes a table that is empty and takes the time from `now`
 * @param skip why the suite cannot run here; undefined if it can
 */
export function tableConformance(name: string, open: (now: () => number) => Promise<Table>, skip?: string) {
  describe.skipIf(skip !== undefined)(`${name} is a table${skip ? ` (skipped: ${skip})` : ''}`, () => {
    const start = Date.parse('2026-11-19T00:00:00Z')
    let now = start
    let table: Table
    beforeAll(async () => {
      table = await open(() => now)
    })
    afterAll(() => table?.close())

    const rows = (pk: string, range?: Range) => Array.fromAsync(table.query(pk, range))
    const sortKeys = async (pk: string, range?: Range) => (await rows(pk, range)).map(({ sk }) => sk)

    it('has nothing where nothing was put', async () => {
      expect(await table.get('none', 'such')).toBeUndefined()
      expect(await rows('none')).toEqual([])
      expect(await table.delete('none', 'such')).toBe(true)
    })

    it('gives back every kind of attribute, bytes at any depth', async () => {
      const item: Item = {
        pk: 'kinds',
        sk: 'ä/😀#1',
        text: 'grüße 😀 \0 "\n',
        empty: '',
        yes: true,
        no: false,
        nothing: null,
        bytes: Uint8Array.of(0, 255, 128),
        noBytes: new Uint8Array(0),
        list: [1, 'two', null, [], {}, Uint8Array.of(1), [[Uint8Array.of(2)]]],
        map: {
          a: { b: [{ c: Uint8Array.of(3) }] },
          $bytes: 'AQID',
          $$bytes: [Uint8Array.of(4)],
          'dots.and#signs :x': 1,
          size: 1,
          constructor: 'x',
        },
        $bytes: 'AQID',
        'name with space': 1,
      }
      expect(await table.put(item)).toBe(true)
      expect(await table.get('kinds', 'ä/😀#1')).toEqual(item)
      expect(await rows('kinds')).toEqual([item])
    })

    it('keeps the bytes of a part of a buffer, and leaves out undefined attributes', async () => {
      await table.put({ pk: 'part', sk: '1', body: Buffer.from('abcdef').subarray(2, 4), gone: undefined })
      expect(await table.get('part', '1')).toEqual({ pk: 'part', sk: '1', body: Uint8Array.of(99, 100) })
      expect(Object.keys((await table.get('part', '1'))!)).not.toContain('gone')
    })

    it.each([
      0.1 + 0.2,
      1 / 3,
      -1e-7,
      1e21,
      2 ** 53 + 2,
      -(2 ** 60),
      123456789.12345679,
      1e-130,
      9.99e125,
      -9.99e125,
      4.35,
      5e-124,
      1.7976931348623157e100,
    ])('gives back the number %d as it was', async (number) => {
      await table.put({ pk: 'number', sk: String(number), number, list: [number] })
      expect(await table.get('number', String(number))).toMatchObject({ number, list: [number] })
    })

    it('gives back any double within the range as it was', async () => {
      const double = fc
        .double({ noNaN: true, noDefaultInfinity: true })
        .filter((x) => x === 0 || (Math.abs(x) >= 1e-130 && Math.abs(x) <= 9.99e125))
      await fc.assert(
        fc.asyncProperty(fc.array(double, { minLength: 1, maxLength: 40 }), async (numbers) => {
          await table.put({ pk: 'double', sk: '1', numbers })
          expect((await table.get('double', '1'))!.numbers).toEqual(numbers.map((x) => x + 0))
        }),
        { numRuns: 30, seed: 1 },
      )
    })

    it('gives back any attribute as it was', async () => {
      const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => text !== '__proto__')
      const { value } = fc.letrec((tie) => ({
        value: fc.oneof(
          { maxDepth: 3 },
          fc.string({ unit: 'grapheme', maxLength: 8 }),
          fc.integer(),
          fc.boolean(),
          fc.constant(null),
          fc.uint8Array({ maxLength: 8 }),
          fc.array(tie('value'), { maxLength: 4 }),
          fc.dictionary(fc.oneof(name, fc.constantFrom('$', '$bytes', '$$bytes')), tie('value'), {
            maxKeys: 4,
            noNullPrototype: true,
          }),
        ),
      }))
      await fc.assert(
        fc.asyncProperty(value, async (attribute) => {
          const item = { pk: 'any', sk: '1', attribute } as Item
          await table.put(item)
          expect(await table.get('any', '1')).toEqual(item)
        }),
        { numRuns: 60, seed: 1 },
      )
    })

    it('replaces a row whole', async () => {
      await table.put({ pk: 'replace', sk: '1', a: 1, b: 2, expires: start / 1000 + 9 })
      await table.put({ pk: 'replace', sk: '1', a: 3 })
      expect(await table.get('replace', '1')).toEqual({ pk: 'replace', sk: '1', a: 3 })
    })

    describe('refuses', () => {
      const deep = (levels: number): Attribute => (levels === 0 ? 1 : [deep(levels - 1)])
      it.each<[string, Item]>([
        ['an empty partition key', { pk: '', sk: '1' }],
        ['an empty sort key', { pk: 'refuse', sk: '' }],
        ['a partition key of 2049 bytes', { pk: 'x'.repeat(2049), sk: '1' }],
        ['a sort key of 1025 bytes', { pk: 'refuse', sk: `x${'ä'.repeat(512)}` }],
        ['a key that is no Unicode text', { pk: 'refuse', sk: 'a\ud800' }],
        ['more than 400 KB', { pk: 'refuse', sk: '1', body: new Uint8Array(409_600) }],
        ['more than 400 KB of text outside ASCII', { pk: 'refuse', sk: '1', body: 'ä'.repeat(205_000) }],
        ['NaN', { pk: 'refuse', sk: '1', number: Number.NaN }],
        ['infinity', { pk: 'refuse', sk: '1', list: [Number.POSITIVE_INFINITY] }],
        ['a number too large', { pk: 'refuse', sk: '1', number: 1e126 }],
        ['a number too small', { pk: 'refuse', sk: '1', number: -9e-131 }],
        ['33 levels', { pk: 'refuse', sk: '1', list: deep(33) }],
        ['an attribute without name', { pk: 'refuse', sk: '1', '': 1 }],
      ])('%s', async (_, item) => {
        await expect(table.put(item)).rejects.toMatchObject({ code: 'invalid' })
        await expect(table.batch([{ pk: 'refuse', sk: 'good' }, item])).rejects.toMatchObject({ code: 'invalid' })
        expect(await rows('refuse')).toEqual([])
      })

      it('empty keys and senseless bounds in reads', async () => {
        await expect(table.get('', '1')).rejects.toMatchObject({ code: 'invalid' })
        await expect(table.delete('refuse', '')).rejects.toMatchObject({ code: 'invalid' })
        await expect(rows('')).rejects.toMatchObject({ code: 'invalid' })
        await expect(rows('refuse', { limit: -1 })).rejects.toMatchObject({ code: 'invalid' })
        await expect(rows('refuse', { limit: 1.5 })).rejects.toMatchObject({ code: 'invalid' })
      })

      it('but takes what is just within the limits', async () => {
        const item = {
          pk: 'x'.repeat(2048),
          sk: 'y'.repeat(1024),
          body: new Uint8Array(409_600 - 3300),
          list: deep(31),
        }
        await table.put(item)
        expect(await table.get(item.pk, item.sk)).toEqual(item)
      })
    })

    tableConditions(() => table, start)

    it('hides expired rows from every read', async () => {
      now = start
      const at = (seconds: number) => start / 1000 + seconds
      await table.batch([
        { pk: 'expires', sk: '1' },
        { pk: 'expires', sk: '2', expires: at(10) },
        { pk: 'expires', sk: '3', expires: at(20) },
        { pk: 'expires', sk: '4', expires: at(-1) },
        { pk: 'expires', sk: '5', expires: at(30) },
      ])
      expect(await sortKeys('expires')).toEqual(['1', '2', '3', '5'])
      expect(await table.get('expires', '2')).toEqual({ pk: 'expires', sk: '2', expires: at(10) })
      now = start + 9_999
      expect(await sortKeys('expires')).toEqual(['1', '2', '3', '5'])
      now = start + 10_000
      expect(await table.get('expires', '2')).toBeUndefined()
      expect(await sortKeys('expires')).toEqual(['1', '3', '5'])
      expect(await sortKeys('expires', { limit: 2, from: '2' })).toEqual(['3', '5'])
      expect(await sortKeys('expires', { limit: 2, reverse: true, to: '4' })).toEqual(['3', '1'])
      await table.put({ pk: 'expires', sk: '2', expires: at(40) }, 'absent')
      expect(await sortKeys('expires')).toEqual(['1', '2', '3', '5'])
      now = start
    })

    describe('query', () => {
      const order = [
        '!',
        '0',
        '00',
        '1',
        'A',
        'Z',
        '_',
        'a',
        'a\0',
        'a\0b',
        'a#',
        'aa',
        'z',
        '~',
        'ä',
        'é',
        '日',
        '\uffff',
        '😀',
        '😁',
      ]
      beforeAll(async () => {
        if (!skip) await table.batch([...order].reverse().map((sk) => ({ pk: 'order', sk })))
      })

      it('sorts by UTF-8 bytes', async () => {
        expect([...order].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))).toEqual(order)
        expect(await sortKeys('order')).toEqual(order)
        expect(await sortKeys('order', { reverse: true })).toEqual([...order].reverse())
      })

      it('takes any bounds, direction and limit', async () => {
        const bound = fc.option(
          fc.oneof(fc.constantFrom(...order), fc.constantFrom('', 'a\u0001', 'b', 'ö', '\ud7ff')),
          {
            nil: undefined,
          },
        )
        await fc.assert(
          fc.asyncProperty(bound, bound, fc.boolean(), fc.nat({ max: 22 }), async (from, to, reverse, limit) => {
            const within = order.filter(
              (sk) =>
                (from === undefined || Buffer.compare(Buffer.from(sk), Buffer.from(from)) >= 0) &&
                (to === undefined || Buffer.compare(Buffer.from(sk), Buffer.from(to)) <= 0),
            )
            const range = { ...(from !== undefined && { from }), ...(to !== undefined && { to }), reverse }
            const expected = reverse ? within.reverse() : within
            expect(await sortKeys('order', range)).toEqual(expected)
            expect(await sortKeys('order', { ...range, limit })).toEqual(expected.slice(0, limit))
          }),
          { numRuns: 50, seed: 1 },
        )
      })

      it('stays within its partition', async () => {
        await table.batch(['p', 'p#', 'p\0', 'pp'].map((pk) => ({ pk, sk: '1' })))
        expect(await rows('p')).toEqual([{ pk: 'p', sk: '1' }])
      })

      it('pages over more than 1 MB in both directions', async () => {
        const items = Array.from({ length: 40 }, (_, i) => ({
          pk: 'large',
          sk: String(i).padStart(3, '0'),
          body: new Uint8Array(100_000).fill(i),
        }))
        await table.batch(items)
        const keys = items.map(({ sk }) => sk)
        expect(await rows('large')).toEqual(items)
        expect(await sortKeys('large', { reverse: true })).toEqual([...keys].reverse())
        expect(await sortKeys('large', { limit: 25 })).toEqual(keys.slice(0, 25))
        expect(await sortKeys('large', { reverse: true, limit: 25, to: '035' })).toEqual(keys.slice(11, 36).reverse())
        expect(await sortKeys('large', { from: '005', to: '030' })).toEqual(keys.slice(5, 31))
      })

      it('can be left early and read while rows change', async () => {
        for await (const row of table.query('large')) {
          expect(row.sk).toBe('000')
          break
        }
        const seen: string[] = []
        for await (const row of table.query('large')) {
          seen.push(row.sk)
          await table.delete('large', row.sk)
        }
        expect(seen).toHaveLength(40)
        expect(await rows('large')).toEqual([])
      })
    })

    it('writes batches of any size; of one key, the last wins', async () => {
      await table.batch([])
      const items = Array.from({ length: 260 }, (_, i) => ({ pk: 'batch', sk: String(i % 130).padStart(4, '0'), i }))
      await table.batch(items)
      expect(await rows('batch')).toEqual(items.slice(130))
    })

    it('behaves like a map under any operations', async () => {
      await behavesLikeAMap(table, start, (moment) => {
        now = moment
      })
      now = start
    })
  })
}
