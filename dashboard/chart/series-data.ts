import type { SeriesColumns } from '../client.js'

/** Points beside each other, both included. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** A series as it is drawn: every list is as long as `x`. */
export interface SeriesData {
  /** Seconds since 1970 of each point's day, in UTC. */
  readonly x: readonly number[]
  /** Where points meet: point `i` reaches from `edges[i]` to `edges[i + 1]`. One longer than `x`. */
  readonly edges: readonly number[]
  /** Values that cannot change any more. */
  readonly final: readonly (number | null)[]
  /** Values that can, and the final ones beside them, so that the dashed line begins where the solid one ends. */
  readonly provisional: readonly (number | null)[]
  /** Which points are provisional themselves. */
  readonly hollow: readonly number[]
  /** Final points without a neighbour: no line would show them. */
  readonly alone: readonly number[]
  /** Points without a value. */
  readonly gaps: readonly Stretch[]
  /** Points of which some data is missing: less than all was read, or days of the week, month or quarter are. */
  readonly incomplete: readonly Stretch[]
  /** The first points under another definition than the ones before. */
  readonly redefined: readonly number[]
  /** Of the range that is compared, by index; null where there is none. */
  readonly comparison: readonly (number | null)[] | null
}

const DAY = 86_400

/** Seconds since 1970 of a day's beginning in UTC. */
export const secondsOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1000

/** The day that holds an instant given in seconds since 1970, in UTC. */
export const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10)

/** Splits a series into what is drawn each in its own way. */
export function seriesData(
  columns: SeriesColumns,
  comparison: { readonly value: readonly (number | null)[] } | null,
): SeriesData {
  const { value, finality, coverage } = columns
  const x = columns.date.map(secondsOf)
  const isFinal = (i: number) => finality[i] === 'final'
  const isOpen = (i: number) => (value[i] ?? null) !== null && !isFinal(i)
  const has = (i: number) => (value[i] ?? null) !== null
  const every = x.map((_, i) => i)
  return {
    x,
    edges: edgesOf(x),
    final: every.map((i) => (isFinal(i) ? (value[i] ?? null) : null)),
    provisional: every.map((i) => (isOpen(i) || isOpen(i - 1) || isOpen(i + 1) ? (value[i] ?? null) : null)),
    hollow: every.filter(isOpen),
    alone: every.filter((i) => has(i) && isFinal(i) && !has(i - 1) && !has(i + 1)),
    gaps: stretches(every.map((i) => !has(i))),
    incomplete: stretches(every.map((i) => has(i) && ((coverage[i] ?? 1) < 1 || isPartly(columns, i)))),
    redefined: redefinitions(columns.definition_version),
    comparison: comparison && every.map((i) => comparison.value[i] ?? null),
  }
}

/** Whether a week, month or quarter lacks days. */
export const isPartly = ({ days, days_present: present }: SeriesColumns, i: number): boolean =>
  days !== undefined && present !== undefined && present[i]! < days[i]!

/** Half-way between the points, and as far before the first and after the last. */
function edgesOf(x: readonly number[]): number[] {
  if (x.length === 0) return []
  const between = x.slice(1).map((at, i) => (at + x[i]!) / 2)
  const first = x.length > 1 ? 2 * x[0]! - between[0]! : x[0]! - DAY / 2
  const last = x.length > 1 ? 2 * x.at(-1)! - between.at(-1)! : x[0]! + DAY / 2
  return [first, ...between, last]
}

/** Where it holds, without a break. */
export function stretches(holds: readonly boolean[]): Stretch[] {
  const found: Stretch[] = []
  holds.forEach((one, i) => {
    const last = found.at(-1)
    if (one && last?.to === i - 1) found[found.length - 1] = { from: last.from, to: i }
    else if (one) found.push({ from: i, to: i })
  })
  return found
}

function redefinitions(versions: readonly (number | null)[]): number[] {
  let known: number | null = null
  return versions.flatMap((version, i) => {
    if (version === null) return []
    const changed = known !== null && version !== known
    known = version
    return changed ? [i] : []
  })
}

/** From where to where days reach on the axis, by the points they belong to; null where they lie outside of it. */
export function spanOfDays(
  { x, edges }: Pick<SeriesData, 'x' | 'edges'>,
  from: string,
  to: string,
): { readonly min: number; readonly max: number } | null {
  if (x.length === 0 || secondsOf(to) < edges[0]! || secondsOf(from) > edges.at(-1)!) return null
  const [first, last] = [from, to].map((day) => x.findLastIndex((at) => at <= secondsOf(day)))
  return { min: edges[Math.max(0, first!)]!, max: edges[Math.max(0, last!) + 1]! }
}
