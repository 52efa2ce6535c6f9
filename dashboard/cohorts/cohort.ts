import type { Cohorts } from '../client.js'

/** How many of a cohort were there at one age. */
export interface Cell {
  readonly retained: number | null
  /** Per 100 of the cohort; null is "no data", or a cohort of nobody. */
  readonly rate: number | null
  /** Why the rate is null. */
  readonly reason: string | null
  readonly provisional: boolean
  /** Share of what it rests on that has been read. */
  readonly coverage: number
}

/** Everybody who joined in one week or month. */
export interface Cohort {
  /** First day of it. */
  readonly first: string
  readonly size: number | null
  /** Why the size is null. */
  readonly reason: string | null
  readonly provisional: boolean
  readonly coverage: number | null
  /** By age; what is not over yet has none. */
  readonly cells: readonly Cell[]
  /** When a number that had been final last changed. */
  readonly corrected: string | null
}

/** The columns of an answer as rows. */
export function cohortsOf(answer: Cohorts): Cohort[] {
  return answer.cohorts.map((first, i) => ({
    first,
    size: answer.size[i] ?? null,
    reason: answer.size_null_reason[i] ?? null,
    provisional: answer.size_finality[i] === 'provisional',
    coverage: answer.size_coverage[i] ?? null,
    cells: (answer.rate[i] ?? []).map((rate, age) => ({
      rate,
      retained: answer.retained[i]?.[age] ?? null,
      reason: answer.null_reason[i]?.[age] ?? null,
      provisional: answer.finality[i]?.[age] === 'provisional',
      coverage: answer.coverage[i]?.[age] ?? 0,
    })),
    corrected: answer.corrected_at[i] ?? null,
  }))
}

/** The average of one age. */
export interface Average {
  /** People there per 100 who joined, over all the cohorts. */
  readonly rate: number
  readonly retained: number
  readonly size: number
  readonly cohorts: number
  /** The least of theirs. */
  readonly coverage: number
}

/**
 * The average of every age, over the cohorts whose number at that age is final; null where there is none. Large cohorts count for more: it is the rate of all of their people together.
 */
export function averagesOf(cohorts: readonly Cohort[]): (Average | null)[] {
  const ages = Math.max(0, ...cohorts.map(({ cells }) => cells.length))
  return Array.from({ length: ages }, (_, age) => {
    const known = cohorts.flatMap(({ size, provisional, coverage, cells }) => {
      const cell = cells[age]
      if (!size || provisional || !cell || cell.provisional || cell.retained === null) return []
      return [{ size, retained: cell.retained, coverage: Math.min(coverage ?? 1, cell.coverage) }]
    })
    if (known.length === 0) return null
    const size = known.reduce((sum, one) => sum + one.size, 0)
    const retained = known.reduce((sum, one) => sum + one.retained, 0)
    const coverage = Math.min(...known.map((one) => one.coverage))
    return { rate: (100 * retained) / size, retained, size, cohorts: known.length, coverage }
  })
}
