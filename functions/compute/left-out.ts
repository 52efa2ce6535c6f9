import type { ConfigData } from '../kit/config.ts'
import { addDays, type Day } from '../kit/day.ts'
import type { Warning } from '../store/rows.ts'
import type { Duck } from './duck.ts'
import { loadedFacts, owned } from './load-facts.ts'

interface Counted {
  readonly day: Day
  readonly n: number
}

interface Kind {
  /** Counted up to the day, however long ago: spells last. */
  readonly ever: boolean
  readonly days: readonly Counted[]
  readonly warning: (n: number) => Warning
}

/** What is left out of the values of a day: rows of the longest window that ends on it. */
export async function leftOut(duck: Duck, config: ConfigData): Promise<(day: Day) => Warning[]> {
  const kinds = [
    ...(await withoutRate(duck, config)),
    ...(await ofNonOwners(duck, config)),
    ...(await firstReadings(duck)),
  ]
  const longest = config.windows.includes('all') ? null : Math.max(...config.windows.map(Number))
  return (day) =>
    kinds.flatMap(({ ever, days, warning }) => {
      const from = ever || longest === null ? '' : addDays(day, 1 - longest)
      const n = days.reduce((sum, one) => (one.day >= from && one.day <= day ? sum + one.n : sum), 0)
      return n > 0 ? [warning(n)] : []
    })
}

/** Rows by day, in one list for each value of `group`. */
async function grouped(duck: Duck, group: string, from: string): Promise<[string, Counted[]][]> {
  const rows = await duck.rows<{ g: string; day: Day; n: number }>(
    `SELECT ${group} AS g, CAST(day AS VARCHAR) AS day, CAST(count(*) AS DOUBLE) AS n FROM ${from} GROUP BY ALL ORDER BY ALL`,
  )
  return [...Map.groupBy(rows, ({ g }) => g)]
}

async function withoutRate(duck: Duck, config: ConfigData): Promise<Kind[]> {
  const found = await grouped(duck, 'currency', 'f_orders WHERE amount IS NULL')
  return found.map(([currency, days]) => ({
    ever: false,
    days,
    warning: (n) => ({
      code: 'currency_missing',
      effect: 'may rise',
      message: `${n} orders in ${currency} are left out of money metrics: no rate to ${config.currency} for their day`,
    }),
  }))
}

async function ofNonOwners(duck: Duck, config: ConfigData): Promise<Kind[]> {
  const kinds: Kind[] = []
  for (const fact of loadedFacts) {
    const condition = owned(fact, config)
    if (condition === 'true') continue
    for (const [source, days] of await grouped(duck, 'source', `raw_${fact} f WHERE NOT (${condition})`)) {
      const message = (n: number) => `${n} ${fact} are kept and not counted: another source owns them`
      kinds.push({
        ever: fact === 'customers',
        days,
        warning: (n) => ({ code: 'not_counted', source, message: message(n) }),
      })
    }
  }
  return kinds
}

async function firstReadings(duck: Duck): Promise<Kind[]> {
  const found = await grouped(duck, 'source', '(SELECT DISTINCT source, day, id FROM counter_changes WHERE baseline)')
  return found.map(([source, days]) => ({
    ever: false,
    days,
    warning: (n) => ({
      code: 'counter_baseline',
      source,
      message: `${n} posts were first read some time after they were published: what they had by then is not counted`,
    }),
  }))
}
