import type { Unit } from '../kit/metric.ts'
import type { Explained, Part } from './explain.ts'
import { sayChange, sayValue } from './say-value.ts'

/** What a sentence is about. */
export interface Told {
  readonly title: string
  readonly unit: Unit
  readonly currency?: string | undefined
  readonly date: string
  readonly against: string
  readonly from: number
  readonly to: number
  readonly dimension: string | null
  /** What makes the comparison less than it seems: provisional days, missing sources, few cases. */
  readonly cautions: readonly string[]
}

/** Parts below this share of the largest go unmentioned. */
const WORTH_MENTIONING = 0.2
const MOST_PARTS = 3

/** A change in plain words, with its largest parts. */
export function sayExplained({ change, parts }: Explained, told: Told): string {
  const { title, unit, currency, date, against, from, to, cautions } = told
  const value = (of: number) => sayValue(of, unit, currency)
  const moved =
    change === 0
      ? `${title} is ${value(to)}, as on ${against}`
      : `${title} ${change > 0 ? 'rose' : 'fell'} from ${value(from)} on ${against} to ${value(to)} on ${date} (${sayChange(change, unit, currency)})`
  const largest = parts
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
  const top = Math.abs(largest[0]?.contribution ?? 0)
  const mentioned = largest
    .filter(({ contribution }) => Math.abs(contribution) >= WORTH_MENTIONING * top)
    .slice(0, MOST_PARTS)
    .map((part) => `${sayPart(part, told)} ${sayChange(part.contribution, unit, currency)}`)
  const because = change !== 0 && mentioned.length > 0 ? `: ${mentioned.join('; ')}` : ''
  return [`${moved}${because}.`, ...cautions.map((caution) => `${caution}.`)].join(' ')
}

function sayPart({ kind, key }: Part, { dimension }: Told): string {
  switch (kind) {
    case 'input':
      return key === 'value' ? 'the whole of it' : `the ${key}`
    case 'segment_mix':
      return `a different share of ${dimension} ${key}`
    case 'segment_rate':
      return `${dimension} ${key}`
    case 'missing_data':
      return `source ${key}, which is known on one of the two days only,`
    case 'revision':
      return `${key} restated`
    case 'definition':
      return `the definition changed (${key})`
  }
}
