import type { Day } from '../../kit/day.ts'
import { quote } from '../duck.ts'
import { byDimension, type Computed, column, condition, grouping, rowsOf } from './condition.ts'
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

/** Rows of (d, g, w, day, v): the value of each day's window, for the value `g` of the dimension `d`. */
export function directValues(
  measure: Computed,
  table: string,
  dimensions: readonly string[],
  windows: readonly number[],
  from: Day,
  to: Day,
): string {
  const rows = byDimension(table, dimensions)
  const w = `(VALUES ${windows.map((window) => `(${window})`).join(', ')}) w(days)`
  switch (measure.kind) {
    case 'quantile':
      return `SELECT r.d, r.g, w.days AS w, t.day AS day, CAST(quantile_cont(x, ${measure.q}) AS VARCHAR) AS v
        FROM ${days(from, to)} t, ${w}, ${rows} r WHERE r.day <= t.day AND r.day > t.day - w.days GROUP BY ALL`
    case 'unique':
      return `SELECT d, g, w.days AS w, day, CAST(sum(x) AS VARCHAR) AS v FROM ${rows} JOIN ${w} ON span = w.days
        WHERE day BETWEEN DATE ${quote(from)} AND DATE ${quote(to)} AND ("group" IS NOT NULL) = (d = 'group') GROUP BY ALL`
    case 'tenure':
      return `SELECT d, g, w.days AS w, day, CAST(quantile_cont(age, ${measure.q}) AS VARCHAR) AS v FROM (
        SELECT r.d, r.g, t.day AS day, CAST(t.day - r.s AS DOUBLE) AS age FROM ${days(from, to)} t
        JOIN (${merged(`SELECT d, g, key, s, e FROM ${rows}`)}) r ON r.s <= t.day AND t.day < r.e), ${w} GROUP BY ALL`
    default:
      throw new Error(`${measure.kind} is not looked at as a whole`)
  }
}
