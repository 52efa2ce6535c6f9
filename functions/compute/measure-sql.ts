import type { Day } from '../kit/day.ts'
import type { Measure } from '../kit/metric.ts'
import { quote } from './duck.ts'
import { EXACT } from './load-facts.ts'

/** A measure; of a `count`, only of rows that have the column `having` too. */
export type Computed = Measure & { readonly having?: string }

/** Names a measure: equal declarations are one measure, computed once. */
export function measureId({ fact, ...rest }: Computed): string {
  return JSON.stringify({ fact: fact.name, ...rest })
}

/** Spans of presence per person: half-open days, disjoint; `until` null while it lasts. */
export const PRESENCE = 'presence'

/** Where a measure's rows lie, once `measureTable` has run. */
export const tableOf = (index: number) => `measure_${index}`

/**
 * Reduces a measure's rows to what windows need: values added up per day and dimensions, or different keys per day
 * and dimensions. Columns: `day`, the dimensions, and `v` or `key`.
 */
export function measureTable(measure: Computed, dimensions: readonly string[], name: string): string {
  return `CREATE OR REPLACE TEMP TABLE ${name} AS ${rowsOf(measure, dimensions)}`
}

function rowsOf(measure: Computed, dimensions: readonly string[]): string {
  const from = `f_${measure.fact.name}`
  const split = dimensions
    .map((dimension) => `, coalesce(${column(dimension)}, 'unknown') AS ${column(dimension)}`)
    .join('')
  switch (measure.kind) {
    case 'sum':
      return `SELECT day${split}, sum(exact(${column(measure.column)})) AS v FROM ${from} WHERE ${column(measure.column)} IS NOT NULL AND ${condition(measure.where)} GROUP BY ALL`
    case 'points':
      return `SELECT day${split}, sum(CAST(exact("count") AS DECIMAL(19, 3)) * CAST(weight AS DECIMAL(18, 6))) AS v FROM ${from} GROUP BY ALL`
    case 'count': {
      const first = dimensions
        .map((dimension, i) => `, arg_min(coalesce(${column(dimension)}, 'unknown'), day) AS d${i}`)
        .join('')
      const names = dimensions.map((dimension, i) => `, d${i} AS ${column(dimension)}`).join('')
      const complete = measure.having === undefined ? '' : ` AND ${column(measure.having)} IS NOT NULL`
      return `SELECT day${names}, CAST(count(*) AS ${EXACT}) AS v FROM (
        SELECT min(day) AS day${first} FROM ${from} WHERE ${condition(measure.where)}${complete} GROUP BY source, ${column(measure.column)}) GROUP BY ALL`
    }
    case 'distinct':
      return `SELECT DISTINCT day${split}, ${keyOf(measure)} AS key FROM ${from} WHERE ${keyOf(measure)} IS NOT NULL AND ${occurs(measure)} AND ${condition(measure.where)}`
    case 'repeated': {
      const of = measure.of === 'day' ? '' : `, source || ' ' || ${column(measure.of)} AS occasion`
      return `SELECT DISTINCT day${split}, ${keyOf(measure)} AS key${of} FROM ${from} WHERE ${keyOf(measure)} IS NOT NULL AND ${occurs(measure)} AND ${condition(measure.where)}`
    }
    case 'population':
      return `SELECT person AS key${split}, day AS since, left_day AS until FROM ${from} WHERE ${IN_POPULATION} AND (left_day IS NULL OR left_day > day)`
  }
}

/** Contacts count only where nobody is known to be a customer. */
export const IN_POPULATION = `(role = 'customer' OR NOT EXISTS (SELECT 1 FROM f_customers c WHERE c.role = 'customer'))`

/** People are resolved; every other key is unique within its source only. */
function keyOf({ column: name }: Extract<Measure, { kind: 'distinct' | 'repeated' }>): string {
  return name === 'customer' ? 'person' : `source || ' ' || ${column(name)}`
}

/**
 * An order of several lines happens once, on the day of its first; who bought is what the lines of that day say, so
 * that a line added later changes no earlier day.
 */
function occurs({ fact }: Measure): string {
  return fact.name === 'orders' ? 'day = order_day' : 'true'
}

const column = (name: string) => `"${name}"`

function condition(where: object | undefined): string {
  const tests = Object.entries(where ?? {}).map(([name, value]) => {
    const values = Array.isArray(value) ? value : [value]
    return `${column(name)} IN (${values.map((one) => (typeof one === 'string' ? quote(one) : String(one))).join(', ')})`
  })
  return tests.length > 0 ? tests.join(' AND ') : 'true'
}

/** Days of a sweep as a table expression. */
const days = (from: Day, to: Day) =>
  `(SELECT CAST(unnest(generate_series(DATE ${quote(from)}, DATE ${quote(to)}, INTERVAL 1 DAY)) AS DATE) AS day)`

/**
 * Values of a measure for every day of a range in one window: rows of (day, g, v), `g` being the value of `dimension`
 * or empty for the total. Days and groups without rows are absent.
 */
export function windowQuery(
  measure: Measure,
  name: string,
  window: number | 'all',
  dimension: string | null,
  from: Day,
  to: Day,
): string {
  const g = dimension === null ? `''` : column(dimension)
  if (measure.kind === 'sum' || measure.kind === 'points' || measure.kind === 'count') {
    const since = window === 'all' ? '' : ` AND m.day > d.day - ${window}`
    return `SELECT CAST(d.day AS VARCHAR) AS day, m.g, CAST(sum(m.v) AS VARCHAR) AS v FROM ${days(from, to)} d
      JOIN (SELECT day, ${g} AS g, sum(v) AS v FROM ${name} WHERE day <= DATE ${quote(to)} GROUP BY ALL) m ON m.day <= d.day${since} GROUP BY ALL`
  }
  const spans = spansOf(measure, name, window, g)
  return `WITH spans AS (${spans}),
    steps AS (
      SELECT g, greatest(s, DATE ${quote(from)}) AS day, 1 AS n FROM spans WHERE s <= DATE ${quote(to)} AND (e IS NULL OR e > DATE ${quote(from)})
      UNION ALL SELECT g, e, -1 FROM spans WHERE e > DATE ${quote(from)} AND e <= DATE ${quote(to)}),
    moves AS (SELECT g, day, sum(n) AS n FROM steps GROUP BY ALL)
    SELECT CAST(d.day AS VARCHAR) AS day, m.g, CAST(sum(m.n) AS VARCHAR) AS v FROM ${days(from, to)} d JOIN moves m ON m.day <= d.day GROUP BY ALL HAVING sum(m.n) <> 0`
}

/**
 * For which days a key counts: half-open spans, disjoint per (group, key), so that adding them up counts every key
 * once. A key seen on day x counts in windows that end on x … x + window − 1, or until it is seen again.
 */
function spansOf(measure: Measure, name: string, window: number | 'all', g: string): string {
  const later = `lead(day) OVER (PARTITION BY g, key ORDER BY day)`
  const end = (first: string) => (window === 'all' ? later : `least(${first} + ${window}, ${later})`)
  switch (measure.kind) {
    case 'population':
      return merged(`SELECT key, ${g} AS g, since, until FROM ${name}`)
    case 'repeated': {
      const occasions = measure.of === 'day' ? '' : ', occasion'
      const inTurn = `OVER (PARTITION BY g, key ORDER BY day${occasions})`
      const rows = `SELECT g, key, lag(day, ${measure.times - 1}) ${inTurn} AS first, day AS s, lead(day) ${inTurn} AS next FROM (SELECT DISTINCT day, ${g} AS g, key${occasions} FROM ${name})`
      const until = window === 'all' ? 'next' : `least(first + ${window}, next)`
      return `SELECT g, key, s, e FROM (SELECT g, key, s, ${until} AS e FROM (${rows}) WHERE first IS NOT NULL) WHERE e IS NULL OR e > s`
    }
    default: {
      const own = `SELECT g, key, day AS s, ${end('day')} AS e FROM (SELECT DISTINCT day, ${g} AS g, key FROM ${name})`
      if (measure.kind !== 'distinct' || measure.among !== 'population') return own
      return `SELECT o.g, o.key, greatest(o.s, p.s) AS s, least(o.e, p.e) AS e FROM (${own}) o JOIN ${PRESENCE} p ON o.key = p.key
        WHERE (p.e IS NULL OR o.s < p.e) AND (o.e IS NULL OR p.s < o.e)`
    }
  }
}

/** The table of presence, from a population measure's table. */
export function presenceTable(population: string): string {
  return `CREATE OR REPLACE TEMP TABLE ${PRESENCE} AS SELECT key, s, e FROM (${merged(`SELECT key, '' AS g, since, until FROM ${population}`)})`
}

/** Overlapping and adjoining spells of one person (in one group) become one. */
function merged(spells: string): string {
  return `SELECT g, key, min(since) AS s, CASE WHEN bool_or(until IS NULL) THEN NULL ELSE max(until) END AS e FROM (
    SELECT *, sum(begins) OVER (PARTITION BY g, key ORDER BY since, coalesce(until, DATE '9999-12-31') ROWS UNBOUNDED PRECEDING) AS island FROM (
      SELECT *, CASE WHEN since <= max(coalesce(until, DATE '9999-12-31')) OVER (PARTITION BY g, key ORDER BY since, coalesce(until, DATE '9999-12-31') ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS begins
      FROM (${spells}))) GROUP BY g, key, island`
}
