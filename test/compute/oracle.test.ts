import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays, eachDay } from '../../functions/kit/day.ts'
import { metrics } from '../../functions/metrics/index.ts'
import type { Snapshot } from '../../functions/store/rows.ts'
import { checkProperty, differences } from './check-property.ts'
import { deploy } from './deployment.ts'
import { oracle } from './oracle.ts'
import { type Draw, drawDeployment, FIRST, lastOf, nowOf, truthOf, vendorsOf } from './random-deployment.ts'

/** By metric and window: values, parts and breakdowns, without coverage and finality. */
function valuesOf({ metrics }: Snapshot): unknown {
  return Object.fromEntries(
    Object.entries(metrics).map(([id, { windows }]) => [
      id,
      Object.fromEntries(
        Object.entries(windows).map(([window, { finality: _, coverage: __, ...values }]) => [window, values]),
      ),
    ]),
  )
}

test('the oracle knows every metric: say in one of its files what a new one means', () => {
  const some = truthOf(drawDeployment((arbitrary) => fc.sample(arbitrary, { numRuns: 1, seed: 1 })[0]!))
  const known = Object.keys(oracle(some)(FIRST))
  expect(known.sort()).toEqual(metrics.map(({ id }) => id).sort())
})

test('every value, part and breakdown of every metric is what loops over lists find', {
  timeout: 900_000,
}, async () => {
  const property = fc.asyncProperty(fc.gen(), fc.nat(29), async (gen, back) => {
    const draw: Draw = (arbitrary) => gen(() => arbitrary)
    const given = drawDeployment(draw)
    const expected = oracle(truthOf(given))
    await using home = await deploy({ vendors: vendorsOf(given.holdings), ...given.settings }, nowOf(given))
    await home.collect({ from: FIRST, to: lastOf(given) })
    const from = addDays(lastOf(given), -back)
    await home.compute({ from, to: lastOf(given) })
    for (const date of eachDay(from, lastOf(given))) {
      const wanted = expected(date)
      const found = differences(wanted, valuesOf(await home.snapshot(date)), date)
      expect(found.slice(0, 9)).toEqual([])
    }
  })
  await checkProperty(property, 3)
})
