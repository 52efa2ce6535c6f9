import * as fc from 'fast-check'
import { expect } from 'vitest'
import type { Item, Table } from '../../functions/store/table.ts'
import { memoryTable } from './memory-table.ts'

const PARTITIONS = ['m1', 'm2']
const SORT_KEYS = ['a', 'a#', 'b', 'ä', '\uffff', '😀']

/**
 * Fails unless the table answers any sequence of operations as `memoryTable` does.
 * @param setClock sets the table's clock, in epoch milliseconds
 */
export async function behavesLikeAMap(table: Table, start: number, setClock: (moment: number) => void) {
  let now = start
  const model = memoryTable(() => now)
  const pk = fc.constantFrom(...PARTITIONS)
  const sk = fc.constantFrom(...SORT_KEYS)
  const row = fc
    .record({
      pk,
      sk,
      n: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
      s: fc.option(fc.constantFrom('', 'x', 'y', '\uffff', '😀'), { nil: undefined }),
      expires: fc.option(
        fc.integer({ min: 0, max: 6 }).map((seconds) => start / 1000 + seconds),
        { nil: undefined },
      ),
    })
    .map(({ expires, ...rest }): Item => (expires === undefined ? rest : { ...rest, expires }))
  const condition = fc.option(
    fc.oneof(
      fc.constant('absent' as const),
      fc.record({
        attribute: fc.constantFrom('n', 's', 'none', 'expires'),
        is: fc.constantFrom('=' as const, '<' as const),
        value: fc.constantFrom<string | number>(0, 2, start / 1000 + 3, '', 'x', '😀'),
        orAbsent: fc.boolean(),
      }),
    ),
    { nil: undefined },
  )
  const range = fc
    .record({ from: fc.option(sk), to: fc.option(sk), reverse: fc.boolean(), limit: fc.option(fc.nat({ max: 5 })) })
    .map(({ from, to, reverse, limit }) => ({
      ...(from !== null && { from }),
      ...(to !== null && { to }),
      ...(limit !== null && { limit }),
      reverse,
    }))
  type Step = (on: Table) => Promise<unknown>
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(row, condition).map(
        ([item, c]): Step =>
          (on) =>
            on.put(item, c),
      ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(pk, sk, condition).map(
        ([p, s, c]): Step =>
          (on) =>
            on.delete(p, s, c),
      ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(pk, sk).map(
        ([p, s]): Step =>
          (on) =>
            on.get(p, s),
      ),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(pk, range).map(
        ([p, r]): Step =>
          (on) =>
            Array.fromAsync(on.query(p, r)),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.array(row, { maxLength: 6 }).map(
        (items): Step =>
          (on) =>
            on.batch(items),
      ),
    },
  )
  const moment = fc.record({ after: fc.constantFrom(0, 0, 0, 500, 1_000, 2_500), step })
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 5, maxLength: 40 }), async (moments) => {
      now = start
      setClock(now)
      for (const on of [model, table]) {
        for (const p of PARTITIONS) for (const s of SORT_KEYS) await on.delete(p, s)
      }
      for (const { after, step } of moments) {
        now += after
        setClock(now)
        expect(await step(table)).toEqual(await step(model))
      }
    }),
    { numRuns: 40, seed: 1 },
  )
}
