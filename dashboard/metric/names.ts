import type { ExplainedPart, Metric } from '../client.js'
import type { Reader } from '../locale/reader.ts'

/** A dimension in words. */
export const dimensionText = ({ words }: Reader, name: string): string =>
  words.metric.dimensions[name] ?? name.replaceAll('_', ' ')

/** A value of a dimension in words; as the data has it where nobody translates it. */
export function segmentText({ words }: Reader, dimension: string, key: string): string {
  if (key === 'unknown') return words.metric.unknownSegment
  return words.metric.segments[dimension]?.[key] ?? key.replaceAll('_', ' ')
}

/** What a part of a change is, and what kind of part. */
export function partText(
  reader: Reader,
  { kind, key }: Pick<ExplainedPart, 'kind' | 'key'>,
  by: string | null,
): { readonly name: string; readonly kind: string } {
  const { words, format } = reader
  const { numerator, denominator } = words.proof
  const names = {
    input: () => ({ numerator, denominator })[key] ?? key,
    segment_mix: () => segmentText(reader, by ?? '', key),
    segment_rate: () => segmentText(reader, by ?? '', key),
    missing_data: () => segmentText(reader, by ?? '', key),
    revision: () => format.day(key),
    definition: () => words.proof.version(key),
  }
  return { name: names[kind](), kind: words.metric.partKinds[kind] }
}

/** A difference of values: of percentages, scores and points in points, else in the metric's unit. */
export function differenceText({ words, format }: Reader, metric: Pick<Metric, 'unit' | 'currency'>, by: number) {
  return ['percent', 'points', 'score'].includes(metric.unit)
    ? words.change.points(format.difference(by, { unit: 'percent' }))
    : format.difference(by, metric as { unit: string })
}

/** Whether a difference is for the better; empty where neither way is, or nothing moved. */
export const toneOf = ({ direction }: Pick<Metric, 'direction'>, by: number): '' | 'good' | 'bad' =>
  direction === null || by === 0 ? '' : by > 0 === (direction === 'up') ? 'good' : 'bad'
