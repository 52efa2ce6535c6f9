import * as z from 'zod'
import type { Metric } from '../kit/metric.ts'
import type { Definition } from '../store/rows.ts'

/** One meaning that a metric has had. */
export const DefinitionVersion = z
  .object({
    version: z.int(),
    valid_from: z
      .string()
      .nullable()
      .describe('first day that was the newest under it; null where it held from the beginning'),
    change: z.string().nullable().describe('what changed, in plain words; null for the first'),
  })
  .meta({ id: 'DefinitionVersion' })

/** The definition version that a metric has now. */
export const versionOf = (metric: Metric, noted: readonly Definition[]): number =>
  noted.at(-1)?.version ?? metric.version ?? 1

/**
 * Every version, oldest first. Compute notes those in which the config has a part; of others only the declared one is
 * known.
 */
export function definitionVersions(metric: Metric, noted: readonly Definition[]): z.output<typeof DefinitionVersion>[] {
  if (noted.length === 0) return [{ version: metric.version ?? 1, valid_from: null, change: null }]
  return noted.map(({ version, since, meaning }, i) => {
    const before = noted[i - 1]
    return { version, valid_from: before ? since : null, change: before ? changeOf(before.meaning, meaning) : null }
  })
}

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
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort()
  const said = names.flatMap((name) => {
    const [was, is] = [then[name], now[name]]
    if (JSON.stringify(was) === JSON.stringify(is)) return []
    if (name === 'weights') return weightsChanged((was ?? {}) as Meaning, (is ?? {}) as Meaning)
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
