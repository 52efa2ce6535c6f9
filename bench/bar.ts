/** Something that is to be so fast, or so small, and what was measured against it. */
export interface Bar {
  readonly id: string
  readonly what: string
  readonly measured: string
  readonly bar: string
  readonly met: boolean
}

/** The middle of an odd number of values. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
