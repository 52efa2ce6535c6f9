import { monthlyCost } from '../../cli/monthly-cost.ts'
import type { Claim } from './claim.ts'
import { notShown, pass } from './claim.ts'

/** What it costs: estimated from the deployed template, and asked of Cost Explorer where that is wanted. */
export const costSoFar: Claim = {
  claim: 'it costs what it is said to cost',
  notEvidence: 'an emulator sends no bill',
  async look({ stack, spent }) {
    const { dollars, afterFreeTier, prices } = monthlyCost(await stack.template(), { interactions: 1_000_000 })
    const estimate = `estimate: $${dollars.toFixed(2)} a month, $${afterFreeTier.toFixed(2)} with what AWS gives every account (${prices})`
    const done = 'priced the deployed template, with a million interactions a month'
    if (!spent) return notShown(done, `${estimate}; what was booked was not asked: --ask-cost does, for one cent`)
    const booked = await spent()
    const asked = `${done}, and asked Cost Explorer for one cent`
    if (!booked) {
      return notShown(
        asked,
        `${estimate}; nothing is booked under the tag tidemark:stage: activate it as a cost allocation tag in Billing, and ask again a day later`,
      )
    }
    return pass(asked, `${estimate}; booked since ${booked.from}: $${booked.dollars.toFixed(2)}`)
  },
}
