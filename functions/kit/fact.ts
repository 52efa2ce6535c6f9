import { isDay } from './day.ts'
import { invalid } from './errors.ts'
import { isNobody, isPerson, type Person } from './person.ts'

/** How a column is stored; decides its SQL type and how ingest finishes it. */
export type ColumnType = 'time' | 'day' | 'text' | 'number' | 'flag' | 'person' | 'texts' | 'scale'

/** One column of a fact. `T` is what an author passes. */
export interface Column<T = unknown, Optional extends boolean = boolean> {
  readonly type: ColumnType
  readonly optional: Optional
  /** What it means, in words a reader of the table understands. */
  readonly description: string
  /** `count`, `seconds`, `minor units`, …; absent where a unit makes no sense. */
  readonly unit: string | undefined
  /** Allowed values, where the list is closed. */
  readonly values: readonly string[] | undefined
  /** Returns the stored form. @throws Error whose message completes "column x: …" */
  readonly check: (value: T) => unknown
}

export type Columns = Record<string, Column<any>>

type RequiredNames<C extends Columns> = { [K in keyof C]: C[K] extends Column<any, true> ? never : K }[keyof C]
type OptionalNames<C extends Columns> = Exclude<keyof C, RequiredNames<C>>
type ValueOf<C> = C extends Column<infer T, boolean> ? T : never

/** What an author passes: required columns, and optional ones that may also be null or undefined (both mean absent). */
export type FactInput<C extends Columns> = { readonly [K in RequiredNames<C>]: ValueOf<C[K]> } & {
  readonly [K in OptionalNames<C>]?: ValueOf<C[K]> | null | undefined
}

/** A checked row, as `map` returns it: people are still `Person`, local times still local. */
export interface FactRow {
  readonly fact: string
  readonly columns: Readonly<Record<string, unknown>>
}

/** What is known of a fact without calling it. */
export interface FactShape<N extends string = string, C extends Columns = Columns> {
  readonly name: N
  readonly description: string
  readonly columns: C
  /** The column that decides on which day a row counts. */
  readonly time: keyof C & string
}

/** A kind of row of the vocabulary: call it with columns to get a checked row. */
export interface Fact<N extends string, C extends Columns> extends FactShape<N, C> {
  (row: FactInput<C>): FactRow
}

/** Declares a fact. Ingest adds `source stream record version run` to every row; authors never write these. */
export function defineFact<const N extends string, C extends Columns>(
  name: N,
  description: string,
  time: keyof C & string,
  columns: C,
): Fact<N, C> {
  const names = Object.keys(columns)
  const make = (row: FactInput<C>): FactRow => {
    for (const given of Object.keys(row)) {
      if (!Object.hasOwn(columns, given)) throw invalid(`${name} has no column '${given}'; it has ${names.join(', ')}`)
    }
    const checked: Record<string, unknown> = {}
    for (const key of names) {
      const column = columns[key]!
      const value = (row as Record<string, unknown>)[key]
      const absent = value === undefined || value === null || (column.optional && isPerson(value) && isNobody(value))
      if (!absent) {
        try {
          checked[key] = column.check(value)
        } catch (cause) {
          throw invalid(`${name}.${key}: ${(cause as Error).message}`, cause)
        }
      } else if (!column.optional) {
        throw invalid(`${name}.${key} is missing; expected ${column.description}`)
      }
    }
    return { fact: name, columns: checked }
  }
  Object.defineProperty(make, 'name', { value: name })
  return Object.assign(make, { description, columns, time }) as unknown as Fact<N, C>
}

type Options = { readonly unit?: string }

function column<T>(
  type: ColumnType,
  description: string,
  check: (value: T) => unknown,
  { unit, values }: Options & { readonly values?: readonly string[] } = {},
): Column<T, false> {
  return { type, optional: false, description, unit, values, check }
}

/** Makes a column optional: absent means unknown, never zero. */
export function optional<T>(of: Column<T, false>): Column<T, true> {
  return { ...of, optional: true }
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/i
const LOCAL = /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?$/

/**
 * An RFC 3339 instant, a plain `YYYY-MM-DD` where the vendor gives only days, or a local date-time without offset,
 * which ingest settles in the stream's zone (and quarantines where the stream has none).
 */
export const time = (description: string) =>
  column<string | Date>('time', description, (value) => {
    const text = value instanceof Date ? isoOf(value.getTime()) : String(value)
    if (isDay(text)) return text
    const instant = INSTANT.exec(text)
    if (instant && isDay(instant[1])) {
      const iso = isoOf(Date.parse(text.replace(' ', 'T').replace(/([+-]\d{2})(\d{2})$/, '$1:$2')))
      if (isDay(iso.slice(0, 10))) return iso
    }
    const local = LOCAL.exec(text)
    if (local && isDay(local[1])) return text.replace(' ', 'T')
    throw new Error(`'${text.slice(0, 40)}' is no time; expected an RFC 3339 instant or YYYY-MM-DD`)
  })

function isoOf(ms: number): string {
  return Number.isNaN(ms) ? 'an invalid date' : new Date(ms).toISOString()
}

/** A stored time that still lacks its zone. */
export function isLocalTime(stored: string): boolean {
  return LOCAL.test(stored)
}

/** A plain day `YYYY-MM-DD`. */
export const plainDay = (description: string) =>
  column<string>('day', description, (value) => {
    if (!isDay(value)) throw new Error(`'${String(value).slice(0, 40)}' is no day; expected YYYY-MM-DD`)
    return value
  })

/** Half a surrogate pair (an emoji cut in two) becomes U+FFFD: as JSON, it would make a whole file unreadable. */
export const text = (description: string) =>
  column<string>('text', description, (value) => {
    if (typeof value !== 'string') throw new Error(`${shown(value)} is no text`)
    if (value === '') throw new Error('is empty; leave out what is unknown')
    if (value.length > 1_000) throw new Error(`has ${value.length} characters; at most 1,000`)
    return value.toWellFormed()
  })

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 40)
}

export const oneOf = <const V extends readonly string[]>(values: V, description: string) =>
  column<V[number]>(
    'text',
    description,
    (value) => {
      if (!values.includes(value)) throw new Error(`'${String(value).slice(0, 40)}' is none of ${values.join(', ')}`)
      return value
    },
    { values },
  )

/** Largest magnitude a number column takes: sums of 10^13 such rows still fit the exact decimals of compute. */
export const MAX_NUMBER = 1e15

export const number = (description: string, unit: string, min = -MAX_NUMBER) =>
  column<number>(
    'number',
    description,
    (value) => {
      if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`${String(value)} is no number`)
      if (value < min || Math.abs(value) > MAX_NUMBER) throw new Error(`${value} lies outside ${min} … ${MAX_NUMBER}`)
      return value === 0 ? 0 : value
    },
    { unit },
  )

/** A number that cannot be negative. */
export const count = (description: string, unit = 'count') => number(description, unit, 0)

export const flag = (description: string) =>
  column<boolean>('flag', description, (value) => {
    if (typeof value !== 'boolean') throw new Error(`${shown(value)} is neither true nor false`)
    return value
  })

/** An ISO 4217 code in capitals. */
export const currency = (description: string) =>
  column<string>('text', description, (value) => {
    if (!/^[A-Z]{3}$/.test(value)) throw new Error(`'${String(value).slice(0, 20)}' is no ISO 4217 code, such as EUR`)
    return value
  })

/** Who is meant; stored as a keyed hash. */
export const who = (description: string) =>
  column<Person>('person', description, (value) => {
    if (!isPerson(value)) throw new Error('expected person({ … }): facts hold keys, never addresses')
    if (isNobody(value)) throw new Error('no identifier of the person is known')
    return value
  })

export const texts = (description: string) =>
  column<readonly string[]>('texts', description, (value) => {
    if (!Array.isArray(value) || value.some((v) => typeof v !== 'string')) throw new Error('expected a list of texts')
    return [...new Set(value.map((one) => one.toWellFormed()))].sort()
  })

/** Lowest and highest possible answer. */
export const scale = (description: string) =>
  column<readonly [number, number]>('scale', description, (value) => {
    if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isFinite) || value[0] >= value[1]) {
      throw new Error(`${shown(value)} is no scale; expected [lowest, highest]`)
    }
    return [value[0], value[1]]
  })
