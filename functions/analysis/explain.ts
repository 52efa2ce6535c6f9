import type { Value, WindowValue } from '../store/rows.ts'

/** Why a value changed by so much; of the metric's unit, as the change is. */
export interface Part {
  /**
   * - `input`: the numerator or the denominator moved.
   * - `segment_mix`: a segment's share moved; `segment_rate`: what it is like within moved.
   * - `missing_data`: a source that is known at one of the two days only.
   * - `revision`: the older day was restated; `definition`: the metric means something else now.
   */
  readonly kind: 'input' | 'segment_mix' | 'segment_rate' | 'missing_data' | 'revision' | 'definition'
  /** The input, the segment, or the source. */
  readonly key: string
  readonly contribution: number
}

/** One side of a comparison. */
export interface Side {
  readonly value: WindowValue
  readonly version: number
  /** The same day by the definition before this one, where both are computed. */
  readonly previous?: { readonly version: number; readonly value: WindowValue } | undefined
  /** Sources that had not told all by then. */
  readonly missing: readonly string[]
}

/** What is split: by which dimension, and how a ratio's quotient is scaled. */
export interface Split {
  readonly per: number
  /** Null: into inputs only. */
  readonly dimension: string | null
}

export interface Explained {
  readonly change: number
  /** Numerator and denominator; empty for what is no ratio. They add up to the change, too. */
  readonly inputs: readonly Part[]
  readonly parts: readonly Part[]
  /** What the parts leave unexplained: nothing but rounding. */
  readonly residual: number
  /** Why it is not split by the dimension that was asked for. */
  readonly unsplit: string | null
}

/**
 * Splits the change from `before` to `after` into parts that add up to it. Ratios are split by the midpoint method:
 * what one thing contributes is its own change at the mean of the other, so that the order of the two days does not matter.
 * Null if one of the values is.
 */
export function explain(before: Side, after: Side, { per, dimension }: Split): Explained | null {
  const [from, to] = [before.value, after.value]
  if (from.value === null || to.value === null) return null
  const change = to.value - from.value
  const defined = definitionPart(before, after)
  if (defined === 'incomparable') {
    const parts: Part[] = [{ kind: 'definition', key: `${before.version} → ${after.version}`, contribution: change }]
    return { change, inputs: [], parts, residual: 0, unsplit: 'the two days are of different definitions' }
  }
  const target = defined ? defined.value : to
  const inputs = inputParts(from, target, per)
  const split = dimension === null ? null : segmentParts(from, target, per, dimension)
  const known =
    split ??
    (inputs.length > 0 ? inputs : [{ kind: 'input', key: 'value', contribution: target.value! - from.value } as const])
  const named = dimension === 'source' ? withMissing(known, before, after) : known
  const parts = [...(defined ? [defined.part] : []), ...named]
  const explained = parts.reduce((sum, { contribution }) => sum + contribution, 0)
  const unsplit = dimension !== null && !split ? `its ${dimension}s overlap or do not add up to it` : null
  return { change, inputs, parts, residual: change - explained, unsplit }
}

function definitionPart(before: Side, after: Side): { part: Part; value: WindowValue } | 'incomparable' | null {
  if (before.version === after.version) return null
  const { previous } = after
  if (!previous || previous.version !== before.version || previous.value.value === null) return 'incomparable'
  const contribution = after.value.value! - previous.value.value
  return {
    part: { kind: 'definition', key: `${before.version} → ${after.version}`, contribution },
    value: previous.value,
  }
}

type Quotient = { numerator: number; denominator: number }

const isQuotient = (value: Value): value is Value & Quotient =>
  typeof value.numerator === 'number' && typeof value.denominator === 'number' && value.denominator !== 0

function inputParts(from: WindowValue, to: WindowValue, per: number): Part[] {
  if (!isQuotient(from) || !isQuotient(to)) return []
  return [
    { kind: 'input', key: 'numerator', contribution: per * (to.numerator - from.numerator) * meanInverse(from, to) },
    { kind: 'input', key: 'denominator', contribution: denominatorPart(from, to, per) },
  ]
}

const meanInverse = (from: Quotient, to: Quotient) => (1 / from.denominator + 1 / to.denominator) / 2

const denominatorPart = (from: Quotient, to: Quotient, per: number) =>
  ((per * (to.numerator + from.numerator)) / 2) * (1 / to.denominator - 1 / from.denominator)

/** Null where the segments do not add up to the whole. */
function segmentParts(from: WindowValue, to: WindowValue, per: number, dimension: string): Part[] | null {
  const [before, after] = [from.by?.[dimension] ?? {}, to.by?.[dimension] ?? {}]
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  if (keys.length === 0) return null
  if (!isQuotient(from) || !isQuotient(to)) {
    if (!addsUp(from.value!, before, 'value') || !addsUp(to.value!, after, 'value')) return null
    return keys.map((key) => ({
      kind: 'segment_rate',
      key,
      contribution: (after[key]?.value ?? 0) - (before[key]?.value ?? 0),
    }))
  }
  if (!addsUp(from.numerator, before, 'numerator') || !addsUp(to.numerator, after, 'numerator')) return null
  if (addsUp(from.denominator, before, 'denominator') && addsUp(to.denominator, after, 'denominator')) {
    const middle = (per * (from.numerator / from.denominator + to.numerator / to.denominator)) / 2
    return keys.flatMap((key) =>
      mixAndRate(key, before[key], after[key], from.denominator, to.denominator, per, middle),
    )
  }
  const whole = (value: Quotient, segments: Readonly<Record<string, Value>>) =>
    Object.values(segments).every(({ denominator }) => denominator === value.denominator)
  if (!whole(from, before) || !whole(to, after)) return null
  const own = (key: string) => (after[key]?.numerator ?? 0) - (before[key]?.numerator ?? 0)
  return [
    ...keys.map((key): Part => ({ kind: 'segment_rate', key, contribution: per * own(key) * meanInverse(from, to) })),
    { kind: 'input', key: 'denominator', contribution: denominatorPart(from, to, per) },
  ]
}

/** A segment that is there on one day only changes the mix; what it would have been like on the other is not known. */
function mixAndRate(
  key: string,
  before: Value | undefined,
  after: Value | undefined,
  fromWhole: number,
  toWhole: number,
  per: number,
  middle: number,
): Part[] {
  const [fromShare, toShare] = [(before?.denominator ?? 0) / fromWhole, (after?.denominator ?? 0) / toWhole]
  const rate = (value: Value | undefined) =>
    value && isQuotient(value) ? (per * value.numerator) / value.denominator : undefined
  const fromRate = rate(before) ?? rate(after) ?? middle
  const toRate = rate(after) ?? fromRate
  // What a segment without cases has in its numerator belongs to no share.
  const stray = (value: Value | undefined, of: number) =>
    value && !isQuotient(value) ? (per * (value.numerator ?? 0)) / of : 0
  return [
    { kind: 'segment_mix', key, contribution: (toShare - fromShare) * ((fromRate + toRate) / 2 - middle) },
    {
      kind: 'segment_rate',
      key,
      contribution:
        ((toRate - fromRate) * (fromShare + toShare)) / 2 + stray(after, toWhole) - stray(before, fromWhole),
    },
  ]
}

function addsUp(
  whole: number,
  segments: Readonly<Record<string, Value>>,
  what: 'value' | 'numerator' | 'denominator',
): boolean {
  const sum = Object.values(segments).reduce((total, value) => total + (value[what] ?? 0), 0)
  return Math.abs(sum - whole) <= 1e-12 * Math.max(1, Math.abs(whole), Math.abs(sum))
}

/** A source that had told all on one of the two days only did not change: it is missing, its mix and its rate in one. */
function withMissing(parts: readonly Part[], before: Side, after: Side): Part[] {
  const found: Part[] = []
  for (const part of parts) {
    const { kind, key, contribution } = part
    const isMissing = kind !== 'input' && before.missing.includes(key) !== after.missing.includes(key)
    const same = found.findIndex((one) => one.kind === 'missing_data' && one.key === key)
    if (!isMissing) found.push(part)
    else if (same < 0) found.push({ ...part, kind: 'missing_data' })
    else found[same] = { ...found[same]!, contribution: found[same]!.contribution + contribution }
  }
  return found
}
