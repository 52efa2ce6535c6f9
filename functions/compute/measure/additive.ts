import { EXACT } from '../exact.ts'
import { type Computed, column, condition, grouping, keyOf, rowsOf } from './condition.ts'

/** Rows of (day, the dimensions, v): what is added up. Of traffic also `whole`: part of a source's total. */
export function additiveRows(measure: Computed, dimensions: readonly string[], cap: number | null): string {
  const split = dimensions.map((dimension) => `, ${grouping(dimension)}`).join('')
  switch (measure.kind) {
    case 'sum': {
      if (measure.fact.name === 'traffic') return trafficRows(measure)
      return `SELECT day${split}, sum(exact(CAST(${column(measure.column)} AS DOUBLE))) AS v FROM ${rowsOf(measure)} WHERE ${column(measure.column)} IS NOT NULL AND ${complete(measure)} GROUP BY ALL`
    }
    case 'points':
      return pointRows(dimensions, cap)
    case 'count': {
      const first = dimensions.map(
        (dimension, i) => `, arg_min(coalesce(${column(dimension)}, 'unknown'), day) AS d${i}`,
      )
      const names = dimensions.map((dimension, i) => `, d${i} AS ${column(dimension)}`)
      return `SELECT day${names.join('')}, CAST(count(*) AS ${EXACT}) AS v FROM (
        SELECT min(day) AS day${first.join('')} FROM ${rowsOf(measure)} WHERE ${complete(measure)} GROUP BY source, ${column(measure.column)}) GROUP BY ALL`
    }
    case 'joined': {
      const first = dimensions.map(
        (dimension, i) => `, arg_min(coalesce(${column(dimension)}, 'unknown'), (day, record)) AS d${i}`,
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

/** What a day's rows of such a table are worth. */
export const worth = ({ kind }: Computed) => (kind === 'distinct' ? 'count(DISTINCT key)' : 'sum(v)')

function complete(measure: Computed): string {
  return measure.also === undefined
    ? condition(measure)
    : `${condition(measure)} AND ${column(measure.also)} IS NOT NULL`
}

/** A stream's own total of a day wins over the sum of its groups; rows of longer spans are for unique visitors only. */
function trafficRows(measure: Computed & { readonly column: string }): string {
  const rows = `SELECT source, stream, day, "group", exact(${column(measure.column)}) AS v FROM f_traffic
    WHERE coalesce(span, 1) = 1 AND ${column(measure.column)} IS NOT NULL AND ${complete(measure)}`
  return `WITH rows AS (${rows}), totals AS (SELECT source, stream, day, sum(v) AS v FROM rows WHERE "group" IS NULL GROUP BY ALL)
    SELECT day, source, '' AS "group", v, true AS whole FROM totals
    UNION ALL SELECT day, source, '', sum(v), true FROM rows ANTI JOIN totals USING (source, stream, day) GROUP BY ALL
    UNION ALL SELECT day, source, "group", sum(v), false FROM rows WHERE "group" IS NOT NULL GROUP BY ALL`
}

/** Weighted interactions. Above the cap, all that a person earned on a day is scaled down to it. */
function pointRows(dimensions: readonly string[], cap: number | null): string {
  const split = dimensions.map((dimension) => `, ${grouping(dimension)}`).join('')
  const earned = `sum(CAST(exact("count") AS DECIMAL(19, 3)) * CAST(weight AS DECIMAL(18, 6)))`
  if (cap === null) return `SELECT day${split}, ${earned} AS v FROM f_interactions GROUP BY ALL`
  const names = dimensions.map((dimension) => `, ${column(dimension)}`).join('')
  return `WITH own AS (SELECT day, person${split}, CAST(${earned} AS ${EXACT}) AS v FROM f_interactions GROUP BY ALL),
    sums AS (SELECT *, CASE WHEN person IS NULL THEN v ELSE sum(v) OVER (PARTITION BY day, person) END AS total FROM own)
    SELECT day${names}, sum(CASE WHEN person IS NOT NULL AND total > ${cap}
      THEN CAST(round(CAST(v AS DOUBLE) * ${cap} / CAST(total AS DOUBLE), 9) AS ${EXACT}) ELSE v END) AS v FROM sums GROUP BY ALL`
}
