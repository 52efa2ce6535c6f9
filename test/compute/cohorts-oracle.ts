/** A time at which somebody was a customer: whole days, `until` not included; null while it lasts. */
export interface PlainSpell {
  readonly person: string
  readonly from: string
  readonly until: string | null
}

/** Somebody did something on a day. */
export interface PlainAction {
  readonly person: string
  readonly day: string
}

const DAY = 86_400_000
const plus = (day: string, n: number) => new Date(Date.parse(day) + n * DAY).toISOString().slice(0, 10)

/** Names the week or month of a day, by walking back to its first. */
export function firstOf(day: string, period: 'week' | 'month'): string {
  const begins = (one: string) => (period === 'month' ? one.endsWith('-01') : new Date(one).getUTCDay() === 1)
  let at = day
  while (!begins(at)) at = plus(at, -1)
  return at
}

/**
 * Retention cohorts by loops over lists: `{ cohort: [size, retained at age 0, 1, …] }`, empty ones left out. Periods
 * count that have ended on `last` or before.
 */
export function cohortsByLoops(
  spells: readonly PlainSpell[],
  actions: readonly PlainAction[] | 'contractual',
  period: 'week' | 'month',
  last: string,
): Record<string, number[]> {
  const joined = new Map<string, string>()
  for (const { person, from, until } of spells) {
    if (until !== null && until <= from) continue
    const known = joined.get(person)
    if (known === undefined || from < known) joined.set(person, from)
  }
  const firsts = [...joined.values()].sort()
  const found: Record<string, number[]> = {}
  for (let start = firsts[0] ?? plus(last, 1); start <= last; start = plus(start, 1)) {
    const cohort = firstOf(start, period)
    if (found[cohort] !== undefined) continue
    const members = [...joined].filter(([, from]) => firstOf(from, period) === cohort).map(([person]) => person)
    const numbers = [members.length]
    let days: string[] = []
    for (let day = cohort; day <= last; day = plus(day, 1)) {
      days.push(day)
      if (firstOf(plus(day, 1), period) !== plus(day, 1)) continue
      const [end, within] = [day, days]
      const here = members.filter((person) =>
        actions === 'contractual'
          ? spells.some((s) => s.person === person && s.from <= end && (s.until === null || s.until > end))
          : actions.some((action) => action.person === person && within.includes(action.day)),
      )
      numbers.push(here.length)
      days = []
    }
    if (members.length > 0 && numbers.length > 1) found[cohort] = numbers
  }
  return found
}
