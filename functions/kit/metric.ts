import type { Columns, FactShape } from './fact.ts'

type ColumnOf<F> = F extends FactShape<string, infer C extends Columns> ? keyof C & string : never

/** A test of one column: equal to a value, or one of several. */
export type Where<F extends FactShape> = { readonly [K in ColumnOf<F>]?: string | number | boolean | readonly string[] }

/** What a breakdown splits by. `source` is on every fact; the others are columns, or derived from `channel` and `kind`. */
export type Dimension = string

/**
 * An aggregate of facts over a window. Plain data: formula text, SQL, proof and explanation follow from it.
 * - `sum`: the column added up (`count` of interactions is 1 where absent); additive over days.
 * - `points`: interactions weighted by the config; additive over days.
 * - `count`: different values of `column`, each on the day of its first row; additive over days.
 * - `distinct`: different values of the column (persons are resolved); not additive.
 * - `repeated`: different values of `column` that occur on at least `times` different days, or with as many different
 *   values of `of`, within the window; not additive.
 * - `population`: customers present at the end of the window's last day.
 * `among: 'population'` keeps only persons present at the end of the window's last day.
 */
export type Measure =
  | { readonly kind: 'sum'; readonly fact: FactShape; readonly column: string; readonly where?: object }
  | { readonly kind: 'count'; readonly fact: FactShape; readonly column: string; readonly where?: object }
  | { readonly kind: 'points'; readonly fact: FactShape }
  | {
      readonly kind: 'distinct'
      readonly fact: FactShape
      readonly column: string
      readonly where?: object
      readonly among?: 'population'
    }
  | {
      readonly kind: 'repeated'
      readonly fact: FactShape
      readonly column: string
      readonly times: number
      readonly of: 'day' | string
      readonly where?: object
    }
  | { readonly kind: 'population'; readonly fact: FactShape }

export function sum<F extends FactShape>(fact: F, column: ColumnOf<F>, where?: Where<F>): Measure {
  return { kind: 'sum', fact, column, ...(where && { where }) }
}

export function count<F extends FactShape>(fact: F, column: ColumnOf<F>, where?: Where<F>): Measure {
  return { kind: 'count', fact, column, ...(where && { where }) }
}

export function points(fact: FactShape): Measure {
  return { kind: 'points', fact }
}

export function distinct<F extends FactShape>(
  fact: F,
  column: ColumnOf<F>,
  where?: Where<F>,
  among?: 'population',
): Measure {
  return { kind: 'distinct', fact, column, ...(where && { where }), ...(among && { among }) }
}

export function repeated<F extends FactShape>(
  fact: F,
  column: ColumnOf<F>,
  { times, of, where }: { times: number; of: 'day' | ColumnOf<F>; where?: Where<F> },
): Measure {
  return { kind: 'repeated', fact, column, times, of, ...(where && { where }) }
}

export function population(fact: FactShape): Measure {
  return { kind: 'population', fact }
}

export type Unit = 'count' | 'percent' | 'ratio' | 'points' | 'score' | 'money' | 'seconds' | 'days'

interface Declared {
  /** A contract: never renamed, never used for something else. */
  readonly id: string
  readonly title: string
  readonly unit: Unit
  /** Which way is good; null where neither is. */
  readonly direction: 'up' | 'down' | null
  /** Plain words, for the person who reads the number. */
  readonly definition: string
  /** Raised by one whenever the same facts would give another number. @default 1 */
  readonly version?: number
  /** @default [] */
  readonly by?: readonly Dimension[]
  /** Fewest cases in the denominator (or the value, where there is none) that say something. @default 1 */
  readonly minSample?: number
}

interface Measured extends Declared {
  readonly measure: Measure
}

interface Quotient extends Declared {
  readonly numerator: Measure
  readonly denominator: Measure
  /** What the quotient is multiplied by. @default 1 */
  readonly per?: number
}

/** One declared metric. `total` adds up over days, `level` and `distinct` do not, a `ratio` is summed in its parts. */
export type Metric =
  | (Measured & { readonly kind: 'total' | 'level' | 'distinct' })
  | (Quotient & { readonly kind: 'ratio' })

export const total = (declared: Measured): Metric => ({ kind: 'total', ...declared })
export const level = (declared: Measured): Metric => ({ kind: 'level', ...declared })
export const distinctCount = (declared: Measured): Metric => ({ kind: 'distinct', ...declared })
export const ratio = (declared: Quotient): Metric => ({ kind: 'ratio', ...declared })
