import type { ConfigData } from '../kit/config.ts'
import type { Day } from '../kit/day.ts'
import type { Dimension, Measure, Metric } from '../kit/metric.ts'
import type { Duck } from './duck.ts'
import { type Computed, measureId, measureTable, presenceTable, tableOf, windowQuery } from './measure-sql.ts'

/** Values of one measure in one window: by day, then by group (`''` is the total). */
export type Values = ReadonlyMap<Day, ReadonlyMap<string, number>>

/** Looks a measure's values up. Days and groups without rows are absent. */
export type Evaluated = (measure: Computed, window: number | 'all', dimension: Dimension | null) => Values

interface Prepared {
  readonly measure: Computed
  readonly dimensions: ReadonlySet<Dimension>
  readonly table: string
}

/**
 * The measures of a metric: one, or numerator and denominator. An average looks only at rows that have what it adds up:
 * an order without a rate is in neither part.
 */
export function measuresOf(metric: Metric): readonly [Computed, ...Computed[]] {
  if (metric.kind !== 'ratio') return [metric.measure]
  const { numerator, denominator } = metric
  const average = numerator.kind === 'sum' && denominator.kind === 'count' && numerator.fact === denominator.fact
  return [numerator, average ? { ...denominator, having: numerator.column } : denominator]
}

/** Whether a measure can be split by a dimension; a ratio whose denominator cannot keeps it whole. */
export function canSplit({ fact }: Measure, dimension: Dimension): boolean {
  if (dimension === 'source') return true
  if (dimension === 'engagement' || dimension === 'pillar') return fact.name === 'interactions'
  return dimension in fact.columns
}

/** Reduces the loaded facts to one small table per measure, once for a whole sweep. */
export async function prepareMeasures(duck: Duck, metrics: readonly Metric[]): Promise<Map<string, Prepared>> {
  const prepared = new Map<string, Prepared & { dimensions: Set<Dimension> }>()
  for (const metric of metrics) {
    for (const measure of measuresOf(metric)) {
      const id = measureId(measure)
      const known = prepared.get(id) ?? { measure, dimensions: new Set<Dimension>(), table: tableOf(prepared.size) }
      for (const dimension of metric.by ?? []) if (canSplit(measure, dimension)) known.dimensions.add(dimension)
      prepared.set(id, known)
    }
  }
  for (const { measure, dimensions, table } of prepared.values()) {
    await duck.run(measureTable(measure, [...dimensions], table))
    if (measure.kind === 'population') await duck.run(presenceTable(table))
  }
  return prepared
}

/** Evaluates every measure for every day of a range, in all windows and breakdowns. */
export async function evaluate(
  duck: Duck,
  prepared: ReadonlyMap<string, Prepared>,
  { windows, customers }: Pick<ConfigData, 'windows' | 'customers'>,
  from: Day,
  to: Day,
): Promise<Evaluated> {
  const found = new Map<string, Values>()
  for (const [id, { measure, dimensions, table }] of prepared) {
    for (const window of measure.kind === 'population' ? windows.slice(0, 1) : windows) {
      for (const dimension of [null, ...dimensions]) {
        const rows = await duck.rows<{ day: Day; g: string; v: string }>(
          windowQuery(measure, table, window, dimension, from, to),
        )
        const byDay = new Map<Day, Map<string, number>>()
        for (const { day, g, v } of rows) {
          const groups = byDay.get(day) ?? new Map<string, number>()
          byDay.set(day, groups.set(g, Number(v)))
        }
        found.set(`${id}|${window}|${dimension ?? ''}`, byDay)
      }
    }
  }
  return (measure, window, dimension) => {
    if (measure.kind === 'population' && customers) return dimension === null ? fixed(customers, from, to) : new Map()
    const level = measure.kind === 'population' ? windows[0]! : window
    return found.get(`${measureId(measure)}|${level}|${dimension ?? ''}`) ?? new Map()
  }
}

/** A number of customers that the config states, from a day on. */
function fixed(customers: NonNullable<ConfigData['customers']>, from: Day, to: Day): Values {
  const dated = [...customers].sort((a, b) => (a.from < b.from ? -1 : 1))
  const byDay = new Map<Day, Map<string, number>>()
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += 86_400_000) {
    const day = new Date(ms).toISOString().slice(0, 10) as Day
    const stated = dated.findLast((entry) => entry.from <= day)
    if (stated) byDay.set(day, new Map([['', stated.count]]))
  }
  return byDay
}
