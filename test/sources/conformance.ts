import { describe, expect, test } from 'vitest'
import { checkFacts, checkSamples } from './conformance/check-facts.ts'
import { checkFaults, checkTokens } from './conformance/check-faults.ts'
import { checkIngest } from './conformance/check-ingest.ts'
import { checkPages } from './conformance/check-pages.ts'
import { checkSecrets } from './conformance/check-secrets.ts'
import { type Check, type Conformed, isSkip, type Played, play } from './conformance/conformed.ts'

export type { Conformed, Played } from './conformance/conformed.ts'

/** All checks of a source, by the stream that they are of. */
export function checksOf(given: Conformed): ReadonlyMap<string, readonly Check[]> {
  const all = new Map<string, readonly Check[]>()
  for (const name of Object.keys(given.streams)) {
    const checks = [checkFacts, checkPages, checkIngest, checkFaults].flatMap((make) => make(given, name))
    all.set(name, checks.map(withSkips))
  }
  const whole = { name: 'every stream is examined', run: examinesAll }
  all.set('all streams', [whole, ...checkSamples(given), ...checkTokens(given), ...checkSecrets(given)].map(withSkips))
  return all

  function withSkips(check: Check): Check {
    const skip = given.skips?.[check.name]
    return skip === undefined ? check : { ...check, run: { skip } }
  }

  async function examinesAll(): Promise<void> {
    await play(given.start('empty'), async (played) => {
      expect(Object.keys(given.streams).sort()).toEqual(Object.keys(given.source(played).streams).sort())
    })
    const names = [...all.values()].flat().map(({ name }) => name)
    expect(Object.keys(given.skips ?? {}).filter((name) => !names.includes(name))).toEqual([])
  }
}

/** Runs the conformance suite over a source and the vendor that is played for it. */
export function conformSource<P extends Played>(name: string, given: Conformed<P>): void {
  // Whatever `start` gives is all that the other functions are given.
  const checks = checksOf(given as unknown as Conformed)
  describe(`${name} conforms`, () => {
    for (const [stream, ofStream] of checks) {
      describe(stream, () => {
        for (const { name, run } of ofStream) {
          if (isSkip(run)) test.skip(`${name} (skipped: ${run.skip})`)
          else test(name, run)
        }
      })
    }
  })
}
