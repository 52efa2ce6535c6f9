import type { Day } from '../../kit/day.ts'
import { quote } from '../duck.ts'
import { type Computed, column, condition, grouping, rowsOf } from './condition.ts'
import { merged } from './spans.ts'

/** Rows of (day, the dimensions, x) of which every window is looked at as a whole. */
export function directRows(measure: Computed, dimensions: readonly string[]): string {
  const split = dimensions.map((dimension) => `, ${grouping(dimension)}`).join('')
  switch (measure.kind) {
    case 'quantile':
      return `SELECT day${split}, CAST(${column(measure.column)} AS DOUBLE) AS x FROM ${rowsOf(measure)} WHERE ${column(measure.column)} IS NOT NULL AND ${condition(measure)}`
    case 'unique': {
      const also = measure.also === undefined ? '' : ` AND ${column(measure.also)} IS NOT NULL`
      return `SELECT day, source, "group", coalesce(span, 1) AS span, sum(exact(${column(measure.column)})) AS x FROM f_traffic
        WHERE ${column(measure.column)} IS NOT NULL AND ${condition(measure)}${also} GROUP BY ALL`
    }
    case 'tenure':
      return `SELECT person AS key${split}, day AS s, until AS e FROM spells`
    default:
      throw new Error(`${measure.kind} is not looked at as a whole`)
  }
}

/** Days of a range as a table expression. */
const days = (from: Day, to: Day) =>
  `(SELECT CAST(unnest(generate_series(DATE ${quote(from)}, DATE ${quote(to)}, INTERVAL 1 DAY)) AS DATE) AS day)`

/** Rows of (g, day, v): the value of each day's window. */
export function directValues(
  measure: Computed,
  table: string,
  window: number | 'all',
  dimension: string | null,
  from: Day,
  to: Day,
): string {
  const g = dimension === null ? `''` : column(dimension)
  switch (measure.kind) {
    case 'quantile': {
      const since = window === 'all' ? '' : ` AND r.day > d.day - ${window}`
      return `SELECT ${g} AS g, d.day AS day, CAST(quantile_cont(x, ${measure.q}) AS VARCHAR) AS v
        FROM ${days(from, to)} d JOIN ${table} r ON r.day <= d.day${since} GROUP BY ALL`
    }
    case 'unique': {
      const rows = dimension === 'group' ? '"group" IS NOT NULL' : '"group" IS NULL'
      return `SELECT ${g} AS g, day, CAST(sum(x) AS VARCHAR) AS v FROM ${table}
        WHERE day BETWEEN DATE ${quote(from)} AND DATE ${quote(to)} AND span = ${window === 'all' ? 0 : window} AND ${rows} GROUP BY ALL`
    }
    case 'tenure':
      return `SELECT g, day, CAST(quantile_cont(age, ${measure.q}) AS VARCHAR) AS v FROM (
        SELECT g, d.day AS day, CAST(d.day - r.s AS DOUBLE) AS age FROM ${days(from, to)} d
        JOIN (${merged(`SELECT key, ${g} AS g, s, e FROM ${table}`)}) r ON r.s <= d.day AND d.day < r.e) GROUP BY ALL`
    default:
      throw new Error(`${measure.kind} is not looked at as a whole`)
  }
}
