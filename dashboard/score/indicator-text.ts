import type { Metric } from '../client.js'
import type { Reader } from '../locale/reader.ts'
import { titleOf, windowText } from '../metric-text.ts'
import type { Indicator } from './indicator.ts'

/** `Bounce rate, 28 days`. */
export function indicatorText(
  reader: Reader,
  { metric: id, window }: Pick<Indicator, 'metric' | 'window'>,
  metrics: readonly Metric[],
): string {
  const metric = metrics.find((one) => one.id === id)
  return reader.words.score.named(metric ? titleOf(reader, metric) : id, windowText(reader, window))
}
