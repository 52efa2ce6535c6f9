import type { Attribute } from './table.ts'

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** Names that begin with `$` get one more, so that `{ "$bytes": … }` can stand for bytes alone. */
const MARK = '$'
const BYTES = '$bytes'

/** An attribute as JSON text; bytes as `{"$bytes":"<base64>"}`. */
export function toJson(value: Attribute): string {
  return JSON.stringify(encode(value))
}

/** The attribute that `toJson` was given. */
export function fromJson(text: string): Attribute {
  const value: Json = JSON.parse(text)
  return text.includes(`"${MARK}`) ? decode(value) : value
}

function encode(value: Attribute): Json {
  if (value instanceof Uint8Array) {
    return { [BYTES]: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
  }
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(encode)
  return mapOf(value, (name) => (name.startsWith(MARK) ? MARK + name : name), encode)
}

function decode(value: Json): Attribute {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(decode)
  const map = value as { readonly [name: string]: Json }
  if (typeof map[BYTES] === 'string') return new Uint8Array(Buffer.from(map[BYTES], 'base64'))
  return mapOf(map, (name) => (name.startsWith(MARK) ? name.slice(1) : name), decode)
}

function mapOf<From, To>(map: object, rename: (name: string) => string, each: (value: From) => To) {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [rename(name), each(value)]))
}
