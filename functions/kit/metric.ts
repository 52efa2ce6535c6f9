import type { Columns, FactShape } from './fact.ts'

type ColumnOf<F> = F extends FactShape<string, infer C extends Columns> ? keyof C & string : never

/** A test of one column: equal to a value, one of several, or known at all (`customer`: the person is). */
export type Test = string | number | boolean | readonly string[] | { readonly known: true }

export type Where<F extends FactShape> = { readonly [K in ColumnOf<F>]?: Test }

/** For `where`: the column is not absent. */
export const known = { known: true } as const

/** What a breakdown splits by. `source` is on every fact; the others are columns, or derived from `channel` and `kind`. */
export type Dimension = string

interface Aggregate {
  readonly fact: FactShape
  readonly where?: Readonly<Record<string, Test>>
}

/** An aggregate whose rows count on the day of the fact's own time, or of another of its times. */
interface Dated extends Aggregate {
  /** @default - the fact's time */
  readonly on?: string
}

/**
 * An aggregate of facts over a window. Plain data: formula text, SQL, proof and explanation follow from it.
 *
 * Additive over days:
 * - `sum`: the column added up (`count` of interactions is 1 where absent). Of `traffic`, a source's own total wins over
 *   the sum of its groups.
 * - `points`: interactions weighted by the config, capped per person and day where it says so.
 * - `count`: different values of `column`, each on the day of its first row.
 * - `joined`: persons whose first spell began.
 *
 * Not additive:
 * - `distinct`: different values of the column (persons are resolved). `among: 'population'` keeps only persons present
 *   at the end. `mean: 'day'` counts every day for itself and takes the mean over the window's days.
 * - `repeated`: different values of `column` that occur on at least `times` different days, or with as many different
 *   values of `of`, within the window.
 * - `newest`: the column of each post published in the window, by its newest reading that has `column` and `having`.
 * - `left`: persons lost within the window and not back by its end; `cohort`: persons present just before the window;
 *   `lost` and `kept`: those of the cohort that are absent and present at its end. What "present" means is the config's
 *   `churn`: a spell covers the day, or the person was active in so many days.
 * - `quantile`: of the column, over the rows of the window.
 * - `unique`: the column of the vendor's row that spans exactly the window.
 *
 * Levels, at the end of the window's last day:
 * - `population`: persons present. `tenure`: days that those have been present, added up, or their `quantile`.
 * - `open`: different ids whose `from` has come and whose `until` has not.
 * - `latest`: the newest reading of each `per`, no older than `within` days, added up.
 */
export type Measure =
  | (Dated & { readonly kind: 'sum'; readonly column: string })
  | (Dated & { readonly kind: 'count'; readonly column: string })
  | (Aggregate & {
      readonly kind: 'points'
      /** Instead of the config's, by `kind` or `channel.kind`. @default - the config's */
      readonly weights?: Readonly<Record<string, number>>
      readonly cap?: number | null
    })
  | (Aggregate & { readonly kind: 'joined' })
  | (Aggregate & {
      readonly kind: 'distinct'
      readonly column: string
      readonly among?: 'population'
      readonly mean?: 'day'
    })
  | (Aggregate & {
      readonly kind: 'repeated'
      readonly column: string
      readonly times: number
      readonly of: 'day' | string
    })
  | (Aggregate & { readonly kind: 'newest'; readonly column: string; readonly having: string })
  | (Aggregate & { readonly kind: 'left' | 'cohort' | 'lost' | 'kept' })
  | (Dated & { readonly kind: 'quantile'; readonly column: string; readonly q: number })
  | (Aggregate & { readonly kind: 'unique'; readonly column: string })
  | (Aggregate & { readonly kind: 'population' })
  | (Aggregate & { readonly kind: 'tenure'; readonly q?: number })
  | (Aggregate & { readonly kind: 'open'; readonly column: string; readonly from: string; readonly until: string })
  | (Aggregate & {
      readonly kind: 'latest'
      readonly column: string
      readonly per: readonly string[]
      readonly within: number
    })

export type MeasureKind = Measure['kind']

/** Kinds whose values of days add up to that of the range. */
export const additiveKinds: readonly MeasureKind[] = ['sum', 'points', 'count', 'joined']

/** Kinds that look at the end of the window's last day alone. */
export const levelKinds: readonly MeasureKind[] = ['population', 'tenure', 'open', 'latest']

/** Kinds that have no value, rather than 0, where there is nothing to look at. */
export const valuelessKinds: readonly MeasureKind[] = ['latest', 'quantile', 'unique']

interface When<F extends FactShape> {
  /** The time column that decides on which day a row counts; rows without it do not. @default - the fact's own */
  readonly on?: ColumnOf<F>
}

const tests = (where: object | undefined) => where && { where: where as Record<string, Test> }

export function sum<F extends FactShape>(
  fact: F,
  column: ColumnOf<F>,
  where?: Where<F>,
  { on }: When<F> = {},
): Measure {
  return { kind: 'sum', fact, column, ...tests(where), ...(on && { on }) }
}

export function count<F extends FactShape>(
  fact: F,
  column: ColumnOf<F>,
  where?: Where<F>,
  { on }: When<F> = {},
): Measure {
  return { kind: 'count', fact, column, ...tests(where), ...(on && { on }) }
}

export function points(fact: FactShape): Measure {
  return { kind: 'points', fact }
}

export function distinct<F extends FactShape>(
  fact: F,
  column: ColumnOf<F>,
  where?: Where<F>,
  more: { readonly among?: 'population'; readonly mean?: 'day' } = {},
): Measure {
  return { kind: 'distinct', fact, column, ...tests(where), ...more }
}

export function repeated<F extends FactShape>(
  fact: F,
  column: ColumnOf<F>,
  { times, of, where }: { times: number; of: 'day' | ColumnOf<F>; where?: Where<F> },
): Measure {
  return { kind: 'repeated', fact, column, times, of, ...tests(where) }
}

export function newest<F extends FactShape>(fact: F, column: ColumnOf<F>, having: ColumnOf<F>): Measure {
  return { kind: 'newest', fact, column, having }
}

export function quantile<F extends FactShape>(
  fact: F,
  column: ColumnOf<F>,
  q: number,
  where?: Where<F>,
  { on }: When<F> = {},
): Measure {
  return { kind: 'quantile', fact, column, q, ...tests(where), ...(on && { on }) }
}

export function unique<F extends FactShape>(fact: F, column: ColumnOf<F>): Measure {
  return { kind: 'unique', fact, column }
}

export function open<F extends FactShape>(
  fact: F,
  column: ColumnOf<F>,
  { from, until }: { from: ColumnOf<F>; until: ColumnOf<F> },
): Measure {
  return { kind: 'open', fact, column, from, until }
}

export function latest<F extends FactShape>(
  fact: F,
  column: ColumnOf<F>,
  { per, within, where }: { per: readonly ColumnOf<F>[]; within: number; where?: Where<F> },
): Measure {
  return { kind: 'latest', fact, column, per, within, ...tests(where) }
}

export const population = (fact: FactShape): Measure => ({ kind: 'population', fact })
export const tenure = (fact: FactShape, q?: number): Measure => ({
  kind: 'tenure',
  fact,
  ...(q !== undefined && { q }),
})
export const joined = (fact: FactShape): Measure => ({ kind: 'joined', fact })
export const left = (fact: FactShape): Measure => ({ kind: 'left', fact })
export const cohort = (fact: FactShape): Measure => ({ kind: 'cohort', fact })
export const lost = (fact: FactShape): Measure => ({ kind: 'lost', fact })
export const kept = (fact: FactShape): Measure => ({ kind: 'kept', fact })

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
  /** The windows that it is shown under, whatever the config says. @default - the config's */
  readonly windows?: readonly (number | 'all')[]
  /** False for what has no meaning over all of time. @default true */
  readonly all?: boolean
  /** Days after its own until a day's cases are decided: provisional until then. @default 0 */
  readonly waits?: number
  /** What it is about; `functions/metrics/index.ts` is where it is said. @default - nothing in particular */
  readonly group?: string
  /** Sources define it differently: a total only where one alone gives it. @default false */
  readonly oneSource?: boolean
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

/**
 * One declared metric. `total` adds up over days, `level`, `distinct` and `quantile` do not, a `ratio` is summed in its
 * parts. `score` is the weighted index of the indicators that the config names.
 */
export type Metric =
  | (Measured & { readonly kind: 'total' | 'level' | 'distinct' | 'quantile' })
  | (Quotient & { readonly kind: 'ratio' })
  | (Declared & { readonly kind: 'score' })

export const total = (declared: Measured): Metric => ({ kind: 'total', ...declared })
export const level = (declared: Measured): Metric => ({ kind: 'level', ...declared })
export const distinctCount = (declared: Measured): Metric => ({ kind: 'distinct', ...declared })
export const median = (declared: Measured): Metric => ({ kind: 'quantile', ...declared })
export const ratio = (declared: Quotient): Metric => ({ kind: 'ratio', ...declared })
export const score = (declared: Declared): Metric => ({ kind: 'score', ...declared })
