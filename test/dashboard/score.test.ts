import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Snapshot as AnsweredSnapshot, ScoreIndicator } from '../../dashboard/client.js'
import { configText } from '../../dashboard/score/config-text.ts'
import { indicatorsOf } from '../../dashboard/score/indicator.ts'
import { readWeights } from '../../dashboard/score/read-weights.ts'
import { weigh } from '../../dashboard/score/weigh.ts'
import { indicatorName, scoreOf } from '../../functions/compute/score-of.ts'
import type { Indicator } from '../../functions/kit/config.ts'
import { engagements, pillars } from '../../functions/kit/taxonomy.ts'
import { type MetricSnapshot, type WindowValue, windowName } from '../../functions/store/rows.ts'

const CLOSE = 9

const figure = fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 1000)

const given = fc.uniqueArray(
  fc
    .record({
      metric: fc.constantFrom('nps', 'csat', 'orders', 'churn_rate'),
      window: fc.constantFrom(7, 28, 'all' as const),
      weight: fc.double({ min: 0.001, max: 1000, noNaN: true }),
      newWeight: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1000, noNaN: true })),
      floor: figure,
      target: figure,
      engagement: fc.option(fc.constantFrom(...engagements), { nil: undefined }),
      pillar: fc.option(fc.constantFrom(...pillars), { nil: undefined }),
      value: fc.option(figure, { freq: 3 }),
    })
    .filter(({ floor, target }) => floor !== target),
  { maxLength: 7, selector: ({ metric, window }) => `${metric} ${window}` },
)

type Given = typeof given extends fc.Arbitrary<infer T> ? T : never

const declared = ({ metric, window, weight, floor, target, engagement, pillar }: Given[number]): Indicator => ({
  ...{ metric, window, weight, floor, target },
  ...(engagement && { engagement }),
  ...(pillar && { pillar }),
})

function snapshotOf(list: Given): Record<string, MetricSnapshot> {
  const metrics: Record<string, MetricSnapshot> = {}
  for (const { metric, window, value } of list) {
    const point: WindowValue =
      value === null
        ? { value, null_reason: 'no_data', finality: 'final', coverage: 0 }
        : { value, finality: 'final', coverage: 1 }
    const windows = { ...metrics[metric]?.windows, [windowName(window)]: point }
    metrics[metric] = { unit: 'count', definition_version: 1, windows }
  }
  return metrics
}

/** What the page makes of the same. */
const shown = (list: Given) =>
  indicatorsOf(
    list.map((one) => ({ ...declared(one), window: windowName(one.window) }) as ScoreIndicator),
    { metrics: snapshotOf(list) } as unknown as AnsweredSnapshot,
  )

const agrees = (mine: number | null | undefined, engine: number | null | undefined) =>
  engine === null || engine === undefined ? expect(mine).toBe(engine) : expect(mine).toBeCloseTo(engine, CLOSE)

/** The page's arithmetic by some weights against the engine's with them in its config. */
function sameAsEngine(list: Given, weights: readonly number[]): void {
  const weighed = weigh(shown(list), weights)
  const score = list.flatMap((one, i) => (weights[i]! > 0 ? [{ ...declared(one), weight: weights[i]! }] : []))
  const engine = scoreOf(score, snapshotOf(list))
  agrees(weighed.value, engine.value)
  for (const dimension of ['engagement', 'pillar'] as const) {
    const groups = engine.by?.[dimension] ?? {}
    expect([...weighed.by[dimension].keys()]).toEqual(Object.keys(groups))
    for (const [group, { value }] of Object.entries(groups)) agrees(weighed.by[dimension].get(group), value)
  }
}

describe('the score that the page computes', () => {
  test("is the engine's, by the stored weights and by any others", () => {
    fc.assert(
      fc.property(given, (list) => {
        sameAsEngine(
          list,
          list.map(({ weight }) => weight),
        )
        sameAsEngine(
          list,
          list.map(({ newWeight }) => newWeight),
        )
      }),
      { numRuns: 2_000 },
    )
  })

  test('has standings that are those of the breakdown, under the same names', () => {
    fc.assert(
      fc.property(given, (list) => {
        const { by } = scoreOf(list.map(declared), snapshotOf(list))
        const indicators = shown(list)
        expect(indicators.map(({ name }) => name)).toEqual(list.map(indicatorName))
        for (const { name, standing } of indicators) agrees(standing, by!.indicator![name]!.value)
      }),
      { numRuns: 500 },
    )
  })

  test('is the sum of the contributions, and shares are all of the weight', () => {
    fc.assert(
      fc.property(given, (list) => {
        const { value, contributions } = weigh(
          shown(list),
          list.map(({ newWeight }) => newWeight),
        )
        const total = (values: readonly (number | null)[]) => values.reduce<number>((sum, one) => sum + (one ?? 0), 0)
        if (value === null) expect(contributions.every(({ points }) => points === null)).toBe(true)
        else {
          expect(total(contributions.map(({ points }) => points))).toBeCloseTo(value, CLOSE)
          expect(total(contributions.map(({ share }) => share))).toBeCloseTo(1, CLOSE)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('shares the weight of what is missing in proportion', () => {
    const standings = [80, 50, null].map((standing) => ({ standing }))
    const { value, contributions } = weigh(standings, [0.4, 0.4, 0.2])
    expect(value).toBeCloseTo(65, CLOSE)
    expect(contributions.map(({ own }) => own)).toEqual([0.4, 0.4, 0.2])
    expect(contributions.map(({ share }) => share)).toEqual([0.5, 0.5, null])
    expect(contributions.map(({ points }) => points)).toEqual([40, 25, null])
  })

  test('is none where nothing with a value has a weight', () => {
    expect(weigh([{ standing: 80 }, { standing: null }], [0, 1]).value).toBeNull()
    expect(weigh([{ standing: 80 }], [0]).contributions).toEqual([{ own: 0, share: null, points: null }])
    expect(weigh([], []).value).toBeNull()
  })
})

describe('weights', () => {
  test('are read from an address only if they fit', () => {
    expect(readWeights('4,0,0.5', 3)).toEqual([4, 0, 0.5])
    for (const text of [undefined, '', '4,3', '4,-1,2', '4,x,2', '4,,2', '4,Infinity,1', '4,1.2.3,1'])
      expect(readWeights(text, 3)).toBeNull()
  })

  test('become the text of a config; what has none is left out', () => {
    const base = { floor: -20, target: 60 }
    const indicators = [
      { metric: 'nps', window: '90d', weight: 1, ...base, engagement: 'emotional', pillar: 'brand' },
      { metric: 'csat', window: '28d', weight: 1, ...base },
      { metric: 'orders', window: 'all', weight: 1, ...base },
    ] as const
    expect(configText(indicators, [2.5, 0, 1])).toBe(
      [
        'score: [',
        "  { metric: 'nps', window: 90, weight: 2.5, floor: -20, target: 60, engagement: 'emotional', pillar: 'brand' },",
        "  { metric: 'orders', window: 'all', weight: 1, floor: -20, target: 60 },",
        '],',
      ].join('\n'),
    )
  })
})
