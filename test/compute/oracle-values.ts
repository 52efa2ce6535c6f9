import { exact, inexact } from './exact.ts'

/** What a metric must say of a day and a window, finality and coverage aside. */
export interface Expected {
  value: number | null
  null_reason?: string
  numerator?: number | null
  denominator?: number | null
  low_sample?: true
  by?: Record<string, Record<string, Expected>>
}

export type Window = number | 'all'

/** The metrics of one subject. */
export type Subject = Readonly<Record<string, (day: string, window: Window) => Expected>>

/** What a list is split by. */
export type By<T> = Readonly<Record<string, (one: T) => string>>

export function plusDays(day: string, count: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + count)
  return date.toISOString().slice(0, 10)
}

/** Whether a day lies in the window that ends on `day`. */
export function inside(day: string, window: Window): (one: string | undefined) => boolean {
  const before = window === 'all' ? '' : plusDays(day, -window)
  return (one) => one !== undefined && one > before && one <= day
}

/** What everything is that nothing configured yields. */
export const unknown = (): Expected => ({ value: null, null_reason: 'no_data' })
export const unknownRate = (): Expected => ({ ...unknown(), numerator: null, denominator: null })

/** One figure of a list and of each of its groups. */
export function figure<T>(list: readonly T[], of: (list: readonly T[]) => number, by: By<T> = {}): Expected {
  return { value: of(list), by: split(list, by, (some) => ({ value: of(some) })) }
}

/** One figure of a list that has none if nothing is in it. */
export function figureOfSome<T>(list: readonly T[], of: (list: readonly T[]) => number, by: By<T>): Expected {
  return list.length === 0 ? { ...unknown(), by: {} } : figure(list, of, by)
}

interface Rate<T, U> {
  readonly above: readonly T[]
  readonly top: (list: readonly T[]) => number
  readonly below: readonly U[]
  readonly bottom: (list: readonly U[]) => number
  readonly per?: number
  /** What both parts are split by; null where the lower one stays whole. */
  readonly by?: Readonly<Record<string, readonly [(one: T) => string, ((one: U) => string) | null]>>
}

/** A figure of one list divided by one of another, of all and of each group of either. */
export function rate<T, U>({ above, top, below, bottom, per = 1, by }: Rate<T, U>): Expected {
  const whole = quotient(top(above), bottom(below), per)
  if (!by) return whole
  const found: NonNullable<Expected['by']> = {}
  for (const [dimension, [upper, lower]] of Object.entries(by)) {
    const groups = [...new Set([...above.map(upper), ...(lower ? below.map(lower) : [])])].sort()
    if (groups.length === 0) continue
    found[dimension] = Object.fromEntries(
      groups.map((group) => {
        const under = lower ? below.filter((one) => lower(one) === group) : below
        return [group, quotient(top(above.filter((one) => upper(one) === group)), bottom(under), per)]
      }),
    )
  }
  return { ...whole, by: found }
}

export function quotient(numerator: number, denominator: number, per: number): Expected {
  if (denominator === 0) return { value: null, null_reason: 'zero_denominator', numerator, denominator }
  return { value: (numerator * per) / denominator, numerator, denominator }
}

function split<T>(list: readonly T[], by: By<T>, value: (list: readonly T[]) => Expected): NonNullable<Expected['by']> {
  const found: NonNullable<Expected['by']> = {}
  for (const [dimension, of] of Object.entries(by)) {
    const groups = [...new Set(list.map(of))].sort()
    if (groups.length === 0) continue
    found[dimension] = Object.fromEntries(
      groups.map((group) => [group, value(list.filter((one) => of(one) === group))]),
    )
  }
  return found
}

/** Both parts are split by the same. */
export const both = <T>(of: (one: T) => string) => [of, of] as const

export const lengthOf = (list: readonly unknown[]): number => list.length

export const distinct = <T>(list: readonly T[], key: (one: T) => string | undefined): number =>
  new Set(list.map(key).filter((one) => one !== undefined)).size

/** A sum that comes out the same in any order. */
export const sumOf = <T>(list: readonly T[], of: (one: T) => number): number =>
  inexact(list.reduce((sum, one) => sum + exact(of(one)), 0n))

/** The middle value; halfway between the two middle ones of an even number. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)]!, sorted[Math.ceil((sorted.length - 1) / 2)]!]
  return low + (high - low) / 2
}

/** Something that counts once, on the day of its first row. */
export interface First {
  readonly day: string
  readonly names: Readonly<Record<string, string>>
}

/**
 * Different ids of each source, on the day of their first row, and what they are split by: what that row says; of
 * several rows of that day, the name that comes first.
 */
export function firsts<T extends { readonly source: string; readonly id: string }>(
  rows: readonly T[],
  on: (row: T) => string | undefined,
  by: By<T> = {},
): First[] {
  const dated = rows.filter((row) => on(row) !== undefined)
  return [...Map.groupBy(dated, ({ source, id }) => `${source} ${id}`).values()].map((mine) => {
    const day = mine.map((row) => on(row)!).sort()[0]!
    const there = mine.filter((row) => on(row) === day)
    return { day, names: Object.fromEntries(Object.entries(by).map(([name, of]) => [name, there.map(of).sort()[0]!])) }
  })
}

/** Splits things that count once by a name they have. */
export const named =
  (name: string) =>
  ({ names }: First): string =>
    names[name]!
