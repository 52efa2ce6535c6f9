import type { ConfigData } from '../kit/config.ts'
import { addDays, type Day, eachDay } from '../kit/day.ts'
import { type Dimension, levelKinds, type Measure, type Metric } from '../kit/metric.ts'
import { windowsOf } from '../kit/windows-of.ts'
import { type Duck, quote } from './duck.ts'
import { ofBillionths } from './exact.ts'
import { additiveRows, worth } from './measure/additive.ts'
import { byDimension, type Computed, daysOf } from './measure/condition.ts'
import { directRows, directValues } from './measure/direct.ts'
import { POPULATION_PRESENCE, PRESENCE_PARTS, presence, SPELLS, spanRows, spansOf } from './measure/spans.ts'
import { runningSums, type Step, type Values } from './running.ts'

/** Looks a measure's values up. Days and groups without rows are absent. */
export type Evaluated = (measure: Computed, window: number | 'all', dimension: Dimension | null) => Values

/** A measure whose facts have been reduced to a small table, once for a whole sweep. */
export interface Prepared {
  readonly measure: Computed
  readonly dimensions: ReadonlySet<Dimension>
  readonly windows: ReadonlySet<number | 'all'>
  readonly table: string
}

/** Names a measure: equal declarations are one measure, computed once. */
export function measureId({ fact, ...rest }: Computed): string {
  return JSON.stringify({ fact: fact.name, ...rest })
}

/**
 * The measures of a metric: one, or numerator and denominator. What divides two columns looks only at rows that have
 * both: an order without a rate is in neither part, nor is who bought nothing else.
 */
export function measuresOf(metric: Metric): readonly Computed[] {
  if (metric.kind === 'score') return []
  if (metric.kind !== 'ratio') return [metric.measure]
  const { numerator, denominator } = metric
  if (numerator.fact.name !== denominator.fact.name) return [numerator, denominator]
  // The number of customers may be stated; for how long they have been so is known of those on the list alone.
  if (numerator.kind === 'tenure') return [numerator, { ...denominator, also: 'since' }]
  const columnOf = (measure: Measure) =>
    measure.kind === 'sum' || measure.kind === 'unique' ? { also: measure.column } : {}
  const divides = (measure: Measure) => measure.kind === 'sum' || measure.kind === 'unique' || measure.kind === 'count'
  if (!divides(numerator) || !(divides(denominator) || denominator.kind === 'distinct')) return [numerator, denominator]
  return [
    { ...numerator, ...columnOf(denominator) },
    { ...denominator, ...columnOf(numerator) },
  ]
}

/** Whether a measure can be split by a dimension; a ratio whose denominator cannot keeps it whole. */
export function canSplit({ fact, kind }: Measure, dimension: Dimension): boolean {
  const ofPeople = ['left', 'cohort', 'lost', 'kept', 'population', 'tenure', 'joined'].includes(kind)
  if (ofPeople) return dimension === 'segment' || dimension === 'origin'
  if (dimension === 'source') return true
  if (fact.name === 'interactions' && ['engagement', 'pillar', 'account'].includes(dimension)) return true
  return dimension in fact.columns
}

const isAdditive = (measure: Measure) =>
  ['sum', 'points', 'count', 'joined'].includes(measure.kind) || ('mean' in measure && measure.mean !== undefined)

const isDirect = (measure: Measure) =>
  measure.kind === 'quantile' || measure.kind === 'unique' || (measure.kind === 'tenure' && measure.q !== undefined)

/** Reduces the loaded facts to one small table per measure; none for measures whose facts have no rows. */
export async function prepareMeasures(
  duck: Duck,
  metrics: readonly Metric[],
  config: Pick<ConfigData, 'windows' | 'score' | 'churn' | 'pointsCap'>,
): Promise<Map<string, Prepared>> {
  await duck.run(SPELLS)
  await duck.run(POPULATION_PRESENCE)
  await duck.run(presence(config.churn))
  await duck.run(PRESENCE_PARTS)
  const declared = new Map<string, Prepared & { dimensions: Set<Dimension>; windows: Set<number | 'all'> }>()
  for (const metric of metrics) {
    for (const measure of measuresOf(metric)) {
      const id = measureId(measure)
      const known = declared.get(id) ?? {
        measure,
        dimensions: new Set<Dimension>(),
        windows: new Set<number | 'all'>(),
        table: `measure_${declared.size}`,
      }
      for (const dimension of dimensionsOf(metric)) if (canSplit(measure, dimension)) known.dimensions.add(dimension)
      for (const window of windowsOf(metric, config)) known.windows.add(window)
      declared.set(id, known)
    }
  }
  const empty = await emptyFacts(
    duck,
    [...declared.values()].map(({ measure }) => measure.fact.name),
  )
  const prepared = new Map<string, Prepared>()
  for (const [id, one] of declared) {
    const { measure, dimensions, windows, table } = one
    // A metric that has no meaning over all of time, where the config asks for nothing else.
    if (windows.size === 0) continue
    const ofActivity = ['left', 'cohort', 'lost', 'kept'].includes(measure.kind) && config.churn !== 'contractual'
    if (empty.has(ofActivity ? 'interactions' : measure.fact.name)) continue
    const by = [...dimensions]
    const rows = isAdditive(measure)
      ? additiveRows(measure, by, config.pointsCap)
      : isDirect(measure)
        ? directRows(measure, by)
        : spanRows(measure, by)
    await duck.run(`CREATE OR REPLACE TEMP TABLE ${table} AS ${rows}`)
    prepared.set(id, one)
  }
  return prepared
}

/** What a metric is split by and, where only one source may give the total, `source` to see how many there are. */
const dimensionsOf = ({ by = [], oneSource }: Metric) => (oneSource ? [...by, 'source'] : by)

async function emptyFacts(duck: Duck, facts: readonly string[]): Promise<Set<string>> {
  const empty = new Set<string>()
  for (const fact of new Set([...facts, 'interactions'])) {
    if ((await duck.rows(`SELECT 1 AS one FROM f_${fact} LIMIT 1`)).length === 0) empty.add(fact)
  }
  return empty
}

/** Where the values of one (window, dimension) are kept; levels do not depend on the window. */
const slot = (measure: Measure, window: number | 'all', dimension: Dimension | null) =>
  `${levelKinds.includes(measure.kind) ? '' : window}|${dimension ?? ''}`

/** Evaluates every measure for every day of a range, in all windows and breakdowns: one statement each. */
export async function evaluate(
  duck: Duck,
  prepared: ReadonlyMap<string, Prepared>,
  { customers }: Pick<ConfigData, 'customers'>,
  from: Day,
  to: Day,
): Promise<Evaluated> {
  const found = new Map<string, ReadonlyMap<string, Values>>()
  for (const [id, one] of prepared) {
    const values = isAdditive(one.measure) ? additive : isDirect(one.measure) ? direct : spans
    found.set(id, await values(duck, one, from, to))
  }
  const stated = customers && fixed(customers, from, to)
  return (measure, window, dimension) => {
    if (measure.kind === 'population' && measure.also === undefined && stated) return dimension === null ? stated : NONE
    return found.get(measureId(measure))?.get(slot(measure, window, dimension)) ?? NONE
  }
}

const NONE: Values = new Map()

const windowsIn = ({ measure, windows }: Prepared): readonly (number | 'all')[] =>
  levelKinds.includes(measure.kind) ? [...windows].slice(0, 1) : [...windows]

/** The dimensions of a measure, the total first. */
const slotsOf = ({ dimensions }: Prepared) => ['', ...dimensions]

async function additive(duck: Duck, one: Prepared, from: Day, to: Day): Promise<Map<string, Values>> {
  const { measure, windows, dimensions, table } = one
  const floor = addDays(from, -Math.max(1, ...[...windows].filter((window) => window !== 'all')))
  const since = windows.has('all') ? `greatest(day, DATE ${quote(floor)})` : 'day'
  const reach = windows.has('all') ? '' : ` AND day > DATE ${quote(floor)}`
  // A source's total of traffic need not be the sum of its groups.
  const whole = measure.kind === 'sum' && measure.fact.name === 'traffic' ? ` AND whole = (d <> 'group')` : ''
  const rows = await duck.rows<Step & { d: string }>(
    `SELECT d, g, CAST(${since} AS VARCHAR) AS day, CAST(count(*) AS DOUBLE) AS n, CAST(${worth(measure)} AS VARCHAR) AS v
      FROM ${byDimension(table, [...dimensions])} WHERE day <= DATE ${quote(to)}${reach}${whole} GROUP BY ALL`,
  )
  const steps = Map.groupBy(rows, ({ d }) => d)
  const found = new Map<string, Values>()
  for (const dimension of slotsOf(one)) {
    for (const window of windows) {
      const mean = 'mean' in measure && window !== 'all' ? window : 1
      const values = runningSums(steps.get(dimension) ?? [], window, from, to, (sum) => ofBillionths(sum) / mean)
      found.set(slot(measure, window, dimension), values)
    }
  }
  return found
}

const DAY_MS = 86_400_000

async function spans(duck: Duck, one: Prepared, from: Day, to: Day): Promise<Map<string, Values>> {
  const { measure, dimensions, table } = one
  const windows = windowsIn(one)
  const rows = await duck.rows<Step & { d: string; w: number }>(
    `SELECT d, w, g, CAST(day AS VARCHAR) AS day, CAST(sum(n) AS DOUBLE) AS n, CAST(sum(v) AS VARCHAR) AS v FROM (
        SELECT d, w, g, unnest([greatest(s, DATE ${quote(from)}), e]) AS day, unnest([1, -1]) AS n, unnest([v, -v]) AS v
        FROM (${spansOf(measure, table, [...dimensions], windows.map(daysOf))}) WHERE s < e AND s <= DATE ${quote(to)} AND e > DATE ${quote(from)})
      WHERE day <= DATE ${quote(to)} GROUP BY ALL`,
  )
  const steps = Map.groupBy(rows, ({ d, w }) => `${w}|${d}`)
  const age = (sum: bigint, n: number, day: Day) => (n * Date.parse(day)) / DAY_MS - ofBillionths(sum)
  const value = measure.kind === 'tenure' ? age : undefined
  return new Map(
    windows.flatMap((window) =>
      slotsOf(one).map((dimension) => [
        slot(measure, window, dimension),
        runningSums(steps.get(`${daysOf(window)}|${dimension}`) ?? [], 'all', from, to, value),
      ]),
    ),
  )
}

async function direct(duck: Duck, one: Prepared, from: Day, to: Day): Promise<Map<string, Values>> {
  const { measure, dimensions, table } = one
  const windows = windowsIn(one)
  const values = directValues(measure, table, [...dimensions], windows.map(daysOf), from, to)
  const rows = await duck.rows<{ d: string; w: number; g: string; day: Day; v: string }>(
    `SELECT d, w, g, CAST(day AS VARCHAR) AS day, v FROM (${values})`,
  )
  const found = new Map<string, Map<Day, Map<string, number>>>()
  const names = new Map(windows.map((window) => [daysOf(window), window]))
  for (const { d, w, g, day, v } of rows) {
    const key = slot(measure, names.get(w)!, d)
    const byDay = found.get(key) ?? new Map<Day, Map<string, number>>()
    const groups = byDay.get(day) ?? new Map<string, number>()
    found.set(key, byDay.set(day, groups.set(g, Number(v))))
  }
  return found
}

/** A number of customers that the config states, from a day on. */
function fixed(customers: NonNullable<ConfigData['customers']>, from: Day, to: Day): Values {
  const dated = [...customers].sort((a, b) => (a.from < b.from ? -1 : 1))
  const byDay = new Map<Day, Map<string, number>>()
  for (const day of eachDay(from, to)) {
    const stated = dated.findLast((entry) => entry.from <= day)
    if (stated) byDay.set(day, new Map([['', stated.count]]))
  }
  return byDay
}
