import type { Row } from './oracle-counters.ts'
import type { Known } from './oracle-facts.ts'
import { both, inside, rate, type Subject, sumOf, unknownRate } from './oracle-values.ts'

const RATES = {
  delivery_rate: ['delivered', 'sent'],
  open_rate: ['opened', 'delivered'],
  click_rate: ['clicked', 'delivered'],
  click_to_open_rate: ['clicked', 'opened'],
  unsubscribe_rate: ['unsubscribed', 'delivered'],
  email_response_rate: ['replied', 'delivered'],
} as const

/** Metrics of mailings. */
export function emailMetrics({ rows, has, dayOf }: Known): Subject {
  const mails = rows('sends')
    .filter(({ channel }) => channel === 'email')
    .map((row): Row & { day: string } => ({ ...row, day: dayOf(row.at) }))
  type Mail = (typeof mails)[number]
  return Object.fromEntries(
    Object.entries(RATES).map(([id, [above, below]]) => [
      id,
      (day, window) => {
        if (!has('sends')) return unknownRate()
        const within = inside(day, window)
        const list = mails.filter((one) => within(one.day) && one[above] !== undefined && one[below] !== undefined)
        return rate({
          above: list,
          top: (some) => sumOf(some, (one) => Number(one[above])),
          below: list,
          bottom: (some) => sumOf(some, (one) => Number(one[below])),
          per: 100,
          by: { source: both((one: Mail) => one.source) },
        })
      },
    ]),
  )
}
