import type { ConfigData } from '../kit/config.ts'
import { addDays, type Day } from '../kit/day.ts'
import type { Measure, Metric } from '../kit/metric.ts'
import { appendLog } from '../store/log.ts'
import type { Store } from '../store/open.ts'
import { type Definition, type DefinitionRow, keys } from '../store/rows.ts'

/** What of a config a metric's meaning depends on. */
export type Meaning = Partial<Pick<ConfigData, 'weights' | 'pointsCap' | 'score' | 'churn'>>

/** The definition that a metric has now, and the one before. */
export interface Defined {
  readonly version: number
  readonly previous: { readonly version: number; readonly meaning: Meaning; readonly since: Day } | null
}

export type Definitions = ReadonlyMap<string, Defined>

/** Whether a day is one on which the definition before is computed as well. */
export function isOverlap(
  { since }: NonNullable<Defined['previous']>,
  day: Day,
  { overlap }: Pick<ConfigData, 'overlap'>,
): boolean {
  return day >= since && day < addDays(since, overlap)
}

/** A points metric by the weights it had before; null for what has no weights. */
export function beforeOf(metric: Metric, { meaning }: NonNullable<Defined['previous']>): Metric | null {
  const { weights, pointsCap: cap = null } = meaning
  if (weights === undefined || metric.kind === 'score') return null
  const before = (measure: Measure): Measure => (measure.kind === 'points' ? { ...measure, weights, cap } : measure)
  if (metric.kind !== 'ratio') return { ...metric, measure: before(metric.measure) }
  return { ...metric, numerator: before(metric.numerator), denominator: before(metric.denominator) }
}

/**
 * Everything that has to be evaluated for some days: the metrics, those of them that are computed by their definition
 * before as well, and in which windows a score looked at its indicators then.
 */
export function withBefore(
  metrics: readonly Metric[],
  definitions: Definitions,
  config: ConfigData,
  from: Day,
  to: Day,
): { metrics: readonly Metric[]; config: ConfigData } {
  const variants: Metric[] = []
  const scores: ConfigData['score'][number][] = []
  for (const metric of metrics) {
    const previous = definitions.get(metric.id)?.previous
    if (!previous || to < previous.since || from >= addDays(previous.since, config.overlap)) continue
    const before = beforeOf(metric, previous)
    if (before) variants.push(before)
    scores.push(...(metric.kind === 'score' ? (previous.meaning.score ?? []) : []))
  }
  return { metrics: [...metrics, ...variants], config: { ...config, score: [...config.score, ...scores] } }
}

/**
 * The part of the config that a metric's meaning depends on; null where the declaration says it all. A score means
 * something else as well when the weights of a points indicator change.
 */
export function meaningOf(metric: Metric, metrics: readonly Metric[], config: ConfigData): Meaning | null {
  if (metric.kind === 'score') {
    const { score } = config
    const indicators = score.flatMap(({ metric: id }) => metrics.find((one) => one.id === id) ?? [])
    return Object.assign({ score }, ...indicators.map((one) => meaningOf(one, metrics, config) ?? {}))
  }
  const measures = metric.kind === 'ratio' ? [metric.numerator, metric.denominator] : [metric.measure]
  const kinds = measures.map(({ kind }) => kind)
  if (kinds.includes('points')) return { weights: config.weights, pointsCap: config.pointsCap }
  if (kinds.some((kind) => ['left', 'cohort', 'lost', 'kept'].includes(kind))) return { churn: config.churn }
  return null
}

/**
 * Gives every metric its definition version. A declaration has its own; where the config has a part in the meaning, each
 * change of it is a version more, noted in the log and the table with the day from which it counts.
 */
export async function noteDefinitions(
  { lake, table }: Pick<Store, 'lake' | 'table'>,
  metrics: readonly Metric[],
  config: ConfigData,
  today: { readonly day: Day; readonly at: string },
): Promise<Definitions> {
  const found = new Map<string, Defined>()
  for (const metric of metrics) {
    const declared = metric.version ?? 1
    const meaning = meaningOf(metric, metrics, config)
    if (meaning === null) {
      found.set(metric.id, { version: declared, previous: null })
      continue
    }
    const { pk, sk } = keys.definition(metric.id)
    const row = (await table.get(pk, sk)) as DefinitionRow | undefined
    const known = row?.versions ?? []
    const last = known.at(-1)
    const text = canonical({ declared, ...meaning })
    if (last?.meaning === text) {
      found.set(metric.id, definedBy(known))
      continue
    }
    const version = last ? last.version + 1 : declared
    const added: Definition = { version, meaning: text, since: today.day, at: today.at }
    const versions = [...known, added]
    await appendLog(lake, { type: 'definition', at: today.at, metric: metric.id, definition: added })
    await table.put({ pk, sk, versions: versions.map((one) => ({ ...one })) })
    found.set(metric.id, definedBy(versions))
  }
  return found
}

function definedBy(versions: readonly Definition[]): Defined {
  const [before, now] = [versions.at(-2), versions.at(-1)!]
  if (!before) return { version: now.version, previous: null }
  const { declared: _, ...meaning } = JSON.parse(before.meaning) as Meaning & { declared: number }
  return { version: now.version, previous: { version: before.version, meaning, since: now.since } }
}

/** The same settings have the same text, whatever the order in which they were written. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, given: unknown) =>
    given !== null && typeof given === 'object' && !Array.isArray(given)
      ? Object.fromEntries(Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1)))
      : given,
  )
}
