import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explain, type Side } from '../../functions/analysis/explain.ts'
import type { Value, WindowValue } from '../../functions/store/rows.ts'

const CASES = { numRuns: 10_000 }

const side = (value: Partial<WindowValue>, more: Partial<Side> = {}): Side => ({
  value: { value: null, finality: 'final', coverage: 1, ...value },
  version: 1,
  missing: [],
  ...more,
})

const quotient = (numerator: number, denominator: number, per = 100): Value => ({
  value: denominator === 0 ? null : (numerator * per) / denominator,
  numerator,
  denominator,
})

const sum = (parts: readonly { contribution: number }[]) =>
  parts.reduce((total, { contribution }) => total + contribution, 0)

const contributions = (parts: readonly { kind: string; key: string; contribution: number }[]) =>
  Object.fromEntries(parts.map(({ kind, key, contribution }) => [`${kind} ${key}`, contribution]))

describe('a total', () => {
  test('is split into what each segment added', () => {
    const before = side({ value: 10, by: { channel: { web: { value: 7 }, email: { value: 3 } } } })
    const after = side({ value: 14, by: { channel: { web: { value: 5 }, chat: { value: 9 } } } })
    const { change, parts, residual } = explain(before, after, { per: 1, dimension: 'channel' })!
    expect(change).toBe(4)
    expect(contributions(parts)).toEqual({ 'segment_rate web': -2, 'segment_rate email': -3, 'segment_rate chat': 9 })
    expect(residual).toBe(0)
  })

  test('is not split where segments overlap, and says so', () => {
    const before = side({ value: 3, by: { channel: { web: { value: 3 }, email: { value: 1 } } } })
    const after = side({ value: 5, by: { channel: { web: { value: 4 }, email: { value: 4 } } } })
    const found = explain(before, after, { per: 1, dimension: 'channel' })!
    expect(contributions(found.parts)).toEqual({ 'input value': 2 })
    expect(found.unsplit).toContain('overlap')
  })

  test('a source that is known on one day only is missing, it did not fall', () => {
    const before = side({ value: 10, by: { source: { crm: { value: 6 }, web: { value: 4 } } } })
    const after = side({ value: 5, by: { source: { web: { value: 5 } } } }, { missing: ['crm'] })
    const { parts } = explain(before, after, { per: 1, dimension: 'source' })!
    expect(contributions(parts)).toEqual({ 'missing_data crm': -6, 'segment_rate web': 1 })
  })
})

describe('a ratio', () => {
  test('moves by its numerator and its denominator: 1000/200 to 1200/300', () => {
    const { inputs, change } = explain(side(quotient(1000, 200)), side(quotient(1200, 300)), {
      per: 100,
      dimension: null,
    })!
    expect(change).toBe(-100)
    // 200 more interactions at the mean of 1/200 and 1/300; 100 more customers at the mean of 1000 and 1200.
    expect(inputs[0]!.contribution).toBeCloseTo((100 * 200 * (1 / 200 + 1 / 300)) / 2, 9)
    expect(inputs[1]!.contribution).toBeCloseTo(100 * 1100 * (1 / 300 - 1 / 200), 9)
  })

  test('falls although every segment rises, where the mix moves', () => {
    const whole = (a: [number, number], b: [number, number]) =>
      side({
        ...quotient(a[0] + b[0], a[1] + b[1]),
        by: { segment: { old: quotient(...a), young: quotient(...b) } },
      })
    // Old: 90 % to 91 %, young: 10 % to 11 %; but the share of the young goes from a tenth to nine tenths.
    const { change, parts } = explain(whole([81, 90], [1, 10]), whole([9.1, 10], [9.9, 90]), {
      per: 100,
      dimension: 'segment',
    })!
    expect(change).toBeCloseTo(-63, 9)
    const found = contributions(parts)
    expect(found['segment_rate old']).toBeCloseTo(0.5, 9)
    expect(found['segment_rate young']).toBeCloseTo(0.5, 9)
    expect(found['segment_mix old']! + found['segment_mix young']!).toBeCloseTo(-64, 9)
  })

  test('whose denominator has no segments gives the segments their share of the numerator', () => {
    const at = (web: number, email: number, customers: number) =>
      side({
        ...quotient(web + email, customers),
        by: { channel: { web: quotient(web, customers), email: quotient(email, customers) } },
      })
    const { parts, residual } = explain(at(600, 400, 200), at(900, 300, 200), { per: 100, dimension: 'channel' })!
    expect(contributions(parts)).toEqual({
      'segment_rate email': -50,
      'segment_rate web': 150,
      'input denominator': 0,
    })
    expect(residual).toBeCloseTo(0, 9)
  })
})

test('a source that is missing of a ratio is one part, whatever of it is mix and what is rate', () => {
  const of = (crm: Value, web: Value, whole: Value) => side({ ...whole, by: { source: { crm, web } } })
  const before = of(quotient(8, 10), quotient(5, 20), quotient(13, 30))
  const after = { ...of(quotient(1, 2), quotient(9, 20), quotient(10, 22)), missing: ['crm'] }
  const { parts, change } = explain(before, after, { per: 100, dimension: 'source' })!
  expect(parts.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
    'missing_data crm',
    'segment_mix web',
    'segment_rate web',
  ])
  expect(sum(parts)).toBeCloseTo(change, 9)
})

describe('a definition that changed', () => {
  test('contributes what the later day differs by, where both definitions are computed', () => {
    const after = side({ value: 30 }, { version: 2, previous: { version: 1, value: side({ value: 24 }).value } })
    const { change, parts } = explain(side({ value: 20 }), after, { per: 1, dimension: null })!
    expect(change).toBe(10)
    expect(contributions(parts)).toEqual({ 'definition 1 → 2': 6, 'input value': 4 })
  })

  test('is the whole of it where they are not', () => {
    const { parts, unsplit } = explain(side({ value: 20 }), side({ value: 30 }, { version: 2 }), {
      per: 1,
      dimension: null,
    })!
    expect(contributions(parts)).toEqual({ 'definition 1 → 2': 10 })
    expect(unsplit).toContain('definitions')
  })
})

test('what has no value has no change', () => {
  expect(explain(side({}), side({ value: 1 }), { per: 1, dimension: null })).toBeNull()
})

const count = fc.integer({ min: 0, max: 1_000_000 })
const segments = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.tuple(count, count), { minKeys: 1 })

/** A ratio whose parts are the sums of its segments. */
const pooled = segments.map((given) => {
  const entries = Object.entries(given)
  const [numerator, denominator] = entries.reduce(([n, d], [, [a, b]]) => [n + a, d + b], [0, 0])
  const by = Object.fromEntries(entries.map(([key, [a, b]]) => [key, quotient(a, b)]))
  return side({ ...quotient(numerator, denominator), by: { segment: by } })
})

const closeEnough = (parts: readonly { contribution: number }[], change: number) => {
  const size = Math.max(1, ...parts.map(({ contribution }) => Math.abs(contribution)))
  expect(Math.abs(sum(parts) - change) / size).toBeLessThan(1e-9)
}

test('the parts of a ratio add up to its change, and so do its inputs', () => {
  fc.assert(
    fc.property(pooled, pooled, (before, after) => {
      const found = explain(before, after, { per: 100, dimension: 'segment' })
      if (!found) return
      expect(found.unsplit).toBeNull()
      closeEnough(found.parts, found.change)
      if (found.inputs.length > 0) closeEnough(found.inputs, found.change)
    }),
    CASES,
  )
})

test('swapping the two days turns every part around', () => {
  fc.assert(
    fc.property(pooled, pooled, (before, after) => {
      const split = { per: 100, dimension: 'segment' }
      const [there, back] = [explain(before, after, split), explain(after, before, split)]
      if (!there || !back) return
      const mirrored = contributions(back.parts)
      for (const [key, contribution] of Object.entries(contributions(there.parts))) {
        expect(Math.abs(contribution + mirrored[key]!)).toBeLessThan(1e-6 * Math.max(1, Math.abs(contribution)))
      }
    }),
    CASES,
  )
})

test('the parts of a total add up to its change', () => {
  const whole = fc.dictionary(fc.constantFrom('a', 'b', 'c'), count).map((given) => {
    const by = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, { value }]))
    return side({ value: Object.values(given).reduce((total, one) => total + one, 0), by: { kind: by } })
  })
  fc.assert(
    fc.property(whole, whole, (before, after) => {
      const { change, parts } = explain(before, after, { per: 1, dimension: 'kind' })!
      expect(sum(parts)).toBe(change)
    }),
    CASES,
  )
})
