import type { ScoreIndicator, Snapshot } from '../client.js'

/** What a score looks at, and how that was on a day. */
export interface Indicator extends ScoreIndicator {
  /** `nps.28d`, as in the breakdown of the score. */
  readonly name: string
  /** Of the metric, in its unit; null is "no data". */
  readonly value: number | null
  readonly null_reason: string | null
  readonly finality: string | null
  readonly coverage: number | null
  /** Where the value stands between floor and target, 0 to 100; null without a value. */
  readonly standing: number | null
}

/** Every indicator with what the snapshot of a day has for it. */
export function indicatorsOf(declared: readonly ScoreIndicator[], { metrics }: Pick<Snapshot, 'metrics'>): Indicator[] {
  return declared.map((one) => {
    const point = metrics[one.metric]?.windows[one.window]
    const value = point?.value ?? null
    return {
      ...one,
      name: `${one.metric}.${one.window}`,
      value,
      null_reason: value === null ? (point?.null_reason ?? 'no_data') : null,
      finality: point?.finality ?? null,
      coverage: point?.coverage ?? null,
      standing: value === null ? null : standingOf(value, one),
    }
  })
}

/** 0 at the floor, 100 at the target, and nothing beyond; a floor above the target means that lower is better. */
export const standingOf = (value: number, { floor, target }: Pick<ScoreIndicator, 'floor' | 'target'>): number =>
  Math.min(100, Math.max(0, ((value - floor) / (target - floor)) * 100))
