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
 * that a line added later changes no earlier day.
 */
export function occurs({ fact }: Measure): string {
  return fact.name === 'orders' ? 'day = order_day' : 'true'
}
