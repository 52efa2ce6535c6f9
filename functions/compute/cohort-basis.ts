import { createHash } from 'node:crypto'
import { customers, interactions } from '../facts.ts'
import type { ConfigData } from '../kit/config.ts'
import { addDays, type Day } from '../kit/day.ts'
import { distinct, distinctCount, joined, type Metric, total } from '../kit/metric.ts'
import { addPeriods, eachPeriod, endOfPeriod, type Period, periods, startOfPeriod } from '../kit/period.ts'
import { type Basis, Coverage } from './coverage.ts'
import type { DerivedIndex } from './derived.ts'
import { interactionFacts } from './load-facts.ts'

/** Every period of one kind that has ended, oldest first, and what numbers about it rest on. */
export interface Calendar {
  readonly starts: readonly Day[]
  /** Of who joined in the period. */
  readonly joined: readonly Basis[]
  /** Of who was present at its end, or did something within it. */
  readonly present: readonly Basis[]
}

export type Calendars = Readonly<Record<Period, Calendar>>

const none = { id: 'none', title: '', definition: '', unit: 'count', direction: null } as const

/** Coverage is asked for metrics; these are not published. */
const JOINED: Metric = total({ ...none, measure: joined(customers) })
const ACTIVE: Metric = distinctCount({
  ...none,
  measure: distinct(interactions, 'customer', { actor: 'customer' }),
})

/** First day of the newest period that has ended by the end of `day`. */
export function lastEnded(day: Day, period: Period): Day {
  const start = startOfPeriod(day, period)
  return endOfPeriod(start, period) === day ? start : addPeriods(start, -1, period)
}

/** Periods from the one that holds `first` to the last that has ended by the end of `to`. */
export function calendarsOf(config: ConfigData, index: DerivedIndex, first: Day, to: Day): Calendars {
  const earliest = periods.map((period) => startOfPeriod(first, period)).sort()[0]!
  const coverage = earliest > to ? null : new Coverage(config, index, earliest, to, 0)
  const calendar = (period: Period): Calendar => {
    const starts = eachPeriod(first, lastEnded(to, period), period)
    const basis = (metric: Metric, from: Day, day: Day) => coverage!.of(metric, from, day)
    return {
      starts,
      joined: starts.map((start) => basis(JOINED, start, endOfPeriod(start, period))),
      present: starts.map((start) => {
        const end = endOfPeriod(start, period)
        return config.churn === 'contractual' ? basis(JOINED, end, end) : basis(ACTIVE, start, end)
      }),
    }
  }
  return { week: calendar('week'), month: calendar('month') }
}

/** The last day of any period that has ended. */
export function settledDay(to: Day): Day {
  return periods
    .map((period) => endOfPeriod(lastEnded(to, period), period))
    .sort()
    .at(-1)!
}

/** Digest of everything that persons, spells and actions of days up to `through` come from. */
export function inputsDigest(config: ConfigData, index: DerivedIndex, through: Day): string {
  const { churn, owners, sources } = config
  const facts = churn === 'contractual' ? ['customers'] : ['customers', ...interactionFacts]
  // A vendor's day may end a day later than the reporting day.
  const upTo = addDays(through, 1)
  return digestOf([
    [churn, owners, index.contactsOnly, index.identity],
    sources.map(({ id, streams }) => [id, streams.map(({ name, emits }) => [name, emits])]),
    facts.map((fact) => [
      Object.entries(index.days[fact] ?? {})
        .filter(([day]) => day <= upTo)
        .sort(),
      Object.entries(index.states)
        .map(([id, byFact]) => [id, byFact[fact]])
        .sort(),
    ]),
  ])
}

export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
}
