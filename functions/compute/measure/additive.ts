import { quote } from '../duck.ts'
import { EXACT } from '../exact.ts'
import { type Computed, column, complete, condition, grouping, keyOf, occurs, rowsOf } from './condition.ts'

/** Rows of (day, the dimensions, v): what is added up. Of traffic also `whole`: part of a source's total. */
export function additiveRows(measure: Computed, dimensions: readonly string[], cap: number | null): string {
  const split = dimensions.map((dimension) => `, ${grouping(dimension)}`).join('')
  switch (measure.kind) {
    case 'sum': {
      if (measure.fact.name === 'traffic') return trafficRows(measure)
      return `SELECT day${split}, sum(${exactly(measure)}) AS v FROM ${rowsOf(measure)} WHERE ${column(measure.column)} IS NOT NULL AND ${complete(measure)} GROUP BY ALL`
    }
    case 'points':
      return pointRows(dimensions, measure.weights, measure.weights ? (measure.cap ?? null) : cap)
    case 'count': {
      const first = dimensions.map(
        (dimension, i) => `, arg_min(${named(dimension)}, (day, ${named(dimension)})) AS d${i}`,
      )
      const names = dimensions.map((dimension, i) => `, d${i} AS ${column(dimension)}`)
      return `SELECT day${names.join('')}, CAST(count(*) AS ${EXACT}) AS v FROM (
        SELECT min(day) AS day${first.join('')} FROM ${rowsOf(measure)} WHERE ${complete(measure)} AND ${measure.where?.customer ? occurs(measure) : 'true'} GROUP BY source, ${column(measure.column)}) GROUP BY ALL`
    }
    case 'joined': {
      const first = dimensions.map(
        (dimension, i) => `, arg_min(${named(dimension)}, (day, ${named(dimension)})) AS d${i}`,
      )
      const names = dimensions.map((dimension, i) => `, d${i} AS ${column(dimension)}`)
      return `SELECT day${names.join('')}, CAST(count(*) AS ${EXACT}) AS v FROM (
        SELECT person, min(day) AS day${first.join('')} FROM spells GROUP BY person) GROUP BY ALL`
    }
    case 'distinct':
      return `SELECT DISTINCT day${split}, ${keyOf(measure.column)} AS key FROM ${rowsOf(measure)} WHERE ${keyOf(measure.column)} IS NOT NULL AND ${condition(measure)}`
    default:
      throw new Error(`${measure.kind} does not add up`)
  }
}

/** A dimension's value; of several on one day, the name that comes first counts, so that the order of rows does not. */
const named = (dimension: string) => `coalesce(${column(dimension)}, 'unknown')`

/** What a day's rows of such a table are worth. */
export const worth = ({ kind }: Computed) => (kind === 'distinct' ? 'count(DISTINCT key)' : 'sum(v)')

/**
 * A stream's own total of a day wins over the sum of its groups; rows of longer spans are for unique visitors only. A day
 * whose rows all lack the column has a row without worth: nobody knows how much it was, which is not 0.
 */
function trafficRows(measure: Computed & { readonly column: string }): string {
  const silent =
    measure.also === undefined
      ? `
    UNION ALL SELECT day, source, '', NULL, true FROM f_traffic WHERE coalesce(span, 1) = 1 AND ${condition(measure)} GROUP BY day, source HAVING count(${column(measure.column)}) = 0`
      : ''
  const rows = `SELECT source, stream, day, "group", exact(${column(measure.column)}) AS v FROM f_traffic
    WHERE coalesce(span, 1) = 1 AND ${column(measure.column)} IS NOT NULL AND ${complete(measure)}`
  return `WITH rows AS (${rows}), totals AS (SELECT source, stream, day, sum(v) AS v FROM rows WHERE "group" IS NULL GROUP BY ALL)
    SELECT day, source, '' AS "group", v, true AS whole FROM totals
    UNION ALL SELECT day, source, '', sum(v), true FROM rows ANTI JOIN totals USING (source, stream, day) GROUP BY ALL
    UNION ALL SELECT day, source, "group", sum(v), false FROM rows WHERE "group" IS NOT NULL GROUP BY ALL${silent}`
}

/**
 * Weighted interactions. Above the cap, all that a person earned on a day is scaled down to it; the largest part takes
 * what rounding leaves, so that they add up to the cap.
 */
function pointRows(
  dimensions: readonly string[],
  weights: Readonly<Record<string, number>> | undefined,
  cap: number | null,
): string {
  const split = dimensions.map((dimension) => `, ${grouping(dimension)}`).join('')
  const earned = `sum(CAST("count" AS DECIMAL(22, 3)) * CAST(${weights ? weightOf(weights) : 'weight'} AS DECIMAL(16, 6)))`
  if (cap === null) return `SELECT day${split}, ${earned} AS v FROM f_interactions GROUP BY ALL`
  const names = dimensions.map((dimension) => `, ${column(dimension)}`).join('')
  const most = `CAST(${cap} AS ${EXACT})`
  return `WITH own AS (SELECT day, person${split}, CAST(${earned} AS ${EXACT}) AS v FROM f_interactions GROUP BY ALL),
    sums AS (SELECT *, person IS NOT NULL AND sum(v) OVER (PARTITION BY day, person) > ${most} AS above, sum(v) OVER (PARTITION BY day, person) AS total,
      row_number() OVER (PARTITION BY day, person ORDER BY v DESC${names}) AS place FROM own),
    scaled AS (SELECT *, CASE WHEN above THEN CAST(round(CAST(v AS DOUBLE) * ${cap} / CAST(total AS DOUBLE), 9) AS ${EXACT}) ELSE v END AS scaled FROM sums)
    SELECT day${names}, sum(CASE WHEN above AND place = 1 THEN ${most} - rest ELSE scaled END) AS v
    FROM (SELECT *, sum(scaled) OVER (PARTITION BY day, person) - scaled AS rest FROM scaled) GROUP BY ALL`
}

/** The weight of an interaction; `channel.kind` goes before `kind`. */
function weightOf(weights: Readonly<Record<string, number>>): string {
  const precise = Object.entries(weights).sort(([a], [b]) => Number(b.includes('.')) - Number(a.includes('.')))
  const cases = precise.map(([what, weight]) => {
    const [first, kind] = what.split('.') as [string, string?]
    const test = kind === undefined ? `kind = ${quote(first)}` : `channel = ${quote(first)} AND kind = ${quote(kind)}`
    return `WHEN ${test} THEN ${weight}::${EXACT}`
  })
  return cases.length > 0 ? `CASE ${cases.join(' ')} ELSE 0 END` : '0'
}

/** Counts of interactions are exact decimals already. */
const exactly = ({ fact, column: name }: Computed & { readonly column: string }) =>
  fact.name === 'interactions' && name === 'count' ? column(name) : `exact(CAST(${column(name)} AS DOUBLE))`
