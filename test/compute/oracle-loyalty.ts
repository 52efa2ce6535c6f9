import type { Known, Spell } from './oracle-facts.ts'
import {
  type By,
  both,
  distinct,
  type Expected,
  figure,
  figureOfSome,
  firsts,
  inside,
  lengthOf,
  medianOf,
  named,
  plusDays,
  rate,
  type Subject,
  sumOf,
  unknown,
  unknownRate,
} from './oracle-values.ts'

/** Who is a customer at a day's end. */
export interface Population {
  /** How many: as the config states it, or counted; undefined where neither is known. */
  readonly size: (day: string) => number | undefined
  readonly present: (day: string) => ReadonlySet<string>
}

/** Somebody with the segment and origin that one asks for. */
interface Member {
  readonly person: string
  readonly segment: string
  readonly origin: string
}

const covers = ({ from, until }: Spell, day: string) => from <= day && (until === undefined || until > day)
const segment = (one: { readonly segment: string }) => one.segment
const origin = (one: { readonly origin: string }) => one.origin
const people = (list: readonly { readonly person: string }[]) => distinct(list, ({ person }) => person)

/** Who is a customer when. */
export function populationOf({ truth, spells, has }: Known): Population {
  const present = (day: string) => new Set(spells.filter((spell) => covers(spell, day)).map(({ person }) => person))
  return {
    present,
    size: (day) => {
      if (!truth.customers) return has('customers') ? present(day).size : undefined
      return truth.customers.filter(({ from }) => from <= day).sort((a, b) => (a.from < b.from ? 1 : -1))[0]?.count
    },
  }
}

/** Metrics of who comes, stays and goes. */
export function loyaltyMetrics(known: Known, population: Population): Subject {
  const { truth, spells, actions, rows, has, dayOf } = known
  const isKnown = has('customers')
  const ofPeople = (say: Subject[string]) => (isKnown ? say : unknown)
  const { isPresent, members } = presenceOf(known)
  const hasPresence =
    truth.churn === 'contractual'
      ? isKnown
      : has('interactions', 'orders', 'responses', 'tickets', 'referrals', 'posts')
  /** First and last day on which anything happens. */
  const days = [...spells.flatMap(({ from, until }) => [from, until ?? from]), ...actions.map(({ day }) => day)].sort()
  const start = days[0] ?? '9999'

  /** Those present just before the window. */
  const cohort = (day: string, window: number) => members(plusDays(day, -window))
  const share = (end: 'kept' | 'lost') => {
    return (day: string, window: number | 'all'): Expected => {
      if (!hasPresence) return unknownRate()
      const before = cohort(day, window as number)
      const above = before.filter(({ person }) => isPresent(person, day) === (end === 'kept'))
      return rate({ above, top: people, below: before, bottom: people, per: 100, by: { segment: both(segment) } })
    }
  }
  /** Persons who are not present, though they were on the day before some day of the window. */
  const gone = (day: string, window: number | 'all'): Member[] => {
    const within = inside(day, window)
    const found: Member[] = []
    const taken = new Set<string>()
    for (let on = day; on >= start && within(on); on = plusDays(on, -1)) {
      for (const member of members(plusDays(on, -1))) {
        if (taken.has(member.person) || isPresent(member.person, on) || isPresent(member.person, day)) continue
        taken.add(member.person)
        found.push(member)
      }
    }
    return found
  }
  const begun = firsts(
    spells.map((spell) => ({ ...spell, source: '', id: spell.person })),
    ({ from }) => from,
    { origin, segment },
  )
  const referrals = rows('referrals')
  const by: By<(typeof referrals)[number]> = { source: ({ source }) => source }
  const all = firsts(referrals, ({ at }) => dayOf(at), by)
  const converted = firsts(
    referrals.filter((row) => row.converted !== undefined),
    ({ at }) => dayOf(at),
    by,
  )
  const sourceOf = named('source')

  return {
    customers: (day) => {
      const size = population.size(day)
      if (size === undefined) return unknown()
      if (truth.customers) return { value: size, by: {} }
      return figure(
        spells.filter((spell) => covers(spell, day)),
        people,
        { segment, origin },
      )
    },
    new_customers: ofPeople((day, window) => {
      const within = inside(day, window)
      return figure(
        begun.filter((one) => within(one.day)),
        lengthOf,
        { origin: named('origin'), segment: named('segment') },
      )
    }),
    churned_customers: (day, window) => {
      if (!hasPresence) return unknown()
      return figure(gone(day, window), people, { origin, segment })
    },
    churn_rate: share('lost'),
    retention_rate: share('kept'),
    tenure: ofPeople((day) => {
      const whole = ages(spells, day)
      const value = figureOfSome(whole, (list) => medianOf(list.map(({ age }) => age)), {})
      const split = figure(agesBySegment(spells, day), (list) => medianOf(list.map(({ age }) => age)), { segment })
      return { ...value, by: split.by! }
    }),
    tenure_mean: isKnown
      ? (day) => {
          const mean = (list: readonly Aged[]) => ({
            above: list,
            top: (some: readonly Aged[]) => sumOf(some, ({ age }) => age),
            below: list,
            bottom: lengthOf,
          })
          const { by: _, ...value } = rate(mean(ages(spells, day)))
          return { ...value, by: rate({ ...mean(agesBySegment(spells, day)), by: { segment: both(segment) } }).by! }
        }
      : unknownRate,
    referrals: has('referrals')
      ? (day, window) => {
          const within = inside(day, window)
          return figure(
            all.filter((one) => within(one.day)),
            lengthOf,
            { source: sourceOf },
          )
        }
      : unknown,
    referral_conversion_rate: has('referrals')
      ? (day, window) => {
          const within = inside(day, window)
          return rate({
            above: converted.filter((one) => within(one.day)),
            top: lengthOf,
            below: all.filter((one) => within(one.day)),
            bottom: lengthOf,
            per: 100,
            by: { source: both(sourceOf) },
          })
        }
      : unknownRate,
  }
}

interface Aged {
  readonly segment: string
  readonly age: number
}

/** For how many days those present have been so, without a day in between. */
function ages(spells: readonly Spell[], day: string): Aged[] {
  const present = spells.filter((spell) => covers(spell, day))
  return [...new Set(present.map(({ person }) => person))].map((person) => {
    const mine = spells.filter((spell) => spell.person === person)
    let since = day
    while (mine.some((spell) => covers(spell, plusDays(since, -1)))) since = plusDays(since, -1)
    return { segment: '', age: (Date.parse(day) - Date.parse(since)) / 86_400_000 }
  })
}

/** The same of each segment by itself. */
const agesBySegment = (spells: readonly Spell[], day: string): Aged[] =>
  [...Map.groupBy(spells, segment)].flatMap(([name, mine]) => ages(mine, day).map((one) => ({ ...one, segment: name })))

/**
 * Who counts as present for churn: by contract, whoever has a spell; by inactivity, whoever did something in so many
 * days. Somebody's segment on a day is that of the last spell that had begun and says one.
 */
function presenceOf({ truth, spells, actions }: Known) {
  const { churn } = truth
  const cache = new Map<string, ReadonlyMap<string, Member>>()
  const lastKnown = (person: string, day: string, of: (spell: Spell) => string): string => {
    const saying = spells.filter((one) => one.person === person && one.from <= day && of(one) !== 'unknown')
    const last = saying
      .map(({ from }) => from)
      .sort()
      .at(-1)
    return (
      saying
        .filter(({ from }) => from === last)
        .map(of)
        .sort()[0] ?? 'unknown'
    )
  }
  const activity = actions.filter(({ actor, person }) => actor === 'customer' && person !== undefined)
  const on = (day: string): ReadonlyMap<string, Member> => {
    const known = cache.get(day)
    if (known) return known
    const within = churn === 'contractual' ? () => false : inside(day, churn.inactiveDays)
    const persons =
      churn === 'contractual'
        ? spells.filter((spell) => covers(spell, day)).map(({ person }) => person)
        : activity.filter((action) => within(action.day)).map(({ person }) => person!)
    const found = new Map(
      [...new Set(persons)].map((person): [string, Member] => [
        person,
        { person, segment: lastKnown(person, day, segment), origin: lastKnown(person, day, origin) },
      ]),
    )
    cache.set(day, found)
    return found
  }
  return {
    members: (day: string): Member[] => [...on(day).values()],
    isPresent: (person: string, day: string): boolean => on(day).has(person),
  }
}
