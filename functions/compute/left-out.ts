import { calculatedOf } from '../kit/calculated.ts'
import type { ConfigData } from '../kit/config.ts'
import { addDays, type Day } from '../kit/day.ts'
import type { Metric } from '../kit/metric.ts'
import type { Warning } from '../store/rows.ts'
import type { Duck } from './duck.ts'
import { measuresOf } from './evaluate.ts'
import { shapes } from './fact-sql.ts'
import { owned } from './load-facts.ts'
import { onceFacts } from './said-once.ts'

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
export async function leftOut(
  duck: Duck,
  config: ConfigData,
  metrics: readonly Metric[],
): Promise<(day: Day) => Warning[]> {
  const kinds = [
    ...(await withoutRate(duck, config)),
    ...(await ofNonOwners(duck, config)),
    ...(await saidAgain(duck)),
    ...(await firstReadings(duck)),
    ...(await unreadable(duck, metrics)),
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
  for (const fact of Object.keys(shapes)) {
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

/** Rows of things that were said before, or better, and count once. */
async function saidAgain(duck: Duck): Promise<Kind[]> {
  const kinds: Kind[] = []
  const dropped = await duck.rows<{ name: string }>(
    "SELECT table_name AS name FROM duckdb_tables() WHERE table_name LIKE 'once\\_%' ESCAPE '\\'",
  )
  for (const fact of onceFacts.filter((one) => dropped.some(({ name }) => name === `once_${one}`))) {
    const again = `(SELECT source, day FROM counted_${fact} EXCEPT ALL SELECT source, day FROM owned_${fact})`
    for (const [source, days] of await grouped(duck, 'source', again)) {
      const message = (n: number) => `${n} ${fact} were said again, and count once`
      kinds.push({ ever: false, days, warning: (n) => ({ code: 'said_again', source, message: message(n) }) })
    }
  }
  return kinds
}

/** Of counters whose changes count; a source may say those interactions itself. */
async function firstReadings(duck: Duck): Promise<Kind[]> {
  const found = await grouped(
    duck,
    'source',
    `(SELECT DISTINCT c.source, day, id FROM counter_changes c ANTI JOIN said s ON s.source = c.source AND s.what = c.channel || '.' || c.kind WHERE baseline)`,
  )
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

/** Rows that a metric cannot read: answers on an unusual scale, say. */
async function unreadable(duck: Duck, metrics: readonly Metric[]): Promise<Kind[]> {
  const kinds: Kind[] = []
  for (const [sql, { fact, metrics: ids, description }] of expectations(metrics)) {
    for (const [source, days] of await grouped(duck, 'source', `f_${fact} WHERE ${sql}`)) {
      kinds.push({
        ever: false,
        days,
        warning: (n) => ({
          code: 'not_readable',
          source,
          message: `${n} ${fact} are left out of ${ids.join(', ')}: expected ${description}`,
        }),
      })
    }
  }
  return kinds
}

/** By the condition under which a row is left out. */
function expectations(metrics: readonly Metric[]) {
  const found = new Map<string, { fact: string; metrics: string[]; description: string }>()
  for (const metric of metrics) {
    for (const measure of measuresOf(metric)) {
      if (!('column' in measure)) continue
      const { sql, expected, description } = calculatedOf(measure.fact)[measure.column] ?? {}
      if (sql === undefined || expected === undefined) continue
      const condition = `(${expected}) AND "${measure.column}" IS NULL`
      const known = found.get(condition)
      if (known && !known.metrics.includes(metric.id)) known.metrics.push(metric.id)
      if (!known) found.set(condition, { fact: measure.fact.name, metrics: [metric.id], description: description! })
    }
  }
  return found
}
