import { EXACT } from '../exact.ts'
import {
  byDimension,
  type Computed,
  column,
  complete,
  condition,
  grouping,
  keyOf,
  occurs,
  rowsOf,
} from './condition.ts'

/** Stands for "not yet": later than any day that is computed. */
const NEVER = `DATE '9999-12-31'`

/** Rows of (the dimensions, …) that spans are made of; windows come later. */
export function spanRows(measure: Computed, dimensions: readonly string[]): string {
  const split = dimensions.map((dimension) => `, ${grouping(dimension)}`).join('')
  const rows = rowsOf(measure)
  switch (measure.kind) {
    case 'distinct':
    case 'repeated': {
      const key = keyOf(measure.column)
      const occasion =
        measure.kind === 'repeated' && measure.of !== 'day'
          ? `, source || ' ' || ${column(measure.of)} AS occasion`
          : ''
      return `SELECT DISTINCT day${split}, ${key} AS key${occasion} FROM ${rows} WHERE ${key} IS NOT NULL AND ${occurs(measure)} AND ${complete(measure)}`
    }
    case 'population':
    case 'tenure':
      return `SELECT person AS key${split}, day AS s, until AS e FROM spells`
    case 'open':
      return `SELECT ${keyOf(measure.column)} AS key${split}, day_of(${column(measure.from)}) AS s, coalesce(day_of(${column(measure.until)}), ${NEVER}) AS e
        FROM ${rows} WHERE ${condition(measure)} AND (${column(measure.until)} IS NULL OR day_of(${column(measure.until)}) > day_of(${column(measure.from)}))`
    case 'latest': {
      const per = ['source', ...measure.per.map((name) => `coalesce(${column(name)}, source)`)].join(', ')
      const named = dimensions.map((dimension) =>
        measure.per.includes(dimension)
          ? `, coalesce(${column(dimension)}, source) AS ${column(dimension)}`
          : `, ${grouping(dimension)}`,
      )
      return `SELECT day AS s${named.join('')}, exact(${column(measure.column)}) AS v,
        least(day + ${measure.within + 1}, coalesce(lead(day) OVER (PARTITION BY ${per} ORDER BY day), ${NEVER})) AS e
        FROM (SELECT * FROM ${rows} WHERE ${condition(measure)} QUALIFY row_number() OVER (PARTITION BY ${per}, day ORDER BY "at" DESC, ${column(measure.column)} DESC) = 1)`
    }
    case 'newest':
      return `SELECT day AS s${split}, published_day AS published, exact(${column(measure.column)}) AS v,
        coalesce(lead(day) OVER (PARTITION BY source, account, id ORDER BY day, basis), ${NEVER}) AS e
        FROM (SELECT * FROM ${rows} WHERE published_day IS NOT NULL AND ${column(measure.column)} IS NOT NULL AND ${column(measure.having)} IS NOT NULL AND ${condition(measure)}
          QUALIFY row_number() OVER (PARTITION BY source, account, id, basis, day ORDER BY newness) = 1)`
    case 'left':
    case 'cohort':
    case 'lost':
    case 'kept':
      return `SELECT key${dimensions.map((dimension) => `, ${column(dimension)}`).join('')}, s, e, next FROM presence_parts${measure.kind === 'left' ? ' WHERE is_last' : ''}`
    default:
      throw new Error(`${measure.kind} has no spans`)
  }
}

/**
 * Half-open spans of days (d, g, w, s, e, v) in which something counts v: adding up those that cover a day gives the
 * value of the window `w` that ends on it, for the value `g` of the dimension `d`. Spans of distinct things are disjoint
 * per (dimension, group, key), so that each counts once.
 *
 * @param windows lengths in days; levels have one, which says nothing
 */
export function spansOf(
  measure: Computed,
  table: string,
  dimensions: readonly string[],
  windows: readonly number[],
): string {
  const once = `CAST(1 AS ${EXACT}) AS v`
  const rows = byDimension(table, dimensions)
  const w = `(VALUES ${windows.map((window) => `(${window})`).join(', ')}) w(days)`
  switch (measure.kind) {
    case 'population':
    case 'open':
      return `SELECT d, g, w.days AS w, s, e, ${once} FROM (${merged(`SELECT d, g, key, s, e FROM ${rows}`)}), ${w}`
    case 'tenure':
      return `SELECT d, g, w.days AS w, s, e, CAST(s - DATE '1970-01-01' AS ${EXACT}) AS v FROM (${merged(`SELECT d, g, key, s, e FROM ${rows}`)}), ${w}`
    case 'latest':
      return `SELECT d, g, w.days AS w, s, e, v FROM ${rows}, ${w}`
    case 'newest':
      return `SELECT d, g, w.days AS w, greatest(s, published) AS s, least(e, published + w.days) AS e, v FROM ${rows}, ${w}`
    case 'repeated': {
      const occasions = measure.of === 'day' ? '' : ', occasion'
      const inTurn = `OVER (PARTITION BY d, g, key ORDER BY day${occasions})`
      const own = `SELECT d, g, lag(day, ${measure.times - 1}) ${inTurn} AS first, day AS s, coalesce(lead(day) ${inTurn}, ${NEVER}) AS next FROM (SELECT DISTINCT d, g, key, day${occasions} FROM ${rows})`
      return `SELECT d, g, w.days AS w, s, least(first + w.days, next) AS e, ${once} FROM (${own}), ${w} WHERE first IS NOT NULL`
    }
    case 'distinct': {
      const own = `SELECT d, g, key, day AS s, coalesce(lead(day) OVER (PARTITION BY d, g, key ORDER BY day), ${NEVER}) AS later FROM (SELECT DISTINCT d, g, key, day FROM ${rows})`
      const spans = `SELECT d, g, key, w.days AS w, s, least(s + w.days, later) AS e FROM (${own}), ${w}`
      if (measure.among !== 'population') return `SELECT d, g, w, s, e, ${once} FROM (${spans})`
      return `SELECT o.d, o.g, o.w, greatest(o.s, p.s) AS s, least(o.e, p.e) AS e, ${once} FROM (${spans}) o JOIN population_presence p ON o.key = p.key WHERE o.s < p.e AND p.s < o.e`
    }
    case 'left':
      return `SELECT d, g, w.days AS w, e AS s, least(e + w.days, next) AS e, ${once} FROM ${rows}, ${w} WHERE e < ${NEVER}`
    case 'cohort':
      return `SELECT d, g, w.days AS w, s + w.days AS s, ${shifted('e')} AS e, ${once} FROM ${rows}, ${w}`
    case 'kept':
      return `SELECT a.d, a.g, w.days AS w, greatest(a.s + w.days, b.s) AS s, least(${shifted('a.e')}, b.e) AS e, ${once} FROM ${rows} a JOIN presence b ON a.key = b.key, ${w}`
    case 'lost':
      return `SELECT a.d, a.g, w.days AS w, greatest(a.s + w.days, b.e) AS s, least(${shifted('a.e')}, b.next) AS e, ${once} FROM ${rows} a JOIN presence b ON a.key = b.key, ${w}`
    default:
      throw new Error(`${measure.kind} has no spans`)
  }
}

const shifted = (end: string) => `CASE WHEN ${end} = ${NEVER} THEN ${NEVER} ELSE ${end} + w.days END`

/** Spells of customers who count: half-open days, none empty. */
export const SPELLS = `CREATE OR REPLACE TEMP TABLE spells AS
  SELECT person, day, coalesce(left_day, ${NEVER}) AS until, source || ' ' || record AS record, segment, origin FROM f_customers
  WHERE (role = 'customer' OR NOT EXISTS (SELECT 1 FROM f_customers c WHERE c.role = 'customer')) AND (left_day IS NULL OR left_day > day)`

/** When persons are in the population. */
export const POPULATION_PRESENCE = `CREATE OR REPLACE TEMP TABLE population_presence AS ${merged(`SELECT '' AS d, '' AS g, person AS key, day AS s, until AS e FROM spells`)}`

/**
 * Makes `presence`: spans in which each person counts as a customer for churn, `next` being the beginning of the
 * following one. By contract, a spell covers the day; by inactivity, the person did something in the last `inactiveDays`
 * days.
 */
export function presence(churn: 'contractual' | { readonly inactiveDays: number }): string {
  const spans =
    churn === 'contractual'
      ? `SELECT * FROM population_presence`
      : merged(
          `SELECT DISTINCT '' AS d, '' AS g, person AS key, day AS s, day + ${churn.inactiveDays} AS e FROM f_interactions WHERE actor = 'customer' AND person IS NOT NULL`,
        )
  return `CREATE OR REPLACE TEMP TABLE presence AS
    SELECT key, s, e, coalesce(lead(s) OVER (PARTITION BY key ORDER BY s), ${NEVER}) AS next FROM (${spans})`
}

/**
 * Cuts `presence` where the person's segment or origin may change: on each day, they are those of the last spell that
 * had begun and says them, so that what comes later changes no earlier day. `is_last` is the part with which a span ends.
 */
export const PRESENCE_PARTS = `CREATE OR REPLACE TEMP TABLE presence_parts AS
  WITH segments AS (SELECT person AS key, day, min(segment) AS name FROM spells WHERE segment IS NOT NULL GROUP BY ALL),
    origins AS (SELECT person AS key, day, min(origin) AS name FROM spells WHERE origin IS NOT NULL GROUP BY ALL),
    named AS (SELECT key, day FROM segments UNION SELECT key, day FROM origins),
    cuts AS (
      SELECT key, s AS span, s, e AS until, next FROM presence
      UNION SELECT p.key, p.s, n.day, p.e, p.next FROM presence p JOIN named n ON n.key = p.key AND n.day > p.s AND n.day < p.e),
    parts AS (SELECT *, coalesce(lead(s) OVER (PARTITION BY key, span ORDER BY s), until) AS e FROM cuts)
  SELECT p.key, p.s, p.e, p.next, p.e = p.until AS is_last, coalesce(a.name, 'unknown') AS segment, coalesce(o.name, 'unknown') AS origin
  FROM parts p ASOF LEFT JOIN segments a ON p.key = a.key AND p.s >= a.day ASOF LEFT JOIN origins o ON p.key = o.key AND p.s >= o.day`

/** Overlapping and adjoining spans (d, g, key, s, e) of one key, in one group, become one. */
export function merged(spans: string): string {
  return `SELECT d, g, key, min(s) AS s, max(e) AS e FROM (
    SELECT *, sum(begins) OVER (PARTITION BY d, g, key ORDER BY s, e ROWS UNBOUNDED PRECEDING) AS island FROM (
      SELECT *, CASE WHEN s <= max(e) OVER (PARTITION BY d, g, key ORDER BY s, e ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS begins
      FROM (${spans}))) GROUP BY d, g, key, island`
}
