/** A metric that there was. Its id is never used again. */
export interface RetiredMetric {
  readonly id: string
  /** Why it went, in plain words: a clause that ends a sentence. */
  readonly note: string
  /** Id of the metric to ask for instead; null where there is none. */
  readonly replacement: string | null
}

/** Every metric that was removed since the first release: the API answers 410 to its id, and not 404. */
export const retired: readonly RetiredMetric[] = []
