import { createHmac } from 'node:crypto'
import { invalid } from './errors.ts'

/**
 * Who is meant, by every identifier the vendor gave. Made by `person`, hashed by ingest; never stored as it is.
 * Order within a list carries no meaning, except that the first is the one that names the person.
 */
export interface Person {
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  readonly ids: readonly string[]
  /** Name space of `ids`. @default - the id of the source that yields the fact */
  readonly of: string | undefined
}

type Text = string | number | null | undefined

/**
 * Names a person by all identifiers known. Lists hold further identifiers of the same person (the ids merged into a
 * CRM contact, say). Empty, null and undefined identifiers are ignored, and so are e-mails that are no address; a person
 * without any is nobody, which an optional column stores as absent and a required one refuses.
 *
 * @param of the name space in which `id` is unique, if several sources share it. @default - the source's own id
 * @throws `invalid` for a number that cannot be told from its neighbours (NaN, fractions, above 2^53)
 */
export function person(known: {
  email?: Text | readonly Text[]
  phone?: Text | readonly Text[]
  id?: Text | readonly Text[]
  of?: string
}): Person {
  return {
    emails: list(known.email, normalEmail),
    phones: list(known.phone, normalPhone),
    ids: list(known.id, (id) => id),
    of: known.of,
  }
}

/** Whether a value was made by `person`. */
export function isPerson(value: unknown): value is Person {
  return typeof value === 'object' && value !== null && 'emails' in value && 'phones' in value && 'ids' in value
}

/** Whether no identifier at all is known. */
export function isNobody({ emails, phones, ids }: Person): boolean {
  return emails.length + phones.length + ids.length === 0
}

/** 16 hexadecimal digits: the first 64 bits of an HMAC-SHA256. */
export type PersonKey = string

/** How a key was made; decides which keys may join people (a shared phone never joins two e-mails). */
export type KeyKind = 'email' | 'phone' | 'id'

/** Two keys that were seen to belong to one person. */
export interface Link {
  readonly a: PersonKey
  readonly a_kind: KeyKind
  readonly b: PersonKey
  readonly b_kind: KeyKind
}

/**
 * Keys of a person: `key` is the strongest (e-mail, then phone, then id), `links` join it with every other one.
 * Null for nobody.
 *
 * @param pepper the deployment's secret; without it a key cannot be computed from an address
 * @param source id of the source that states the person: the name space of ids unless the person names another
 */
export function personKeys(
  { emails, phones, ids, of }: Person,
  pepper: string,
  source: string,
): { key: PersonKey; links: Link[] } | null {
  if (!pepper) throw invalid('the pepper is empty; people cannot be hashed without it')
  const keys: [PersonKey, KeyKind][] = [
    ...emails.map((value): [PersonKey, KeyKind] => [hash(pepper, 'email', value), 'email']),
    ...phones.map((value): [PersonKey, KeyKind] => [hash(pepper, 'phone', value), 'phone']),
    ...ids.map((value): [PersonKey, KeyKind] => [hash(pepper, `id:${of ?? source}`, value), 'id']),
  ]
  const [first, ...others] = keys
  if (!first) return null
  const links = others.map(([key, kind]) => ({ a: first[0], a_kind: first[1], b: key, b_kind: kind }))
  return { key: first[0], links }
}

function hash(pepper: string, space: string, value: string): PersonKey {
  return createHmac('sha256', pepper).update(`${space}\u0000${value}`).digest('hex').slice(0, 16)
}

function list(value: Text | readonly Text[], normal: (text: string) => string): string[] {
  const values = (Array.isArray(value) ? value : [value]).filter((v) => v !== null && v !== undefined)
  const inexact = values.find((v) => typeof v === 'number' && !Number.isSafeInteger(v))
  if (inexact !== undefined) throw invalid(`${inexact} is no exact identifier of a person; pass it as text`)
  return [...new Set(values.map((v) => normal(String(v).trim())))].filter(Boolean)
}

/**
 * Addresses compare without case and outer white space; sub-addresses and dots stay, since only some hosts fold them.
 * What is no address (`n/a`, `unknown`) is empty: as a key, it would join everybody who has it.
 */
function normalEmail(value: string): string {
  return /^[^\s@]+@[^\s@]+$/.test(value) ? value.normalize('NFC').toLowerCase() : ''
}

/** Digits with an optional leading plus; `00` in front means plus. Local numbers stay local: their country is unknown. */
function normalPhone(value: string): string {
  const digits = value
    .replace(/[^\d+]/g, '')
    .replace(/(?!^)\+/g, '')
    .replace(/^00/, '+')
  return /\d/.test(digits) ? digits : ''
}
