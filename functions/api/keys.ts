import { createHash, randomBytes } from 'node:crypto'
import { type Scope, scopes } from '../kit/config.ts'
import { invalid } from '../kit/errors.ts'
import { collectRows } from '../store/collect-rows.ts'
import { type ApiKeyRow, type KeyUseRow, keys as rowKeys } from '../store/rows.ts'
import type { Table } from '../store/table.ts'

export { type Scope, scopes }

const PARTITION = rowKeys.apiKey('').pk
const USES = rowKeys.keyUse('').pk
const KEY = /^tm_[A-Za-z0-9_-]{43}$/
const CACHED_MS = 10_000
const NOTED_MS = 3_600_000

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex')

/** Whether `text` looks like a key, valid or not. */
export const isKeyShaped = (text: string): boolean => KEY.test(text)

export interface NewKey {
  /** For people, to tell keys apart. */
  readonly name: string
  readonly scopes: readonly Scope[]
  /** When it stops to work. @default - never */
  readonly until?: Date | undefined
  readonly now: Date
}

/**
 * Makes a key of 256 random bits. Only its SHA-256 is stored: `key` can never be shown again.
 * @throws `invalid` for a name, a scope or an end that does not fit
 */
export async function createKey(
  table: Table,
  { name, scopes: wanted, until, now }: NewKey,
): Promise<{ id: string; key: string }> {
  if (name.trim() === '' || name.length > 80) throw invalid(`a key's name has 1 to 80 characters; got ${name.length}`)
  const unknown = wanted.find((scope) => !scopes.includes(scope))
  if (wanted.length === 0 || unknown !== undefined) {
    throw invalid(`'${unknown ?? ''}' is no scope; expected one or more of ${scopes.join(', ')}`)
  }
  if (until && !(until.getTime() > now.getTime())) throw invalid('a key cannot end in the past; choose a later end')
  return writeKey(table, {
    name,
    scopes: [...new Set(wanted)],
    created: now.toISOString(),
    until: until?.toISOString() ?? null,
  })
}

async function writeKey(
  table: Table,
  fields: { name: string; scopes: readonly string[]; created: string; until: string | null; replaces?: string },
): Promise<{ id: string; key: string }> {
  const key = `tm_${randomBytes(32).toString('base64url')}`
  const id = randomBytes(6).toString('hex')
  await table.put({ ...rowKeys.apiKey(hashOf(key)), id, ...fields }, 'absent')
  return { id, key }
}

export interface Rotation {
  /** How long the key that is replaced still works. */
  readonly overlapMs: number
  readonly now: Date
}

/**
 * Makes a key that does what another does, for as long as that was made for, and ends that one after a while: until then
 * both work, so that whoever holds it can change over. Two at a time: one whose rotation is under way cannot be rotated.
 * @throws `invalid` if no key has that id, it has expired, or its rotation is under way
 */
export async function rotateKey(
  table: Table,
  id: string,
  { overlapMs, now }: Rotation,
): Promise<{ id: string; key: string; name: string; until: string | null; oldUntil: string }> {
  const rows = (await collectRows(table, PARTITION)) as ApiKeyRow[]
  const lives = ({ until }: ApiKeyRow) => until === null || Date.parse(until) > now.getTime()
  const old = rows.find((row) => row.id === id)
  if (!old) throw unknownKey(id)
  if (!lives(old)) throw invalid(`the key ${id} has expired; make another with 'keys create'`)
  const other = rows.find((row) => lives(row) && row !== old && (row.replaces === id || row.id === old.replaces))
  if (other)
    throw invalid(`the keys ${id} and ${other.id} are of one rotation, and both work; revoke one of them first`)
  const lifetime = old.until === null ? null : Date.parse(old.until) - Date.parse(old.created)
  const until = lifetime === null ? null : new Date(now.getTime() + lifetime).toISOString()
  const { name, scopes: held } = old
  const made = await writeKey(table, { name, scopes: held, created: now.toISOString(), until, replaces: id })
  const end = new Date(now.getTime() + overlapMs).toISOString()
  const oldUntil = old.until !== null && old.until < end ? old.until : end
  // Only if it is still there: a key that was revoked meanwhile stays so.
  await table.put({ ...old, until: oldUntil }, { attribute: 'id', is: '=', value: id })
  return { ...made, name, until, oldUntil }
}

/** What may be shown of a key: all but its hash. */
export interface KeyInfo extends Pick<ApiKeyRow, 'id' | 'name' | 'scopes' | 'created' | 'until'> {
  /** To the hour; null if it never was, or not since a rebuild. */
  readonly last_used: string | null
}

/** Every key that was not revoked, expired ones too, oldest first. */
export async function listKeys(table: Table): Promise<KeyInfo[]> {
  const [found, uses] = (await Promise.all([collectRows(table, PARTITION), collectRows(table, USES)])) as [
    ApiKeyRow[],
    KeyUseRow[],
  ]
  const used = new Map(uses.map(({ sk, at }) => [sk, at]))
  return found
    .map(({ id, name, scopes: held, created, until }) => ({
      id,
      name,
      scopes: held,
      created,
      until,
      last_used: used.get(id) ?? null,
    }))
    .sort((a, b) => (a.created < b.created ? -1 : a.created > b.created ? 1 : a.id < b.id ? -1 : 1))
}

/**
 * Ends a key. A running API may honour it for up to ten seconds more.
 * @throws `invalid` if no key has that id
 */
export async function revokeKey(table: Table, id: string): Promise<void> {
  for await (const row of table.query(PARTITION)) {
    if (row.id === id) {
      await table.delete(row.pk, row.sk)
      await table.delete(USES, id)
      return
    }
  }
  throw unknownKey(id)
}

const unknownKey = (id: string) => invalid(`no key has the id '${id.slice(0, 40)}'; 'keys list' shows them`)

/** What came of looking at what a caller showed. */
export type Verdict =
  | { readonly status: 'valid'; readonly id: string; readonly name: string; readonly scopes: readonly string[] }
  | { readonly status: 'unknown' | 'expired' }
  /** A token, for that reason. */
  | { readonly status: 'refused'; readonly reason: string }

/** Tells what the holder of a key or token may do. */
export type Verify = (credential: string) => Promise<Verdict>

/**
 * Looks keys up by their hash. A key that was found is remembered for ten seconds, one that was not is asked for again,
 * so that a new key works at once and memory stays bounded by the keys that exist. Its use is noted once an hour.
 */
export function keyVerifier(table: Table, now: () => Date): Verify {
  const seen = new Map<string, { row: ApiKeyRow; at: number }>()
  const noted = new Map<string, number>()

  async function noteUse(id: string, ms: number): Promise<void> {
    if (ms - (noted.get(id) ?? Number.NEGATIVE_INFINITY) < NOTED_MS) return
    noted.set(id, ms)
    const recent = new Date(ms - NOTED_MS + 1).toISOString()
    const row: KeyUseRow = { ...rowKeys.keyUse(id), at: new Date(ms).toISOString() }
    await table.put(row, { attribute: 'at', is: '<', value: recent, orAbsent: true })
  }

  return async (key) => {
    if (!isKeyShaped(key)) return { status: 'unknown' }
    const hash = hashOf(key)
    const ms = now().getTime()
    const cached = seen.get(hash)
    let row = cached && ms >= cached.at && ms - cached.at < CACHED_MS ? cached.row : undefined
    if (!row) {
      const { pk, sk } = rowKeys.apiKey(hash)
      row = (await table.get(pk, sk)) as ApiKeyRow | undefined
      if (!row) {
        seen.delete(hash)
        return { status: 'unknown' }
      }
      seen.set(hash, { row, at: ms })
    }
    if (row.until !== null && Date.parse(row.until) <= ms) return { status: 'expired' }
    await noteUse(row.id, ms)
    return { status: 'valid', id: row.id, name: row.name, scopes: row.scopes }
  }
}
