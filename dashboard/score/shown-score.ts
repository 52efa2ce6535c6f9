import type { Metric } from '../client.js'
import type { Indicator } from './indicator.ts'
import type { Weighed } from './weigh.ts'

/** What the parts of the page show of a score. */
export interface ShownScore {
  readonly indicators: readonly Indicator[]
  /** By which `now` is computed; of each indicator, in their order. */
  readonly weights: readonly number[]
  /** By the weights in use. */
  readonly before: Weighed
  readonly now: Weighed
  /** The catalogue, for titles and units. */
  readonly metrics: readonly Metric[]
}
