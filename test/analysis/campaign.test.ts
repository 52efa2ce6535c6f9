import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { campaignEffect, type DayValue, matchedDays } from '../../functions/analysis/campaign.ts'
import { sayCampaign } from '../../functions/analysis/say-campaign.ts'
import { segmentValue } from '../../functions/analysis/segment-value.ts'
import { customers, interactions } from '../../functions/facts.ts'
import { addDays, type Day, day, eachDay } from '../../functions/kit/day.ts'
import { population, quantile, ratio, sum, total } from '../../functions/kit/metric.ts'
import type { WindowValue } from '../../functions/store/rows.ts'

/** A Monday. */
const FROM = day('2026-11-09')
const TO = day('2026-11-15')

const points = (from: Day, values: readonly (number | null)[], rest: Partial<DayValue> = {}): DayValue[] =>
  values.map((value, i) => ({ day: addDays(from, i), value, finality: 'final', coverage: 1, ...rest }))

const BEFORE = points(day('2026-11-02'), [40, 42, 38, 44, 41, 39, 43])
const DURING = points(FROM, [60, 66, 58, 70, 63, 59, 65])
const AFTER = points(day('2026-11-16'), [44, 44, 40, 47, 45, 43, 45])

describe('a week, worked by hand', () => {
  const effect = campaignEffect(FROM, TO, [...BEFORE, ...DURING, ...AFTER])

  test('means of 287, 441 and 308 over seven days', () => {
    expect([effect.before.mean, effect.during.mean, effect.after.mean]).toEqual([41, 63, 44])
    expect(effect.before.dates).toEqual(eachDay(day('2026-11-02'), day('2026-11-08')))
    expect(effect.after.dates).toEqual(eachDay(day('2026-11-16'), day('2026-11-22')))
  })

  test('differences 20 24 20 26 22 20 22: squares of 32, so √(32 ÷ 6 ÷ 7)', () => {
    expect(effect.during_minus_before).toEqual({ mean: 22, standard_error: Math.sqrt(32 / 6 / 7), pairs: 7 })
    expect(effect.after_minus_before).toEqual({ mean: 3, standard_error: Math.sqrt(6 / 6 / 7), pairs: 7 })
  })

  test('in plain words', () => {
    const metric = { title: 'Interactions', unit: 'count', kind: 'total' } as const
    expect(sayCampaign(effect, { metric, channel: 'email', overlapping: [] })).toBe(
      'Interactions (email): 41 a day before, 63 during (+22 ± 0.87, one standard error of 7 pairs of days), 44 after (+3 ± 0.38, one standard error of 7 pairs of days).',
    )
    const money = { title: 'Revenue', unit: 'money', kind: 'total' } as const
    expect(sayCampaign(effect, { metric: money, currency: 'EUR', channel: null, overlapping: ['Sale'] })).toMatch(
      /^Revenue: 0\.41 EUR a day before, 0\.63 EUR during \(\+0\.22 EUR ± 0\.01 EUR, .* Other annotations on the days compared: 'Sale'\.$/,
    )
  })
})

describe('which days are compared', () => {
  test('three days: those of the weeks next to them', () => {
    expect(matchedDays(FROM, day('2026-11-11'))).toEqual([
      { before: '2026-11-02', during: '2026-11-09', after: '2026-11-16' },
      { before: '2026-11-03', during: '2026-11-10', after: '2026-11-17' },
      { before: '2026-11-04', during: '2026-11-11', after: '2026-11-18' },
    ])
  })

  test('nine days: what occurs twice goes back two weeks, the rest one', () => {
    const effect = campaignEffect(FROM, day('2026-11-17'), [])
    expect(effect.before.dates).toEqual(['2026-10-26', '2026-10-27', ...eachDay(day('2026-11-02'), day('2026-11-08'))])
    expect(effect.after.dates).toEqual([...eachDay(day('2026-11-18'), day('2026-11-24')), '2026-11-30', '2026-12-01'])
  })

  test('10,000 campaigns: same weekdays, no day twice, none within, and no nearer one left out', () => {
    const campaigns = fc.tuple(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 1, max: 30 }))
    fc.assert(
      fc.property(campaigns, ([start, length]) => {
        const from = addDays(day('2026-01-01'), start)
        const to = addDays(from, length - 1)
        const matched = matchedDays(from, to)
        const before = matched.map((one) => one.before)
        const after = matched.map((one) => one.after)
        const weekday = (one: Day) => new Date(one).getUTCDay()
        const wrong = matched.filter(
          (one, i) =>
            one.during !== addDays(from, i) ||
            weekday(one.before) !== weekday(one.during) ||
            weekday(one.after) !== weekday(one.during) ||
            one.before >= from ||
            one.after <= to ||
            // Whatever lies a week nearer to the campaign is compared too, or within it.
            !(addDays(one.before, 7) >= from || before.includes(addDays(one.before, 7))) ||
            !(addDays(one.after, -7) <= to || after.includes(addDays(one.after, -7))),
        )
        expect(wrong).toEqual([])
        expect([new Set(before).size, matched.length, new Set(after).size]).toEqual([length, length, length])
      }),
      { numRuns: 10_000 },
    )
  })
})

describe('days without a value', () => {
  test('are left out of means and pairs, and told', () => {
    const short = [...points(day('2026-11-02'), [40, null, 38]), ...points(FROM, [50, 60, null])]
    const effect = campaignEffect(FROM, day('2026-11-11'), short)
    expect(effect.before).toMatchObject({ mean: 39, days_with_value: 2 })
    expect(effect.during).toMatchObject({ mean: 55, days_with_value: 2 })
    expect(effect.during_minus_before).toEqual({ mean: 10, standard_error: null, pairs: 1 })
    expect(effect.after).toMatchObject({ mean: null, days_with_value: 0, provisional: 0, partly_covered: 0 })
    expect(effect.after_minus_before).toEqual({ mean: null, standard_error: null, pairs: 0 })
    const metric = { title: 'Rate', unit: 'percent', kind: 'ratio' } as const
    expect(sayCampaign(effect, { metric, channel: null, overlapping: [] })).toBe(
      'Rate: 39 % before, 55 % during (+10 points, of 1 pair of days), no value after. Every day counts alike, however many cases it has. Of the 3 days before: 1 without a value. Of the 3 days during: 1 without a value. Of the 3 days after: 3 without a value.',
    )
  })

  test('provisional and partly covered ones count, and are told', () => {
    const open = [...BEFORE, ...points(FROM, [60, 66], { finality: 'provisional', coverage: 0.5 })]
    const effect = campaignEffect(FROM, addDays(FROM, 1), open)
    expect(effect.during).toMatchObject({ mean: 63, provisional: 2, partly_covered: 2 })
    expect(effect.before).toMatchObject({ provisional: 0, partly_covered: 0 })
    const metric = { title: 'Visits', unit: 'count', kind: 'total' } as const
    expect(sayCampaign(effect, { metric, channel: null, overlapping: [] })).toContain(
      'Of the 2 days during: 2 provisional, 2 partly covered.',
    )
  })
})

describe('10,000 series', () => {
  const value = fc.option(fc.integer({ min: -1_000_000, max: 1_000_000 }), { nil: null, freq: 5 })
  const series = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.array(value, { minLength: 37, maxLength: 37 }))
    .map(([length, values]) => ({
      to: addDays(FROM, length - 1),
      all: points(addDays(FROM, -14), values),
    }))

  test('a shift of all days by k shifts means by k, and no difference', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: -1_000, max: 1_000 }), ({ to, all }, k) => {
        const effect = campaignEffect(FROM, to, all)
        const shifted = campaignEffect(
          FROM,
          to,
          all.map((one) => ({ ...one, value: one.value === null ? null : one.value + k })),
        )
        for (const name of ['before', 'during', 'after'] as const) {
          const [was, is] = [effect[name].mean, shifted[name].mean]
          if (was === null) expect(is).toBeNull()
          else expect(is).toBeCloseTo(was + k, 6)
        }
        expect(shifted.during_minus_before).toEqual(effect.during_minus_before)
        expect(shifted.after_minus_before).toEqual(effect.after_minus_before)
      }),
      { numRuns: 10_000 },
    )
  })

  test('the order of points is irrelevant', () => {
    fc.assert(
      fc.property(series, fc.infiniteStream(fc.nat()), ({ to, all }, ranks) => {
        const shuffled = all
          .map((one) => ({ one, rank: ranks.next().value! }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ one }) => one)
        expect(campaignEffect(FROM, to, shuffled)).toEqual(campaignEffect(FROM, to, all))
      }),
      { numRuns: 10_000 },
    )
  })

  test('a lift of every day by k is a difference of k without any error; no error is negative or without two pairs', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: -1_000, max: 1_000 }), ({ to, all }, k) => {
        const { during_minus_before: found } = campaignEffect(FROM, to, all)
        expect(found.standard_error === null).toBe(found.pairs < 2)
        expect(found.standard_error ?? 0).toBeGreaterThanOrEqual(0)
        const before = new Map(all.map((one) => [one.day, one.value]))
        const lifted = matchedDays(FROM, to).flatMap(({ before: earlier, during }) => {
          const was = before.get(earlier) ?? null
          const same = { finality: 'final', coverage: 1 } as const
          return [
            { day: earlier, value: was, ...same },
            { day: during, value: was === null ? null : was + k, ...same },
          ]
        })
        const lift = campaignEffect(FROM, to, lifted).during_minus_before
        if (lift.pairs === 0) expect(lift.mean).toBeNull()
        else expect(lift.mean).toBe(k)
        expect(lift.standard_error ?? 0).toBe(0)
      }),
      { numRuns: 10_000 },
    )
  })
})

describe('a channel of a metric', () => {
  const declared = { id: 'a', title: 'A', unit: 'count', direction: 'up', definition: 'A.' } as const
  const count = total({ ...declared, measure: sum(interactions, 'count') })
  const rate = ratio({ ...declared, numerator: sum(interactions, 'count'), denominator: population(customers) })
  const whole = (value: Partial<WindowValue>): WindowValue => ({ value: 5, finality: 'final', coverage: 1, ...value })
  const by = (segments: NonNullable<WindowValue['by']>[string]) => ({ by: { channel: segments } })

  test.each([
    ['as the breakdown has it', count, whole(by({ email: { value: 3 } })), 3],
    ['nothing happened there', count, whole(by({ web: { value: 5 } })), 0],
    ['nothing happened at all', count, whole({ value: 0 }), 0],
    ['nothing is known', count, whole({ value: null, null_reason: 'source_missing' }), null],
    [
      'a ratio whose denominator is that of the whole',
      rate,
      whole({ numerator: 5, denominator: 10, ...by({ web: { value: 0.5, numerator: 5, denominator: 10 } }) }),
      0,
    ],
    [
      'a ratio of which every channel has its own denominator',
      rate,
      whole({ numerator: 5, denominator: 10, ...by({ web: { value: 0.5, numerator: 2, denominator: 4 } }) }),
      null,
    ],
    [
      'a median has no value without cases',
      { ...count, kind: 'quantile', measure: quantile(interactions, 'count', 0.5) } as const,
      whole(by({ web: { value: 5 } })),
      null,
    ],
  ])('%s', (_, metric, value, expected) => {
    expect(segmentValue(metric, value, 'channel', 'email').value).toBe(expected)
  })
})
