import { customers, interactions, orders } from '../../functions/facts.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import { type Person, person } from '../../functions/kit/person.ts'
import type { Snapshot, Warning, WindowValue } from '../../functions/store/rows.ts'

/** Somebody known by an e-mail address only. */
export const somebody = (name: string): Person => person({ email: `${name}@x.example` })

type Interaction = Parameters<typeof interactions>[0]

/** A visit that the customer began, unless said otherwise. */
export const visit = (at: string, given: Partial<Interaction> = {}): FactRow =>
  interactions({ at, channel: 'web', kind: 'visit', initiator: 'customer', ...given })

/** A customer since long ago, unless said otherwise. */
export const customer = (who: Person | string, given: Partial<Parameters<typeof customers>[0]> = {}): FactRow =>
  customers({ customer: typeof who === 'string' ? somebody(who) : who, since: '2020-01-01', ...given })

/** An order in euros, unless said otherwise. */
export const order = (
  id: string,
  at: string,
  amount: number,
  given: Partial<Parameters<typeof orders>[0]> = {},
): FactRow => orders({ id, at, amount, currency: 'EUR', kind: 'order', ...given })

/** What a metric says in a window. */
export function valueIn({ metrics }: Snapshot, metric: string, window = '1d'): WindowValue {
  const found = metrics[metric]?.windows[window]
  if (!found) throw new Error(`no ${metric} in ${window}`)
  return found
}

/** Values of a breakdown by group. */
export function byGroup(
  snapshot: Snapshot,
  metric: string,
  dimension: string,
  window = '1d',
): Record<string, number | null> {
  const groups = valueIn(snapshot, metric, window).by?.[dimension] ?? {}
  return Object.fromEntries(Object.entries(groups).map(([group, { value }]) => [group, value]))
}

/** Warnings of one code. */
export const warningsOf = ({ warnings }: Snapshot, code: string): Warning[] =>
  warnings.filter((one) => one.code === code)
