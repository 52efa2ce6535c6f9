import { createHash, randomBytes } from 'node:crypto'
import { invalid } from '../kit/errors.ts'
import { collectRows } from '../store/collect-rows.ts'
import { type ApiKeyRow, keys as rowKeys } from '../store/rows.ts'
import type { Table } from '../store/table.ts'

/** What a key may be allowed to do. None implies another. */
export const scopes = ['metrics:read', 'annotations:write', 'ops:read', 'admin'] as const

export type Scope = (typeof scopes)[number]

const PARTITION = rowKeys.apiKey('').pk
const KEY = /^tm_[A-Za-z0-9_-]{43}$/
const CACHED_MS = 10_000

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
  const key = `tm_${randomBytes(32).toString('base64url')}`
  const id = randomBytes(6).toString('hex')
  const row: ApiKeyRow = {
    ...rowKeys.apiKey(hashOf(key)),
    id,
    name,
    scopes: [...new Set(wanted)],
    created: now.toISOString(),
    until: until?.toISOString() ?? null,
  }
  await table.put(row, 'absent')
  return { id, key }
}

/** What may be shown of a key: all but its hash. */
export type KeyInfo = Pick<ApiKeyRow, 'id' | 'name' | 'scopes' | 'created' | 'until'>

/** Every key that was not revoked, expired ones too, oldest first. */
export async function listKeys(table: Table): Promise<KeyInfo[]> {
  const found = (await collectRows(table, PARTITION)) as ApiKeyRow[]
  return found
    .map(({ id, name, scopes: held, created, until }) => ({ id, name, scopes: held, created, until }))
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
      return
    }
  }
  throw invalid(`no key has the id '${id.slice(0, 40)}'; 'keys list' shows them`)
}

/** What came of looking a key up. */
export type Verdict =
  | { readonly status: 'valid'; readonly id: string; readonly name: string; readonly scopes: readonly string[] }
  | { readonly status: 'unknown' | 'expired' }

/** Tells what a key may do. */
export type VerifyKey = (key: string) => Promise<Verdict>

/**
 * Looks keys up by their hash. A key that was found is remembered for ten seconds, one that was not is asked for again,
 * so that a new key works at once and memory stays bounded by the keys that exist.
 */
export function keyVerifier(table: Table, now: () => Date): VerifyKey {
  const seen = new Map<string, { row: ApiKeyRow; at: number }>()
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
    return { status: 'valid', id: row.id, name: row.name, scopes: row.scopes }
  }
}
