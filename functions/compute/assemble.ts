import type { ConfigData } from '../kit/config.ts'
import { addDays, type Day } from '../kit/day.ts'
import { type Metric, valuelessKinds } from '../kit/metric.ts'
import { windowsOf } from '../kit/windows-of.ts'
import {
  type MetricSnapshot,
  type NullReason,
  type Snapshot,
  type Value,
  type Warning,
  type WindowValue,
  windowName,
} from '../store/rows.ts'
import type { Basis, Coverage } from './coverage.ts'
import { beforeOf, type Definitions, isOverlap } from './definitions.ts'
import { canSplit, type Evaluated, measuresOf } from './evaluate.ts'
import type { Computed } from './measure/condition.ts'
import { scoreOf } from './score-of.ts'

/** A snapshot that no revision number and time has been given to. */
export type Draft = Omit<Snapshot, 'revision' | 'computed_at'>

/** What a source had said by a day. */
export interface SourceSays {
  readonly sources: Snapshot['sources']
  readonly warnings: readonly Warning[]
}

/**
 * Puts a day's snapshot together: every metric in every window, with its parts, breakdowns, coverage and finality.
 *
 * @param shown the windows under which values are shown, those of a score that was replaced included
 */
export function assemble(
  day: Day,
  config: ConfigData,
  metrics: readonly Metric[],
  definitions: Definitions,
  shown: Pick<ConfigData, 'windows' | 'score'>,
  evaluated: Evaluated,
  coverage: Coverage,
  beginning: Day,
  { sources, warnings }: SourceSays,
): Draft {
  const valuesOf = (metric: Metric) => {
    const windows: Record<string, WindowValue> = {}
    for (const window of windowsOf(metric, shown)) {
      const from = window === 'all' ? beginning : addDays(day, 1 - window)
      const basis = coverage.of(metric, from > day ? day : from, day)
      windows[windowName(window)] = windowValue(metric, window, day, evaluated, basis)
    }
    return windows
  }
  const found: Record<string, MetricSnapshot> = {}
  for (const metric of metrics) {
    const { version, previous } = definitions.get(metric.id)!
    const before = previous && isOverlap(previous, day, config) ? beforeOf(metric, previous) : null
    found[metric.id] = {
      unit: metric.unit,
      ...(metric.unit === 'money' && { currency: config.currency }),
      definition_version: version,
      windows: metric.kind === 'score' ? {} : valuesOf(metric),
      ...(before && { previous: { definition_version: previous!.version, windows: valuesOf(before) } }),
    }
  }
  for (const metric of metrics) {
    if (metric.kind !== 'score') continue
    const { version, previous } = definitions.get(metric.id)!
    const everywhere = (value: WindowValue) =>
      Object.fromEntries(windowsOf(metric, shown).map((window) => [windowName(window), value]))
    found[metric.id] = {
      unit: metric.unit,
      definition_version: version,
      windows: everywhere(scoreOf(config.score, found)),
      ...(previous &&
        isOverlap(previous, day, config) && {
          previous: {
            definition_version: previous.version,
            windows: everywhere(scoreOf(previous.meaning.score ?? [], asBefore(found))),
          },
        }),
    }
  }
  const final = Object.values(found).every(({ windows }) =>
    Object.values(windows).every(({ finality }) => finality === 'final'),
  )
  return {
    date: day,
    timezone: config.timezone,
    finality: final ? 'final' : 'provisional',
    final_on: final ? null : coverage.finalOn(day),
    metrics: found,
    sources,
    warnings,
  }
}

/** Metrics as they were defined before, where that is computed. */
const asBefore = (found: Readonly<Record<string, MetricSnapshot>>) =>
  Object.fromEntries(
    Object.entries(found).map(([id, metric]) => [
      id,
      metric.previous ? { ...metric, windows: metric.previous.windows } : metric,
    ]),
  )

/** The value of one window: what it is, its parts and breakdowns, and what it rests on. */
export function windowValue(
  metric: Metric,
  window: number | 'all',
  day: Day,
  evaluated: Evaluated,
  basis: Basis,
): WindowValue {
  const total = groupValues(metric, window, day, null, evaluated, basis.reason).get('')!
  const by = breakdowns(metric, window, day, evaluated, basis.reason)
  const cases = total.denominator === undefined ? total.value : total.denominator
  const few = cases !== null && metric.minSample !== undefined && cases < metric.minSample
  return {
    ...total,
    ...(few && { low_sample: true }),
    finality: basis.final ? 'final' : 'provisional',
    coverage: basis.coverage,
    ...(by && { by }),
  }
}

/** The value of every group of a dimension (of the total, `''`, without one). */
function groupValues(
  metric: Metric,
  window: number | 'all',
  day: Day,
  dimension: string | null,
  evaluated: Evaluated,
  missing: Basis['reason'],
): Map<string, Value> {
  const groups = (measure: Computed, by: string | null) =>
    evaluated(measure, window, by).get(day) ?? new Map<string, number>()
  const values = new Map<string, Value>()
  const [numerator, denominator] = measuresOf(metric) as [Computed, Computed?]
  const several = metric.oneSource && dimension !== 'source' && groups(denominator ?? numerator, 'source').size > 1
  const reason = missing ?? (several ? 'not_additive' : null)
  if (metric.kind !== 'ratio' || !denominator) {
    const found = groups(numerator, dimension)
    for (const key of dimension === null ? [''] : sorted(found.keys())) {
      const known = found.get(key) ?? absent(numerator, window)
      const value = Number.isNaN(known) ? 'no_data' : known
      if (reason) values.set(key, { value: null, null_reason: reason })
      else values.set(key, typeof value === 'number' ? { value } : { value: null, null_reason: value })
    }
    return values
  }
  const above = groups(numerator, dimension)
  const split = dimension === null || canSplit(denominator, dimension)
  const below = groups(denominator, split ? dimension : null)
  const keys = dimension === null ? [''] : sorted([...above.keys(), ...(split ? below.keys() : [])])
  for (const key of keys) {
    const top = above.get(key) ?? absent(numerator, window)
    const bottom = below.get(split ? key : '') ?? absent(denominator, window)
    values.set(key, quotient(metric.per ?? 1, top, bottom, reason))
  }
  return values
}

/** What a measure without rows is worth: nothing happened, or nothing is known. */
function absent(measure: Computed, window: number | 'all'): number | NullReason {
  const { kind } = measure
  if (kind === 'tenure' && measure.q !== undefined) return 'no_data'
  if (!valuelessKinds.includes(kind)) return 0
  return kind === 'unique' && !VENDOR_SPANS.includes(window) ? 'not_additive' : 'no_data'
}

/** The days over which vendors count unique visitors themselves. */
const VENDOR_SPANS: readonly (number | 'all')[] = [1, 7, 28]

function quotient(
  per: number,
  numerator: number | NullReason,
  denominator: number | NullReason,
  reason: NullReason | null,
): Value {
  if (reason) return { value: null, null_reason: reason, numerator: null, denominator: null }
  if (typeof numerator !== 'number' || typeof denominator !== 'number') {
    const why = typeof numerator === 'number' ? (denominator as NullReason) : numerator
    return { value: null, null_reason: why, numerator: null, denominator: null }
  }
  if (denominator === 0) return { value: null, null_reason: 'zero_denominator', numerator, denominator }
  return { value: (numerator * per) / denominator, numerator, denominator }
}

function breakdowns(
  metric: Metric,
  window: number | 'all',
  day: Day,
  evaluated: Evaluated,
  reason: Basis['reason'],
): WindowValue['by'] {
  if (reason || !metric.by?.length) return undefined
  const by: Record<string, Record<string, Value>> = {}
  for (const dimension of metric.by) {
    const values = groupValues(metric, window, day, dimension, evaluated, null)
    if (values.size > 0) by[dimension] = Object.fromEntries(values)
  }
  return by
}

const sorted = (keys: Iterable<string>) => [...new Set(keys)].sort()
