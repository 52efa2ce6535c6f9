import type { Measure, Test } from '../../kit/metric.ts'
import { quote } from '../duck.ts'

/** A measure; of two columns that are divided, only rows that have `also` too. */
export type Computed = Measure & { readonly also?: string }

export const column = (name: string) => `"${name}"`

/** The SQL of a measure's tests; people are meant by `customer`. */
export function condition({ where }: Measure): string {
  const tests = Object.entries(where ?? {}).map(([name, test]) => tested(name === 'customer' ? 'person' : name, test))
  return tests.length > 0 ? tests.join(' AND ') : 'true'
}

/** The SQL of a measure's tests, and of `also`. */
export function complete(measure: Computed): string {
  return measure.also === undefined
    ? condition(measure)
    : `${condition(measure)} AND ${column(measure.also)} IS NOT NULL`
}

function tested(name: string, test: Test): string {
  if (typeof test === 'object' && 'known' in test) return `${column(name)} IS NOT NULL`
  const values = Array.isArray(test) ? test : [test]
  return `${column(name)} IN (${values.map((one) => (typeof one === 'string' ? quote(one) : String(one))).join(', ')})`
}

/** A dimension as it is grouped by. */
export const grouping = (dimension: string) => `coalesce(${column(dimension)}, 'unknown') AS ${column(dimension)}`

/** The rows that a measure reads, `day` being the day on which they count. */
export function rowsOf(measure: Measure): string {
  const on = 'on' in measure ? measure.on : undefined
  const from = `f_${measure.fact.name}`
  if (on === undefined) return from
  return `(SELECT * REPLACE (day_of(${column(on)}) AS day) FROM ${from} WHERE ${column(on)} IS NOT NULL)`
}

/** People are resolved; every other key is unique within its source only. */
export function keyOf(name: string): string {
  return name === 'customer' ? 'person' : `source || ' ' || ${column(name)}`
}

/**
 * An order of several lines happens once, on the day of its first; who bought is what the lines of that day say, so
 * that a line added later changes no earlier day. Who shares money (`also`) is whoever a line with money names.
 */
export function occurs({ fact, also }: Computed): string {
  return fact.name === 'orders' && also === undefined ? 'day = order_day' : 'true'
}

/** The rows of a measure's table once for the total (`d` and `g` empty) and once for each dimension `d`, `g` its value. */
export function byDimension(table: string, dimensions: readonly string[]): string {
  if (dimensions.length === 0) return `(SELECT *, '' AS d, '' AS g FROM ${table})`
  const names = dimensions.map((dimension) => `'${dimension}'`).join(', ')
  return `(SELECT *, unnest(['', ${names}]) AS d, unnest(['', ${dimensions.map(column).join(', ')}]) AS g FROM ${table})`
}

/** Stands for the window of all time, in days: longer than the calendar that is computed. */
export const EVER_DAYS = 1_000_000

export const daysOf = (window: number | 'all') => (window === 'all' ? EVER_DAYS : window)
