import { describe, expect, it } from 'vitest'
import type { Condition, Item, Table } from '../../functions/store/table.ts'

/**
 * What every table promises of conditional writes.
 * @param start what the table's clock says, in epoch milliseconds
 */
export function tableConditions(table: () => Table, start: number) {
  describe('conditions', () => {
    const row = { pk: 'condition', sk: '1', n: 5, s: 'm', u: '\uffff', b: true, z: null }
    const equal = (attribute: string, value: string | number, orAbsent?: boolean): Condition =>
      orAbsent === undefined ? { attribute, is: '=', value } : { attribute, is: '=', value, orAbsent }
    const less = (attribute: string, value: string | number, orAbsent?: boolean): Condition =>
      orAbsent === undefined ? { attribute, is: '<', value } : { attribute, is: '<', value, orAbsent }

    it.each<[Condition, boolean, boolean]>([
      // condition, holds of the row, holds of no row
      ['absent', false, true],
      [equal('n', 5), true, false],
      [equal('n', 6), false, false],
      [equal('n', '5'), false, false],
      [equal('s', 'm'), true, false],
      [equal('s', 'M'), false, false],
      [equal('s', ''), false, false],
      [equal('none', 5), false, false],
      [equal('b', 1), false, false],
      [equal('z', 0), false, false],
      [equal('n', 5, true), true, true],
      [equal('n', 6, true), false, true],
      [equal('none', 6, true), false, true],
      [equal('n', 5, false), true, false],
      [equal('sk', '1'), true, false],
      [less('n', 6), true, false],
      [less('n', 5), false, false],
      [less('n', 4), false, false],
      [less('n', 10), true, false],
      [less('n', 5.5), true, false],
      [less('n', 'z'), false, false],
      [less('s', 'n'), true, false],
      [less('s', 'm'), false, false],
      [less('s', 'mm'), true, false],
      [less('s', 9), false, false],
      [less('u', '😀'), true, false],
      [less('none', 'z'), false, false],
      [less('b', 2), false, false],
      [less('z', 2), false, false],
      [less('n', 6, true), true, true],
      [less('n', 4, true), false, true],
      [less('none', 4, true), false, true],
    ])('%j holds of the row: %s, of none: %s', async (condition, ofRow, ofNone) => {
      const other = { pk: 'condition', sk: '1', other: true }
      const set = async (there: Item | undefined) =>
        there ? await table().put(there) : await table().delete('condition', '1')
      for (const [there, holds] of [
        [row, ofRow],
        [undefined, ofNone],
      ] as const) {
        await set(there)
        expect(await table().put(other, condition)).toBe(holds)
        expect(await table().get('condition', '1')).toEqual(holds ? other : there)
        await set(there)
        expect(await table().delete('condition', '1', condition)).toBe(holds)
        expect(await table().get('condition', '1')).toEqual(holds ? undefined : there)
      }
      await table().put({ ...row, expires: start / 1000 })
      expect(await table().put(other, condition)).toBe(ofNone)
      await table().put({ ...row, expires: start / 1000 + 1 })
      expect(await table().put(other, condition)).toBe(ofRow)
    })

    it('refuses values that no row can hold', async () => {
      await expect(table().put(row, equal('n', Number.NaN))).rejects.toMatchObject({ code: 'invalid' })
      await expect(table().put(row, less('', 1))).rejects.toMatchObject({ code: 'invalid' })
    })

    it('lets exactly one of fifty creators win', async () => {
      const won = await Promise.all(
        Array.from({ length: 50 }, (_, by) => table().put({ pk: 'race', sk: 'create', by }, 'absent')),
      )
      expect(won.filter(Boolean)).toHaveLength(1)
      expect((await table().get('race', 'create'))!.by).toBe(won.indexOf(true))
    })

    it('lets exactly one of fifty take over what they all found', async () => {
      await table().put({ pk: 'race', sk: 'taken', at: 'before', by: -1 })
      const won = await Promise.all(
        Array.from({ length: 50 }, (_, by) =>
          table().put({ pk: 'race', sk: 'taken', at: 'after', by }, equal('at', 'before')),
        ),
      )
      expect(won.filter(Boolean)).toHaveLength(1)
      expect((await table().get('race', 'taken'))!.by).toBe(won.indexOf(true))
    })

    it('loses none of fifty increments that are tried until they succeed', async () => {
      await table().put({ pk: 'race', sk: 'count', n: 0 })
      const increment = async () => {
        for (;;) {
          const n = (await table().get('race', 'count'))!.n as number
          if (await table().put({ pk: 'race', sk: 'count', n: n + 1 }, equal('n', n))) return
        }
      }
      await Promise.all(Array.from({ length: 50 }, increment))
      expect((await table().get('race', 'count'))!.n).toBe(50)
    })

    it('ends at the newest of fifty runs, in whatever order they come', async () => {
      const runs = Array.from({ length: 50 }, (_, i) => `run-${String((i * 37) % 50).padStart(2, '0')}`)
      await Promise.all(runs.map((run) => table().put({ pk: 'race', sk: 'run', run }, less('run', run, true))))
      expect((await table().get('race', 'run'))!.run).toBe('run-49')
    })
  })
}
