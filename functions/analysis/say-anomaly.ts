import type { Day } from '../kit/day.ts'
import type { Metric } from '../kit/metric.ts'
import { COMPARED_DAYS, type Judgement } from './anomaly.ts'
import { sayValue } from './say-value.ts'

/** What a sentence is about. */
export interface ToldDay {
  readonly metric: Pick<Metric, 'title' | 'unit'>
  readonly currency?: string | undefined
  readonly day: Day
  readonly value: number | null
  /** First day on which it can be final, where that is known. */
  readonly finalOn: Day | null
}

/** A judgement in plain words. A day that is not judged says why, and nothing of its value. */
export function sayAnomaly(judgement: Judgement, { metric, currency, day, value, finalOn }: ToldDay): string {
  const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(Date.parse(day))
  const days = `${judgement.compared.length} final ${weekday}${judgement.compared.length === 1 ? '' : 's'}`
  if (judgement.status === 'not_judged') return `not judged: ${sayWhyNot(judgement, days, finalOn)}`
  const { median, deviations, change } = judgement
  const say = (of: number) => sayValue(of, metric.unit, currency)
  const percent = `${change < 0 ? '−' : '+'}${(Math.abs(change) * 100).toLocaleString('en', { maximumFractionDigits: 0 })} %`
  const far =
    deviations === null
      ? 'all of them were alike'
      : `${Math.abs(deviations).toLocaleString('en', { maximumFractionDigits: 1 })} robust deviations`
  const what = judgement.status === 'unusual' ? 'unusual' : 'usual'
  return `${metric.title} is ${what}: ${say(value!)}, where the median of ${days} is ${say(median)} (${percent}, ${far})`
}

function sayWhyNot(
  { reason, sources }: Extract<Judgement, { status: 'not_judged' }>,
  days: string,
  finalOn: Day | null,
): string {
  switch (reason) {
    case 'no_value':
      return 'there is no value'
    case 'source_late':
      return sources
        .map(({ source, status }) => `${source} ${status === 'failed' ? 'failed' : `is ${status}`}`)
        .join(', ')
    case 'partly_covered':
      return `not all that it rests on has been read, and only ${days} before it are like that`
    case 'provisional':
      return `it is provisional${finalOn === null ? '' : ` until ${finalOn} at the earliest`}`
    case 'low_sample':
      return 'too few cases'
    case 'short_history':
      return `there are only ${days} before it; at least ${COMPARED_DAYS.least} are needed`
    case 'mostly_zero':
      return `at least half of ${days} before it are 0`
  }
}
