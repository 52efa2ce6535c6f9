import * as z from 'zod'
import type { ConfigData, Indicator } from '../kit/config.ts'
import type { Metric } from '../kit/metric.ts'
import { engagements, pillars } from '../kit/taxonomy.ts'
import { type Definition, windowName } from '../store/rows.ts'

/** One of the things that a score looks at. */
const ScoreIndicator = z
  .object({
    metric: z.string(),
    window: z.string(),
    weight: z.number(),
    floor: z.number().describe('where it is worth 0, in the unit of the metric; above the target, lower is better'),
    target: z.number().describe('where it is worth 100'),
    engagement: z.enum(engagements).optional(),
    pillar: z.enum(pillars).optional(),
  })
  .meta({ id: 'ScoreIndicator' })

/** One meaning that a metric has had. */
export const DefinitionVersion = z
  .object({
    version: z.int(),
    valid_from: z
      .string()
      .nullable()
      .describe('first day that was the newest under it; null where it held from the beginning'),
    change: z.string().nullable().describe('what changed, in plain words; null for the first'),
    indicators: z
      .array(ScoreIndicator)
      .optional()
      .describe('`score` only: what it is made of; `metric.window` is its name in `by.indicator`'),
  })
  .meta({ id: 'DefinitionVersion' })

/** The definition version that a metric has now. */
export const versionOf = (metric: Metric, noted: readonly Definition[]): number =>
  noted.at(-1)?.version ?? metric.version ?? 1

/**
 * Every version, oldest first. Compute notes those in which the config has a part; of others only the declared one is
 * known.
 */
export function definitionVersions(
  metric: Metric,
  noted: readonly Definition[],
  config: Pick<ConfigData, 'score'>,
): z.output<typeof DefinitionVersion>[] {
  const isScore = metric.kind === 'score'
  if (noted.length === 0) {
    const indicators = config.score.map(shownIndicator)
    return [{ version: metric.version ?? 1, valid_from: null, change: null, ...(isScore && { indicators }) }]
  }
  return noted.map(({ version, since, meaning }, i) => {
    const before = noted[i - 1]
    const { score = [] } = JSON.parse(meaning) as Partial<Pick<ConfigData, 'score'>>
    return {
      version,
      valid_from: before ? since : null,
      change: before ? changeOf(before.meaning, meaning) : null,
      ...(isScore && { indicators: score.map(shownIndicator) }),
    }
  })
}

const shownIndicator = ({ window, ...rest }: Indicator) => ({ ...rest, window: windowName(window) })

type Meaning = { readonly [name: string]: unknown }

const WORDS: { readonly [name: string]: string } = {
  declared: 'the declaration',
  pointsCap: 'the most points a day',
  churn: 'what counts as a lost customer',
  score: 'the indicators of the score',
}

/** Settings that differ; of the weights, each. */
function changeOf(before: string, after: string): string {
  const [then, now] = [JSON.parse(before) as Meaning, JSON.parse(after) as Meaning]
  // What one of them does not depend on came or went with an indicator of the score, and did not change.
  const names = Object.keys(then).filter((name) => name in now)
  const said = names.sort().flatMap((name) => {
    const [was, is] = [then[name], now[name]]
    if (JSON.stringify(was) === JSON.stringify(is)) return []
    if (name === 'weights') return weightsChanged(was as Meaning, is as Meaning)
    const values = name === 'score' ? '' : `: ${shown(was)} → ${shown(is)}`
    return [`${WORDS[name] ?? name} changed${values}`]
  })
  return said.join('; ')
}

const shown = (value: unknown) =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null).replace('null', 'none')

function weightsChanged(was: Meaning, is: Meaning): string[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort()
  return names
    .filter((name) => was[name] !== is[name])
    .map((name) => `weight of ${name}: ${shown(was[name])} → ${shown(is[name])}`)
}
