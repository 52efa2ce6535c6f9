import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { componentOf, scoreOf } from '../../functions/compute/score-of.ts'
import type { Indicator } from '../../functions/kit/config.ts'
import { engagements, pillars } from '../../functions/kit/taxonomy.ts'
import { type MetricSnapshot, type WindowValue, windowName } from '../../functions/store/rows.ts'

interface Given {
  readonly indicator: Indicator
  readonly value: WindowValue
}

const RUNS = { numRuns: 10_000 }
/** Thousandths, so that no figure is too small to be scaled without loss. */
const figure = fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 1000)
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const indicator = fc
  .record({
    metric: fc.constantFrom('nps', 'csat', 'orders', 'churn_rate'),
    window: fc.constantFrom(7, 28, 'all' as const),
    weight: fc.double({ min: 0.001, max: 1000, noNaN: true }),
    floor: figure,
    target: figure,
    engagement: optional(fc.constantFrom(...engagements)),
    pillar: optional(fc.constantFrom(...pillars)),
  })
  .filter(({ floor, target }) => floor !== target)
  .map(({ engagement, pillar, ...rest }): Indicator => {
    return { ...rest, ...(engagement && { engagement }), ...(pillar && { pillar }) }
  })

const value = fc.oneof(
  fc.record({
    value: fc.oneof(figure, fc.constantFrom(0, 100)),
    coverage: fc.nat(1000).map((n) => n / 1000),
    finality: fc.constantFrom('final' as const, 'provisional' as const),
  }),
  fc.record({
    value: fc.constant(null),
    null_reason: fc.constantFrom('no_data' as const, 'source_missing' as const),
    coverage: fc.constant(0),
    finality: fc.constant('provisional' as const),
  }),
)

const given: fc.Arbitrary<Given[]> = fc.uniqueArray(fc.record({ indicator, value }), {
  maxLength: 6,
  selector: ({ indicator: { metric, window } }) => `${metric} ${window}`,
})

/** The score of indicators with these values. */
function score(list: readonly Given[]): WindowValue {
  const metrics: Record<string, MetricSnapshot> = {}
  for (const { indicator, value } of list) {
    const { metric, window } = indicator
    const windows = { ...metrics[metric]?.windows, [windowName(window)]: value }
    metrics[metric] = { unit: 'count', definition_version: 1, windows }
  }
  return scoreOf(
    list.map(({ indicator }) => indicator),
    metrics,
  )
}

const simple = (metric: string, value: number | null, weight: number): Given => ({
  indicator: { metric, window: 28, weight, floor: 0, target: 100 },
  value: { value, coverage: value === null ? 0 : 1, finality: 'final' },
})

describe('worked examples', () => {
  const [first, second] = [simple('nps', 80, 0.4), simple('csat', 50, 0.4)]

  test('three indicators', () => {
    expect(score([first, second, simple('orders', 20, 0.2)])).toMatchObject({ value: 56, coverage: 1 })
  })

  test('the weight of a missing one is shared', () => {
    const found = score([first, second, simple('orders', null, 0.2)])
    expect(found.value).toBeCloseTo(65, 12)
    expect(found.coverage).toBeCloseTo(0.8, 12)
  })

  test('rounding does not carry it above 100', () => {
    expect(score([simple('nps', 100, 0.1), simple('csat', 100, 0.7)]).value).toBe(100)
  })

  test('a floor above the target means that lower is better', () => {
    expect(componentOf(0, { floor: 10, target: 0 })).toBe(100)
    expect(componentOf(7.5, { floor: 10, target: 0 })).toBe(25)
    expect(componentOf(99, { floor: 10, target: 0 })).toBe(0)
  })
})

test('every index lies between 0 and 100, or is null and says why', () => {
  const property = fc.property(given, (list) => {
    const found = score(list)
    const all = [found, ...Object.values(found.by ?? {}).flatMap((groups) => Object.values(groups))]
    for (const { value, null_reason } of all) {
      if (value === null) expect(null_reason).toMatch(/no_data|source_missing/)
      else expect(value >= 0 && value <= 100).toBe(true)
    }
  })
  fc.assert(property, RUNS)
})

test('it is the mean of its components by weight; what has no value takes no part', () => {
  const property = fc.property(given, (list) => {
    const valued = list.filter(({ value }) => value.value !== null)
    const { value, numerator, denominator } = score(list)
    const { coverage: _, finality: __, by: ___, ...without } = score(valued)
    if (valued.length > 0) expect({ value, numerator, denominator }).toEqual(without)
    else expect(value).toBeNull()
    const weight = valued.reduce((sum, { indicator }) => sum + indicator.weight, 0)
    const mean = valued.reduce(
      (sum, { indicator, value }) => sum + (componentOf(value.value!, indicator) * indicator.weight) / weight,
      0,
    )
    if (value !== null) expect(value).toBeCloseTo(mean, 9)
  })
  fc.assert(property, RUNS)
})

test('its coverage is that of the indicators, by weight; without a value, it is 0', () => {
  const property = fc.property(given, (list) => {
    const { coverage } = score(list)
    const weight = list.reduce((sum, { indicator }) => sum + indicator.weight, 0)
    const expected = list.reduce(
      (sum, { indicator, value }) => sum + (value.value === null ? 0 : (indicator.weight * value.coverage) / weight),
      0,
    )
    expect(coverage).toBeCloseTo(expected, 12)
    expect(coverage <= 1).toBe(true)
  })
  fc.assert(property, RUNS)
})

test('the order of indicators does not matter, to the last digit', () => {
  const shuffled = given.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  )
  const property = fc.property(shuffled, ([list, other]) => {
    expect(score(other)).toEqual(score(list))
  })
  fc.assert(property, RUNS)
})

test('only proportions of weights matter', () => {
  const property = fc.property(given, fc.constantFrom(2, 8, 0.25), (list, factor) => {
    const scaled = list.map(({ indicator, value }) => {
      return { indicator: { ...indicator, weight: indicator.weight * factor }, value }
    })
    expect(score(scaled).value).toBe(score(list).value)
    expect(score(scaled).coverage).toBe(score(list).coverage)
  })
  fc.assert(property, RUNS)
})
