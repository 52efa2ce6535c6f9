import * as z from 'zod'
import type { ConfigData } from '../kit/config.ts'
import type { Metric } from '../kit/metric.ts'
import { windowsOf } from '../kit/windows-of.ts'
import { formula } from '../metrics/formula.ts'
import { windowName } from '../store/rows.ts'

/** A metric as the API shows it. */
export const MetricDescription = z
  .object({
    id: z.string(),
    title: z.string(),
    definition: z.string().describe('in plain words'),
    formula: z.string().describe('made from the declaration that is computed'),
    unit: z.enum(['count', 'percent', 'ratio', 'points', 'score', 'money', 'seconds', 'days']),
    currency: z.string().optional().describe('ISO 4217; values are in minor units of it'),
    direction: z.enum(['up', 'down']).nullable().describe('which way is good; null where neither is'),
    kind: z.enum(['total', 'level', 'distinct', 'quantile', 'ratio', 'score']),
    per: z.number().optional().describe('`ratio` only: what the quotient is multiplied by'),
    definition_version: z.int(),
    by: z.array(z.string()).describe('dimensions of its breakdowns'),
    windows: z.array(z.string()),
    target: z.number().optional().describe('what it ought to reach under `target_window`; absent where none is set'),
    target_window: z.string().optional(),
    additive_over: z
      .array(z.enum(['time', 'segment']))
      .describe('what values may be summed over; a ratio is summed in its numerator and denominator instead'),
  })
  .meta({ id: 'Metric' })

/** Describes a declared metric. */
export function describeMetric(metric: Metric, config: ConfigData): z.output<typeof MetricDescription> {
  const windows = windowsOf(metric, config)
  const target = config.targets[metric.id]
  return {
    id: metric.id,
    title: metric.title,
    definition: metric.definition,
    formula: formula(metric),
    unit: metric.unit,
    ...(metric.unit === 'money' && { currency: config.currency }),
    direction: metric.direction,
    kind: metric.kind,
    ...(metric.kind === 'ratio' && { per: metric.per ?? 1 }),
    definition_version: metric.version ?? 1,
    by: [...(metric.by ?? [])],
    windows: windows.map(windowName),
    ...(target !== undefined && { target, target_window: windowName(shortest(windows)) }),
    additive_over: metric.kind === 'total' ? ['time', 'segment'] : [],
  }
}

const shortest = (windows: readonly (number | 'all')[]) =>
  windows.reduce((a, b) => (b !== 'all' && (a === 'all' || b < a) ? b : a))
