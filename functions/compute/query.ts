import type { ConfigData } from '../kit/config.ts'
import { addDays, type Day, daysBetween } from '../kit/day.ts'
import { invalid } from '../kit/errors.ts'
import type { Metric } from '../kit/metric.ts'
import type { Lake } from '../store/lake.ts'
import type { WindowValue } from '../store/rows.ts'
import { windowValue } from './assemble.ts'
import { beginningOf } from './beginning-of.ts'
import { Coverage } from './coverage.ts'
import { loadIndex } from './derived.ts'
import { openDuck } from './duck.ts'
import { evaluate, measuresOf, prepareMeasures } from './evaluate.ts'
import { loadFacts } from './load-facts.ts'
import { reachOf } from './reach-of.ts'
import { loadIdentity } from './sync-identity.ts'

/** Days, both included, that are looked at as one. */
export interface Bucket {
  readonly from: Day
  readonly to: Day
}

export interface Question {
  readonly metric: Metric
  readonly buckets: readonly Bucket[]
  /** @default - no breakdown */
  readonly by?: string
}

/** The value of one bucket, exact: distinct people and medians are found over its days, not put together from them. */
export interface Answered extends Bucket, WindowValue {}

/**
 * Answers from the facts themselves, as they were when compute last compacted them; it writes nothing.
 * @throws `invalid` where nothing was computed yet, or the metric has no meaning over such days
 */
export async function query(lake: Lake, config: ConfigData, { metric, buckets, by }: Question): Promise<Answered[]> {
  const { index, fresh } = await loadIndex(lake, config.timezone)
  if (fresh) throw invalid("nothing has been computed yet; run 'tidemark compute' first")
  const windows = new Set(buckets.map((bucket) => windowOf(metric, bucket)))
  const asked: Metric = { ...metric, windows: [...windows], by: by === undefined ? [] : [by] }
  const [first, last] = [buckets[0]!.from, buckets.at(-1)!.to]
  const { longest, reach } = reachOf([asked], { ...config, score: [] })
  const duck = await openDuck(config.timezone)
  try {
    await loadIdentity(duck, lake, index)
    const read = measuresOf(asked).map(({ fact }) => fact)
    await loadFacts(duck, lake, index, config, read, longest === null ? null : addDays(first, -reach))
    const prepared = await prepareMeasures(duck, [asked], { ...config, score: [] })
    const beginning = (await beginningOf(duck, lake, index)) ?? first
    const coverage = new Coverage(config, index, beginning < first ? beginning : first, last, reach)
    const answers: Answered[] = []
    for (const bucket of buckets) {
      const window = windowOf(metric, bucket)
      const from = window === 'all' ? beginning : bucket.from
      const evaluated = await evaluate(duck, prepared, config, bucket.to, bucket.to)
      const basis = coverage.of(asked, from, bucket.to)
      answers.push({ from, to: bucket.to, ...windowValue(asked, window, bucket.to, evaluated, basis) })
    }
    return answers
  } finally {
    await duck.close()
  }
}

function windowOf({ id, kind, windows: only }: Metric, { from, to }: Bucket): number | 'all' {
  const days = daysBetween(from, to) + 1
  if (kind === 'score') throw invalid(`${id} is put together from other metrics; ask for the snapshot of a day`)
  if (!only || only.includes(days)) return days
  if (only.includes('all')) return 'all'
  throw invalid(`${id} has a meaning over ${only.join(', ')} days only; ${from} to ${to} are ${days}`)
}
