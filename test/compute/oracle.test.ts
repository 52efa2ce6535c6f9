import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays, eachDay } from '../../functions/kit/day.ts'
import { type Snapshot, windowName } from '../../functions/store/rows.ts'
import { checkProperty, differences } from './check-property.ts'
import { deploy } from './deployment.ts'
import { oracle } from './oracle.ts'
import { type Draw, drawDeployment, FIRST, lastOf, nowOf, truthOf, vendorsOf } from './random-deployment.ts'

/** Values, parts and breakdowns of one window, without coverage and finality. */
function valuesOf({ metrics }: Snapshot, window: number | 'all'): unknown {
  return Object.fromEntries(
    Object.entries(metrics).map(([id, { windows }]) => {
      const { finality: _, coverage: __, ...values } = windows[windowName(window)] ?? ({} as never)
      return [id, values]
    }),
  )
}

test('every value, part and breakdown is what loops over lists find', { timeout: 900_000 }, async () => {
  const property = fc.asyncProperty(fc.gen(), fc.nat(29), async (gen, back) => {
    const draw: Draw = (arbitrary) => gen(() => arbitrary)
    const given = drawDeployment(draw)
    const expected = oracle(truthOf(given))
    await using home = await deploy({ vendors: vendorsOf(given.holdings), ...given.settings }, nowOf(given))
    await home.collect({ from: FIRST, to: lastOf(given) })
    const from = addDays(lastOf(given), -back)
    await home.compute({ from, to: lastOf(given) })
    for (const date of eachDay(from, lastOf(given))) {
      const snapshot = await home.snapshot(date)
      for (const window of given.settings.windows ?? []) {
        const wanted = expected(date, window)
        const all = valuesOf(snapshot, window) as Record<string, unknown>
        const found = differences(
          wanted,
          Object.fromEntries(Object.keys(wanted).map((id) => [id, all[id]])),
          `${date} ${window}`,
        )
        expect(found.slice(0, 9)).toEqual([])
      }
    }
  })
  await checkProperty(property, 20)
})
