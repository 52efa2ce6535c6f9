import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge, type Point } from '../../functions/analysis/anomaly.ts'
import { lateSources, makeInteractions } from '../../functions/analysis/late-sources.ts'
import { sayAnomaly } from '../../functions/analysis/say-anomaly.ts'
import { isReached } from '../../functions/analysis/target.ts'
import { interactionFacts } from '../../functions/compute/load-facts.ts'
import { interactions, orders } from '../../functions/facts.ts'
import type { ConfigData } from '../../functions/kit/config.ts'
import { addDays, day } from '../../functions/kit/day.ts'
import { score, sum, total } from '../../functions/kit/metric.ts'

/** A Thursday. */
const DAY = day('2026-11-19')

const point = (value: number | null, rest: Partial<Point> = {}): Point => ({
  day: DAY,
  value,
  finality: 'final',
  coverage: 1,
  low_sample: false,
  definition_version: 1,
  ...rest,
})

/** The Thursdays before, newest first. */
const history = (values: readonly (number | null)[], rest: Partial<Point> = {}): Point[] =>
  values.map((value, i) => point(value, { day: addDays(DAY, -7 * (i + 1)), ...rest }))

/** Median 100; distances 0 0 1 1 2 2 3 3 4 4 5 5, whose median is 2.5. */
const STEADY = history([100, 102, 98, 104, 96, 101, 99, 103, 97, 105, 95, 100])

describe('worked by hand', () => {
  test('30 above a median of 100, whose spread is 2.5 × 1.4826, is unusual', () => {
    const found = judge(point(130), STEADY, [])
    expect(found).toMatchObject({ status: 'unusual', median: 100, change: 0.3 })
    expect(found).toHaveProperty('deviations', 30 / (2.5 * 1.4826))
    expect(judge(point(70), STEADY, [])).toMatchObject({ status: 'unusual', change: -0.3 })
  })

  test('five deviations are not enough below 20 %', () => {
    expect(judge(point(120), STEADY, [])).toMatchObject({ status: 'unusual', change: 0.2 })
    expect(judge(point(119), STEADY, [])).toMatchObject({ status: 'usual', change: 0.19 })
  })

  test('nor is 50 % below 3.5 deviations', () => {
    const wild = history([100, 160, 40, 150, 50, 100])
    // Distances 0 0 50 50 60 60: 50 × 1.4826 = 74.13.
    expect(judge(point(150), wild, [])).toMatchObject({ status: 'usual', deviations: 50 / 74.13, change: 0.5 })
  })

  test('where more than half are alike, the mean distance stands in for the median one', () => {
    const mostly = history([100, 100, 100, 100, 100, 100, 100, 110, 110, 110, 110, 110])
    const found = judge(point(130), mostly, [])
    expect(found).toMatchObject({ status: 'unusual', median: 100 })
    expect((found as { deviations: number }).deviations).toBeCloseTo(30 / (1.253314 * (50 / 12)), 4)
  })

  test('where all are alike, only the change counts', () => {
    const same = history(Array(12).fill(100))
    expect(judge(point(100), same, [])).toMatchObject({ status: 'usual', deviations: 0 })
    expect(judge(point(119), same, [])).toMatchObject({ status: 'usual', deviations: null })
    expect(judge(point(121), same, [])).toMatchObject({ status: 'unusual', deviations: null })
  })
})

describe('what is compared with', () => {
  const without = (rest: Partial<Point>) => judge(point(130), history(Array(12).fill(100), rest), [])
  test.each([
    ['a provisional day', { finality: 'provisional' }],
    ['a day without a value', { value: null }],
    ['a day of another definition', { definition_version: 2 }],
    ['the day itself', { day: DAY }],
    ['a day of which less was read', { coverage: 0.5 }],
    ['another weekday', { day: addDays(DAY, -8) }],
    ['a later day', { day: addDays(DAY, 7) }],
  ] as const)('never %s', (_, rest) => {
    expect(without(rest)).toMatchObject({ status: 'not_judged', reason: 'short_history', compared: [] })
  })

  test('like with like: where a stream has no past, days of which as much was read', () => {
    const part = { coverage: 0.75 }
    const days = STEADY.map((one) => ({ ...one, ...part }))
    expect(judge(point(130, part), days, [])).toMatchObject({ status: 'unusual', median: 100 })
    expect(judge(point(130, part), STEADY, [])).toMatchObject({ status: 'not_judged', reason: 'partly_covered' })
  })

  test('six days at least, the last twelve at most', () => {
    expect(judge(point(130), STEADY.slice(0, 5), [])).toMatchObject({ reason: 'short_history' })
    expect(judge(point(130), STEADY.slice(0, 6), [])).toMatchObject({ status: 'unusual' })
    const more = [...STEADY, ...history(Array(20).fill(130)).slice(12)]
    expect(judge(point(130), more, [])).toEqual(judge(point(130), STEADY, []))
    expect((judge(point(130), more, []).compared ?? []).at(-1)).toBe('2026-08-27')
  })
})

describe('what is not judged', () => {
  const late = [{ source: 'zendesk', status: 'late' }] as const
  test.each([
    ['source_late', point(10, { coverage: 0.5, finality: 'provisional' }), late, 'zendesk is late'],
    ['source_late', point(null, { coverage: 0 }), [{ source: 'ga4', status: 'failed' }], 'ga4 failed'],
    ['source_late', point(10, { coverage: 0.9 }), late, 'zendesk is late'],
    [
      'partly_covered',
      point(10, { coverage: 0.9 }),
      [],
      'not all that it rests on has been read, and only 0 final Thursdays before it are like that',
    ],
    ['provisional', point(10, { finality: 'provisional' }), late, 'it is provisional until 2026-11-23 at the earliest'],
    ['low_sample', point(10, { low_sample: true }), late, 'too few cases'],
    ['no_value', point(null), [], 'there is no value'],
  ] as const)('%s: %#', (reason, one, sources, words) => {
    const found = judge(one, STEADY, sources)
    expect(found).toMatchObject({ status: 'not_judged', reason, sources: reason === 'source_late' ? sources : [] })
    const told = { metric: { title: 'Tickets', unit: 'count' } as const, day: DAY, value: one.value }
    expect(sayAnomaly(found, { ...told, finalOn: day('2026-11-23') })).toBe(`not judged: ${words}`)
  })

  test('a change from nothing has no size', () => {
    const rare = history([0, 0, 0, 0, 1, 2])
    expect(judge(point(3), rare, [])).toMatchObject({ status: 'not_judged', reason: 'mostly_zero' })
  })
})

test('in plain words', () => {
  const told = { metric: { title: 'Revenue', unit: 'money' } as const, currency: 'EUR', day: DAY, finalOn: null }
  expect(sayAnomaly(judge(point(70), STEADY, []), { ...told, value: 70 })).toBe(
    'Revenue is unusual: 0.70 EUR, where the median of 12 final Thursdays is 1.00 EUR (−30 %, 8.1 robust deviations)',
  )
  expect(sayAnomaly(judge(point(1), STEADY.slice(0, 1), []), { ...told, value: 1 })).toBe(
    'not judged: there are only 1 final Thursday before it; at least 6 are needed',
  )
})

describe('10,000 histories', () => {
  const values = fc.array(fc.integer({ min: -10_000, max: 10_000 }), { minLength: 6, maxLength: 14 })
  const today = fc.integer({ min: -20_000, max: 20_000 })

  test('the order of days is irrelevant, and so is what came later', () => {
    fc.assert(
      fc.property(values, today, fc.infiniteStream(fc.nat()), (given, value, ranks) => {
        const days = history(given)
        const shuffled = [...days, point(1, { day: addDays(DAY, 7) })]
          .map((one) => ({ one, rank: ranks.next().value! }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ one }) => one)
        expect(judge(point(value), shuffled, [])).toEqual(judge(point(value), days, []))
      }),
      { numRuns: 10_000 },
    )
  })

  test('doubling everything, or turning its sign, changes neither verdict nor size', () => {
    fc.assert(
      fc.property(values, today, fc.constantFrom(2, 0.5, -1, -4), (given, value, by) => {
        const found = judge(point(value), history(given), [])
        const scaled = judge(point(value * by), history(given.map((one) => one * by)), [])
        expect(scaled.status).toBe(found.status)
        if (found.status === 'not_judged' || scaled.status === 'not_judged') return
        expect(Math.abs(scaled.deviations ?? -1)).toBe(Math.abs(found.deviations ?? -1))
        expect(Math.abs(scaled.change)).toBe(Math.abs(found.change))
      }),
      { numRuns: 10_000 },
    )
  })

  test('a constant history is unusual exactly from a fifth of it on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 6, max: 14 }), today, (level, n, value) => {
        const found = judge(point(value), history(Array(n).fill(level)), [])
        const unusual = Math.abs(value - level) / level >= 0.2
        expect(found.status).toBe(unusual ? 'unusual' : 'usual')
      }),
      { numRuns: 10_000 },
    )
  })

  test('the median itself is usual; what is further away on the same side is no less unusual', () => {
    fc.assert(
      fc.property(values, fc.nat(10_000), fc.nat(10_000), fc.constantFrom(1, -1), (given, a, b, side) => {
        const days = history(given)
        const at = judge(point(0), days, [])
        if (at.status === 'not_judged') return
        expect(judge(point(at.median), days, []).status).toBe('usual')
        const near = judge(point(at.median + side * a), days, [])
        const far = judge(point(at.median + side * (a + b)), days, [])
        if (near.status === 'unusual') expect(far.status).toBe('unusual')
      }),
      { numRuns: 10_000 },
    )
  })

  test('nothing that is open, incomplete or small is ever unusual', () => {
    const flaw = fc.constantFrom({ finality: 'provisional' }, { coverage: 0.99 }, { low_sample: true }) as fc.Arbitrary<
      Partial<Point>
    >
    fc.assert(
      fc.property(values, today, flaw, (given, value, rest) => {
        expect(judge(point(value, rest), history(given), []).status).toBe('not_judged')
      }),
      { numRuns: 10_000 },
    )
  })
})

describe('which sources a metric waits for', () => {
  const stream = (facts: readonly string[] | null) => ({
    name: 'all',
    kind: 'events' as const,
    facts,
    emits: [],
    settles: 0,
    past: true,
  })
  const config = {
    sources: [
      { id: 'shop', name: 'shop', streams: [stream(['orders'])] },
      { id: 'web', name: 'web', streams: [stream(['traffic'])] },
      { id: 'files', name: 'csv', streams: [stream(null)] },
    ],
    score: [{ metric: 'revenue', window: 1, weight: 1, floor: 0, target: 1 }],
  } satisfies Pick<ConfigData, 'sources' | 'score'>
  const declared = { title: 'A', unit: 'count', direction: 'up', definition: 'A.' } as const
  const count = total({ ...declared, id: 'interactions', measure: sum(interactions, 'count') })
  const revenue = total({ ...declared, id: 'revenue', measure: sum(orders, 'amount') })
  const index = score({ ...declared, id: 'index' })
  const metrics = [count, revenue, index]
  const late = (...sources: string[]) => ({
    warnings: sources.map((source) => ({ code: 'source_late', source, stream: 'all', effect: 'may rise' })),
  })
  const named = (metric: (typeof metrics)[number], ...sources: string[]) =>
    lateSources(metric, late(...sources), config, metrics).map(({ source }) => source)

  test('those whose facts it reads', () => {
    expect(named(revenue, 'web')).toEqual([])
    expect(named(revenue, 'web', 'shop', 'gone')).toEqual(['shop'])
    expect(named(revenue, 'files')).toEqual(['files'])
  })

  test('interactions are also derived from other facts; the score rests on its indicators', () => {
    expect(named(count, 'shop', 'web')).toEqual(['shop'])
    expect(named(index, 'shop', 'web')).toEqual(['shop'])
    expect([...makeInteractions].sort()).toEqual([...interactionFacts].sort())
  })

  test('a source with two streams is named once, by the worst', () => {
    const warnings = [
      { code: 'source_late', source: 'shop', stream: 'all' },
      { code: 'source_failed', source: 'shop', stream: 'all' },
      { code: 'not_counted', source: 'shop' },
    ]
    expect(lateSources(revenue, { warnings }, config, metrics)).toEqual([{ source: 'shop', status: 'failed' }])
  })
})

test.each([
  [100, 'up', true],
  [99, 'up', false],
  [100, 'down', true],
  [101, 'down', false],
  [100, null, null],
  [null, 'up', null],
] as const)('%s against a target of 100, %s being good: %s', (value, direction, reached) => {
  expect(isReached({ value }, 100, direction)).toBe(reached)
})
