import { commerceMetrics } from './oracle-commerce.ts'
import { emailMetrics } from './oracle-email.ts'
import { type Truth, understand } from './oracle-facts.ts'
import { interactionMetrics } from './oracle-interaction.ts'
import { loyaltyMetrics, populationOf } from './oracle-loyalty.ts'
import { salesMetrics } from './oracle-sales.ts'
import { scoreOf } from './oracle-score.ts'
import { socialMetrics } from './oracle-social.ts'
import { supportMetrics } from './oracle-support.ts'
import type { Expected, Subject, Window } from './oracle-values.ts'
import { voiceMetrics } from './oracle-voice.ts'
import { webMetrics } from './oracle-web.ts'

/** The only windows in which these have a meaning. */
const ONLY: Readonly<Record<string, readonly Window[]>> = { stickiness: [28], customer_lifetime_value: ['all'] }
/** There is nobody before all of time. */
const NOT_EVER = ['churn_rate', 'retention_rate']

/** All metrics by loops over lists: metric → window → what it must say of a day, finality and coverage aside. */
export function oracle(truth: Truth): (day: string) => Record<string, Record<string, Expected>> {
  const known = understand(truth)
  const population = populationOf(known)
  const subjects: Subject = {
    ...interactionMetrics(known, population),
    ...loyaltyMetrics(known, population),
    ...webMetrics(known),
    ...socialMetrics(known),
    ...emailMetrics(known),
    ...supportMetrics(known),
    ...voiceMetrics(known),
    ...commerceMetrics(known),
    ...salesMetrics(known),
  }
  const shown = (id: string): readonly Window[] => {
    const own = ONLY[id] ?? truth.windows.filter((window) => window !== 'all' || !NOT_EVER.includes(id))
    return [...own, ...truth.score.filter(({ metric }) => metric === id).map(({ window }) => window)]
  }
  return (day) => ({
    ...Object.fromEntries(
      Object.entries(subjects).map(([id, say]) => [
        id,
        Object.fromEntries(shown(id).map((window) => [window === 'all' ? 'all' : `${window}d`, say(day, window)])),
      ]),
    ),
    engagement_score: { '1d': scoreOf(truth.score, ({ metric, window }) => subjects[metric]!(day, window)) },
  })
}
