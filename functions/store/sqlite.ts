import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { invalid, TidemarkError } from '../kit/errors.ts'
import { fromJson, toJson } from './attribute-json.ts'
import { isLive, storable, storableCondition, storableKey, storableRange } from './storable.ts'
import type { Attribute, Condition, Item, Table } from './table.ts'

const VERSION = 1
const BUSY_MS = 10_000
/** A query reads this much at a time, as DynamoDB does, and holds no lock between. */
const PAGE_BYTES = 1024 * 1024

/** Text is compared as UTF-8 bytes (collation BINARY), which is DynamoDB's order. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS item (
    pk TEXT NOT NULL, sk TEXT NOT NULL, expires REAL, attributes TEXT NOT NULL, PRIMARY KEY (pk, sk)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS item_expires ON item (expires) WHERE expires IS NOT NULL;
  PRAGMA user_version = ${VERSION};`

/** From `from` (inclusive) to `before` (exclusive). */
const select = (direction: 'ASC' | 'DESC') => `
  SELECT sk, expires, attributes FROM item
  WHERE pk = :pk AND sk >= :from AND sk < :before AND (expires IS NULL OR expires > :now)
  ORDER BY sk ${direction} LIMIT :limit`

/** The next text in the order of bytes. */
const after = (text: string) => `${text}\0`
/** Beyond every text: SQLite sorts bytes after text. */
const END = new Uint8Array()

interface Row {
  readonly sk: string
  readonly expires: number | null
  readonly attributes: string
}

/**
 * A table in one SQLite file, made if it does not exist. Several processes may use it at once; a write waits up to 10 s
 * for another's. What was written survives the death of the process; a power cut may lose the newest writes, never tear
 * the file.
 */
export function openSqlite(file: string, { now = Date.now }: { now?: () => number } = {}): Table {
  const database = open(file, now)
  const get = database.prepare('SELECT sk, expires, attributes FROM item WHERE pk = ? AND sk = ?')
  const put = database.prepare(
    'INSERT INTO item (pk, sk, expires, attributes) VALUES (?, ?, ?, ?) ' +
      'ON CONFLICT DO UPDATE SET expires = excluded.expires, attributes = excluded.attributes',
  )
  const remove = database.prepare('DELETE FROM item WHERE pk = ? AND sk = ?')
  const ascending = database.prepare(select('ASC'))
  const descending = database.prepare(select('DESC'))

  function read(pk: string, sk: string): Item | undefined {
    const row = get.get(pk, sk) as Row | undefined
    return row && isLive(row, now()) ? toItem(pk, row) : undefined
  }

  function write(item: Item) {
    const { pk, sk, expires, ...attributes } = item
    put.run(pk, sk, expires ?? null, toJson(attributes as Attribute))
  }

  /** Does `work` as one, shut off from other writers, or not at all. */
  function alone<Result>(work: () => Result): Result {
    return guarded(file, () => {
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        database.exec('COMMIT')
        return result
      } catch (cause) {
        if (database.isTransaction) database.exec('ROLLBACK')
        throw cause
      }
    })
  }

  function writeIf(pk: string, sk: string, condition: Condition | undefined, work: () => void): boolean {
    if (condition === undefined) {
      guarded(file, work)
      return true
    }
    storableCondition(condition)
    return alone(() => {
      const holds = isMet(condition, read(pk, sk))
      if (holds) work()
      return holds
    })
  }

  return {
    async get(pk, sk) {
      storableKey(pk, sk)
      return guarded(file, () => read(pk, sk))
    },

    async put(item, condition) {
      const row = storable(item)
      return writeIf(row.pk, row.sk, condition, () => write(row))
    },

    async delete(pk, sk, condition) {
      storableKey(pk, sk)
      return writeIf(pk, sk, condition, () => remove.run(pk, sk))
    },

    async *query(pk, range = {}) {
      const bounds = storableRange(pk, range)
      if (!bounds) return
      let { from, limit } = bounds
      let before: string | Uint8Array = bounds.to === undefined ? END : after(bounds.to)
      while (limit > 0) {
        const rows = guarded(file, () =>
          page(range.reverse ? descending : ascending, {
            pk,
            from,
            before,
            now: now() / 1000,
            limit: Number.isFinite(limit) ? limit : -1,
          }),
        )
        for (const row of rows) yield toItem(pk, row)
        const last = rows.at(-1)
        if (!last) return
        limit -= rows.length
        if (range.reverse) before = last.sk
        else from = after(last.sk)
      }
    },

    async batch(items) {
      const rows = items.map(storable)
      alone(() => rows.forEach(write))
    },

    async close() {
      if (database.isOpen) database.close()
    },
  }
}

function open(file: string, now: () => number): DatabaseSync {
  return guarded(file, () => {
    mkdirSync(dirname(file), { recursive: true })
    const database = new DatabaseSync(file, { timeout: BUSY_MS })
    try {
      inWalMode(database)
      database.exec('PRAGMA synchronous = NORMAL')
      const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
      if (version > VERSION) throw invalid(`${file} was written by a newer version of Tidemark; use that version`)
      if (version < VERSION) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`)
      database.prepare('DELETE FROM item WHERE expires <= ?').run(now() / 1000)
      return database
    } catch (cause) {
      database.close()
      throw cause
    }
  })
}

/** SQLite does not wait for other processes when it changes the journal mode, so this does. */
function inWalMode(database: DatabaseSync) {
  const wake = new Int32Array(new SharedArrayBuffer(4))
  for (let waited = 0; ; waited += 10) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (cause) {
      if (!isBusy(cause) || waited >= BUSY_MS) throw cause
      Atomics.wait(wake, 0, 0, 10)
    }
  }
}

function page(statement: StatementSync, parameters: { [name: string]: string | number | Uint8Array }): Row[] {
  const rows: Row[] = []
  let bytes = 0
  for (const each of statement.iterate(parameters)) {
    const row = each as unknown as Row
    rows.push(row)
    bytes += row.attributes.length
    if (bytes >= PAGE_BYTES) break
  }
  return rows
}

function toItem(pk: string, row: Row): Item {
  const item = { pk, sk: row.sk, ...(fromJson(row.attributes) as object) }
  return row.expires === null ? item : { ...item, expires: row.expires }
}

function isMet(condition: Condition, item: Item | undefined): boolean {
  if (condition === 'absent') return item === undefined
  if (item === undefined) return condition.orAbsent ?? false
  const found = item[condition.attribute]
  const { value } = condition
  if (condition.is === '=') return found === value
  if (typeof found === 'number' && typeof value === 'number') return found < value
  return (
    typeof found === 'string' && typeof value === 'string' && Buffer.compare(Buffer.from(found), Buffer.from(value)) < 0
  )
}

/** https://www.sqlite.org/rescode.html */
const BUSY = [5, 6]
const REMEDY: { readonly [code: number]: string } = {
  8: 'it may only be read; change its permissions or those of its folder',
  11: 'it is damaged; move it away and rebuild it from the lake',
  13: 'the disk is full; free some space',
  14: 'it cannot be opened; see that its folder exists and can be written',
  26: 'it is no SQLite file; move it away',
}

const codeOf = (cause: unknown) => ((cause as { errcode?: number } | undefined)?.errcode ?? 0) & 0xff

const isBusy = (cause: unknown) => BUSY.includes(codeOf(cause))

function guarded<Result>(file: string, work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    if (isBusy(cause)) {
      throw new TidemarkError('unavailable', `another process has held ${file} for ${BUSY_MS / 1000} s; try again`, {
        cause,
      })
    }
    if (codeOf(cause)) {
      throw invalid(`cannot use ${file}: ${REMEDY[codeOf(cause)] ?? (cause as Error).message}`, cause)
    }
    if ((cause as NodeJS.ErrnoException).syscall) {
      throw invalid(
        `cannot make the folder of ${file} (${(cause as NodeJS.ErrnoException).code}); use another one`,
        cause,
      )
    }
    throw cause
  }
}
