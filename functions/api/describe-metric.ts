import * as z from 'zod'
import { rollUpOf } from '../analysis/roll-up.ts'
import type { ConfigData } from '../kit/config.ts'
import type { Metric } from '../kit/metric.ts'
import { windowsOf } from '../kit/windows-of.ts'
import { formula } from '../metrics/formula.ts'
import { type Definition, windowName } from '../store/rows.ts'
import { versionOf } from './definition-versions.ts'
import { inputsOf } from './inputs-of.ts'

const RollUpRule = z.enum(['sum', 'last'])

/** A metric as the API shows it. */
export const MetricDescription = z
  .object({
    id: z.string(),
    group: z.string().nullable().describe('what it is about, such as `support`; null where it is in no group'),
    title: z.string(),
    definition: z.string().describe('in plain words'),
    formula: z.string().describe('made from the declaration that is computed'),
    unit: z.enum(['count', 'percent', 'ratio', 'points', 'score', 'money', 'seconds', 'days']),
    currency: z.string().optional().describe('ISO 4217; values are in minor units of it'),
    direction: z.enum(['up', 'down']).nullable().describe('which way is good; null where neither is'),
    kind: z.enum(['total', 'level', 'distinct', 'quantile', 'ratio', 'score']),
    per: z.number().optional().describe('`ratio` only: what the quotient is multiplied by'),
    definition_version: z.int(),
    inputs: z.array(z.string()).describe('ids of the sources whose data it rests on'),
    by: z.array(z.string()).describe('dimensions of its breakdowns'),
    windows: z.array(z.string()),
    target: z.number().optional().describe('what it ought to reach under `target_window`; absent where none is set'),
    target_window: z.string().optional(),
    roll_up: z
      .object({ value: RollUpRule.optional(), numerator: RollUpRule.optional(), denominator: RollUpRule.optional() })
      .nullable()
      .describe('how days make a week: added, or the last one; null where they do not make one'),
    min_sample: z.int().describe('fewest cases that say something; values of fewer are marked `low_sample`'),
    additive_over: z
      .array(z.enum(['time', 'segment']))
      .describe('what values may be summed over; a ratio is summed in its numerator and denominator instead'),
  })
  .meta({ id: 'Metric' })

/** What a metric is described with beside its declaration. */
export interface Surroundings {
  readonly config: ConfigData
  /** All of them. */
  readonly metrics: readonly Metric[]
  /** Versions of it that compute noted, oldest first. */
  readonly noted: readonly Definition[]
}

/** Describes a declared metric. */
export function describeMetric(
  metric: Metric,
  { config, metrics, noted }: Surroundings,
): z.output<typeof MetricDescription> {
  const windows = windowsOf(metric, config)
  const target = config.targets[metric.id]
  return {
    id: metric.id,
    group: metric.group ?? null,
    title: metric.title,
    definition: metric.definition,
    formula: formula(metric),
    unit: metric.unit,
    ...(metric.unit === 'money' && { currency: config.currency }),
    direction: metric.direction,
    kind: metric.kind,
    ...(metric.kind === 'ratio' && { per: metric.per ?? 1 }),
    definition_version: versionOf(metric, noted),
    inputs: inputsOf(metric, config, metrics),
    by: [...(metric.by ?? [])],
    windows: windows.map(windowName),
    ...(target !== undefined && { target, target_window: windowName(shortest(windows)) }),
    roll_up: rollUpOf(metric),
    min_sample: metric.minSample ?? 1,
    additive_over: metric.kind === 'total' ? ['time', 'segment'] : [],
  }
}

const shortest = (windows: readonly (number | 'all')[]) =>
  windows.reduce((a, b) => (b !== 'all' && (a === 'all' || b < a) ? b : a))

/** Columns of a table of metrics. */
export const metricColumns = [
  'id',
  'title',
  'definition',
  'formula',
  'unit',
  'currency',
  'direction',
  'kind',
  'per',
  'definition_version',
  'inputs',
  'by',
  'windows',
  'target',
  'target_window',
  'min_sample',
  'additive_over',
  'group',
] as const satisfies readonly (keyof z.output<typeof MetricDescription>)[]
