import { expect, test } from 'vitest'
import { checkScore } from '../../functions/compute/check-score.ts'
import type { Indicator } from '../../functions/kit/config.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { metrics } from '../../functions/metrics/index.ts'

const indicator = (over: Partial<Indicator>): Indicator => ({
  metric: 'nps',
  window: 28,
  weight: 1,
  floor: 0,
  target: 100,
  ...over,
})

const check = (...score: readonly Indicator[]) => checkScore({ score: [...score] }, metrics)
const refusal = (message: string) => new TidemarkError('invalid', `config: score: ${message}`)

test('the same metric under two windows is two indicators', () => {
  expect(() => check(indicator({}), indicator({ window: 90 }), indicator({ metric: 'csat' }))).not.toThrow()
})

test('the same metric and window twice would overwrite each other in the breakdown', () => {
  expect(() => check(indicator({ weight: 2 }), indicator({ metric: 'csat' }), indicator({ weight: 0.5 }))).toThrow(
    refusal(
      'two indicators are nps with window 28: number 1 (weight 2) and number 3 (weight 0.5); expected each once: make them one, or give one another window',
    ),
  )
})

test('a metric that is not, or is a score itself, and a window that it has not', () => {
  for (const metric of ['profit', 'engagement_score']) {
    expect(() => check(indicator({ metric }))).toThrow(`config: score: '${metric}' is no metric; expected one of`)
  }
  expect(() => check(indicator({ metric: 'stickiness', window: 7 }))).toThrow(
    refusal('stickiness has no window 7; expected 28'),
  )
})
