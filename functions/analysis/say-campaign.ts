import type { Metric } from '../kit/metric.ts'
import type { CampaignEffect, Difference, Period } from './campaign.ts'
import { sayChange, sayValue } from './say-value.ts'

/** What a sentence is about. */
export interface ToldCampaign {
  readonly metric: Pick<Metric, 'title' | 'unit' | 'kind'>
  readonly currency?: string | undefined
  /** The channel that is looked at; null for all. */
  readonly channel: string | null
  /** Titles of other annotations on the days that are compared. */
  readonly overlapping: readonly string[]
}

/** A campaign's before, during and after in plain words, with what makes it less than it seems. */
export function sayCampaign(effect: CampaignEffect, told: ToldCampaign): string {
  const { metric, currency, channel, overlapping } = told
  const value = (of: number | null) => (of === null ? 'no value' : sayValue(of, metric.unit, currency))
  const change = (of: Difference) => sayDifference(of, metric.unit, currency)
  const a = metric.kind === 'total' ? ' a day' : ''
  const { before, during, after } = effect
  const name = channel === null ? metric.title : `${metric.title} (${channel})`
  const periods = [
    `${value(before.mean)}${before.mean === null ? '' : a} before`,
    `${value(during.mean)} during${change(effect.during_minus_before)}`,
    `${value(after.mean)} after${after.mean === null ? '' : change(effect.after_minus_before)}`,
  ]
  const alike = metric.kind === 'ratio' ? ['every day counts alike, however many cases it has'] : []
  const named = overlapping.map((title) => `'${title}'`).join(', ')
  const others = overlapping.length > 0 ? [`other annotations on the days compared: ${named}`] : []
  const cautions = [...alike, ...doubts('before', before), ...doubts('during', during), ...doubts('after', after)]
  return [`${name}: ${periods.join(', ')}.`, ...[...cautions, ...others].map((one) => `${upper(one)}.`)].join(' ')
}

function sayDifference(
  { mean, standard_error, pairs }: Difference,
  unit: Metric['unit'],
  currency: string | undefined,
): string {
  if (mean === null) return ''
  const counted = `${pairs} ${pairs === 1 ? 'pair' : 'pairs'} of days`
  if (standard_error === null) return ` (${sayChange(mean, unit, currency)}, of ${counted})`
  const error = sayChange(standard_error, unit, currency).slice(1)
  return ` (${sayChange(mean, unit, currency)} ± ${error}, one standard error of ${counted})`
}

function doubts(name: string, { dates, days_with_value, provisional, partly_covered }: Period): string[] {
  const counts: [number, string][] = [
    [dates.length - days_with_value, 'without a value'],
    [provisional, 'provisional'],
    [partly_covered, 'partly covered'],
  ]
  const said = counts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`)
  return said.length > 0 ? [`of the ${dates.length} days ${name}: ${said.join(', ')}`] : []
}

const upper = (text: string) => `${text[0]!.toUpperCase()}${text.slice(1)}`
