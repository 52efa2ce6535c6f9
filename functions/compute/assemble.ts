import type { ConfigData } from '../kit/config.ts'
import { addDays, type Day } from '../kit/day.ts'
import type { Metric } from '../kit/metric.ts'
import {
  type MetricSnapshot,
  type Snapshot,
  type Value,
  type Warning,
  type WindowValue,
  windowName,
} from '../store/rows.ts'
import type { Coverage } from './coverage.ts'
import { canSplit, type Evaluated, measuresOf } from './evaluate.ts'

/** A snapshot that no revision number and time has been given to. */
export type Draft = Omit<Snapshot, 'revision' | 'computed_at'>

/** What a source had said by a day. */
export interface SourceSays {
  readonly sources: Snapshot['sources']
  readonly warnings: readonly Warning[]
}

/** Puts a day's snapshot together: every metric in every window, with its parts, breakdowns, coverage and finality. */
export function assemble(
  day: Day,
  config: ConfigData,
  metrics: readonly Metric[],
  evaluated: Evaluated,
  coverage: Coverage,
  beginning: Day,
  { sources, warnings }: SourceSays,
): Draft {
  const found: Record<string, MetricSnapshot> = {}
  for (const metric of metrics) {
    const windows: Record<string, WindowValue> = {}
    for (const window of config.windows) {
      const from = window === 'all' ? beginning : addDays(day, 1 - window)
      const basis = coverage.of(metric, from > day ? day : from, day)
      const total = groupValues(metric, window, day, null, evaluated, basis.reason).get('')!
      const by = breakdowns(metric, window, day, evaluated, basis.reason)
      windows[windowName(window)] = {
        ...total,
        finality: basis.final ? 'final' : 'provisional',
        coverage: basis.coverage,
        ...(by && { by }),
      }
    }
    found[metric.id] = {
      unit: metric.unit,
      ...(metric.unit === 'money' && { currency: config.currency }),
      definition_version: metric.version ?? 1,
      windows,
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

type NoValue = 'no_data' | 'source_missing' | null

/** The value of every group of a dimension (of the total, `''`, without one). */
function groupValues(
  metric: Metric,
  window: number | 'all',
  day: Day,
  dimension: string | null,
  evaluated: Evaluated,
  reason: NoValue,
): Map<string, Value> {
  const groups = (measure: Parameters<Evaluated>[0], by: string | null) =>
    evaluated(measure, window, by).get(day) ?? new Map<string, number>()
  const values = new Map<string, Value>()
  const [numerator, denominator] = measuresOf(metric)
  if (metric.kind !== 'ratio' || !denominator) {
    const found = groups(numerator, dimension)
    for (const key of dimension === null ? [''] : sorted(found.keys())) {
      values.set(key, reason ? { value: null, null_reason: reason } : { value: found.get(key) ?? 0 })
    }
    return values
  }
  const above = groups(numerator, dimension)
  const split = dimension === null || canSplit(denominator, dimension)
  const below = groups(denominator, split ? dimension : null)
  const keys = dimension === null ? [''] : sorted([...above.keys(), ...(split ? below.keys() : [])])
  for (const key of keys) {
    values.set(key, quotient(metric.per ?? 1, above.get(key) ?? 0, below.get(split ? key : '') ?? 0, reason))
  }
  return values
}

function quotient(per: number, numerator: number, denominator: number, reason: NoValue): Value {
  if (reason) return { value: null, null_reason: reason, numerator: null, denominator: null }
  if (denominator === 0) return { value: null, null_reason: 'zero_denominator', numerator, denominator }
  return { value: (numerator * per) / denominator, numerator, denominator }
}

function breakdowns(
  metric: Metric,
  window: number | 'all',
  day: Day,
  evaluated: Evaluated,
  reason: NoValue,
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
