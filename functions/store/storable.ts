import { invalid } from '../kit/errors.ts'
import type { Attribute, Condition, Item, Range } from './table.ts'

/**
 * Limits of DynamoDB, kept by every table so that what works on a laptop works in AWS.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
const MAX = { item: 400 * 1024, pk: 2048, sk: 1024, depth: 32 }
const SMALLEST_NUMBER = 1e-130
const LARGEST_NUMBER = 9.99e125

/**
 * The item as it will be read again: without undefined attributes, -0 as 0, unpaired surrogates as U+FFFD, any
 * kind of bytes as a plain `Uint8Array`.
 * @throws `invalid` for what no table takes: an empty or too long key, more than 400 KB, a number that is not finite or
 * outside 1e-130 … 9.99e125, an empty name, or more than 32 levels
 */
export function storable(item: Item): Item {
  storableKey(item.pk, item.sk)
  const where = `${item.pk} / ${item.sk}`.slice(0, 120)
  if (item.expires !== undefined && typeof item.expires !== 'number') {
    throw invalid(`expires of ${where} is ${typeof item.expires}; expected epoch seconds`)
  }
  const plain = plainMap(item, where, 0)
  const bytes = sizeOfMap(plain)
  if (bytes > MAX.item) {
    throw invalid(`row ${where} has ${bytes} bytes; expected at most ${MAX.item}: put its body into the lake`)
  }
  return plain as Item
}

/** @throws `invalid` unless both keys are text of 1 to 2048 and 1 to 1024 bytes. */
export function storableKey(pk: string, sk: string): void {
  for (const [name, key] of [
    ['pk', pk],
    ['sk', sk],
  ] as const) {
    const bytes = typeof key === 'string' && key.isWellFormed() ? Buffer.byteLength(key) : 0
    if (bytes === 0 || bytes > MAX[name]) {
      throw invalid(`'${String(key).slice(0, 120)}' cannot be a ${name}; expected text of 1 to ${MAX[name]} bytes`)
    }
  }
}

/** @throws `invalid` for a condition that no row can be compared with. */
export function storableCondition(condition: Condition): void {
  if (condition === 'absent') return
  if (condition.attribute === '') throw invalid('the condition names no attribute')
  if (typeof condition.value === 'number') plainNumber(condition.value, `the condition on ${condition.attribute}`)
}

/**
 * The bounds of a query, `to` undefined where there is none and `limit` infinite; undefined if no row can lie in them.
 * @throws `invalid` for a partition key or bounds that no table takes
 */
export function storableRange(pk: string, range: Range): { from: string; to?: string; limit: number } | undefined {
  const { from = '', to, limit = Number.POSITIVE_INFINITY } = range
  storableKey(pk, from || '-')
  if (to) storableKey(pk, to)
  if (!(limit >= 0) || (Number.isFinite(limit) && !Number.isInteger(limit))) {
    throw invalid(`${limit} is no limit of a query; expected a whole number of rows`)
  }
  if (to === undefined) return { from, limit }
  return Buffer.compare(Buffer.from(from), Buffer.from(to)) > 0 || to === '' ? undefined : { from, to, limit }
}

/** Whether readers see the row: an expired one is as good as deleted. `now` in epoch milliseconds. */
export function isLive(item: { readonly expires?: number | null }, now: number): boolean {
  return item.expires === undefined || item.expires === null || item.expires > now / 1000
}

type Plain = { [name: string]: Attribute }

function plainMap(map: { readonly [name: string]: Attribute | undefined }, where: string, depth: number): Plain {
  if (depth > MAX.depth) throw invalid(`row ${where} is more than ${MAX.depth} levels deep`)
  const entries: [string, Attribute][] = []
  for (const [name, value] of Object.entries(map)) {
    if (value === undefined) continue
    if (name === '' || name === '__proto__') throw invalid(`row ${where} has an attribute named '${name}'`)
    entries.push([name.toWellFormed(), plainValue(value, where, depth)])
  }
  return Object.fromEntries(entries)
}

function plainValue(value: Attribute, where: string, depth: number): Attribute {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number') return plainNumber(value, `row ${where}`)
  if (typeof value === 'boolean' || value === null) return value
  if (value instanceof Uint8Array) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  if (Array.isArray(value)) return plainList(value, where, depth + 1)
  if (typeof value === 'object') {
    return plainMap(value as { readonly [name: string]: Attribute }, where, depth + 1)
  }
  throw invalid(`row ${where} holds a ${typeof value}; expected text, number, boolean, null, bytes, list or map`)
}

function plainList(list: readonly Attribute[], where: string, depth: number): Attribute[] {
  if (depth > MAX.depth) throw invalid(`row ${where} is more than ${MAX.depth} levels deep`)
  return list.map((value) => plainValue(value, where, depth))
}

function plainNumber(value: number, where: string): number {
  const size = Math.abs(value)
  if (size !== 0 && !(size >= SMALLEST_NUMBER && size <= LARGEST_NUMBER)) {
    throw invalid(`${where} holds the number ${value}; expected 0 or a size of ${SMALLEST_NUMBER} to ${LARGEST_NUMBER}`)
  }
  return value + 0
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function sizeOfMap(map: { readonly [name: string]: Attribute }): number {
  let bytes = 0
  for (const name in map) bytes += Buffer.byteLength(name) + sizeOf(map[name]!)
  return bytes
}

function sizeOf(value: Attribute): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value === 'number') return 21
  if (typeof value === 'boolean' || value === null) return 1
  if (value instanceof Uint8Array) return value.byteLength
  if (Array.isArray(value)) return value.reduce((bytes: number, each: Attribute) => bytes + 1 + sizeOf(each), 3)
  const map = value as { readonly [name: string]: Attribute }
  return 3 + Object.keys(map).length + sizeOfMap(map)
}
