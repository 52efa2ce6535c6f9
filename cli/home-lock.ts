import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { invalid } from '../functions/kit/errors.ts'

const SQLITE_BUSY = 5

/**
 * The exclusive right to run `start` on a home. It is a lock of the operating system on `<home>/start.lock`, so it ends
 * with the process, however that ends.
 * @throws `invalid` naming the home and the process that holds it
 */
export function lockHome(home: string): { release: () => void } {
  const holder = join(home, 'start.pid')
  const database = openLock(home)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY) throw unusable(home, cause)
    throw invalid(
      `'start' already runs on ${home}${processOf(holder)}; end it, or set TIDEMARK_HOME to another directory`,
    )
  }
  writeFileSync(holder, String(process.pid))
  return { release: () => database.close() }
}

function openLock(home: string): DatabaseSync {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    return new DatabaseSync(join(home, 'start.lock'), { timeout: 0 })
  } catch (cause) {
    throw unusable(home, cause)
  }
}

function unusable(home: string, cause: unknown): Error {
  const why = (cause as Error).message
  return invalid(
    `cannot write to ${home} (${why}); set TIDEMARK_HOME to a directory that can be made and written`,
    cause,
  )
}

function processOf(holder: string): string {
  try {
    return ` (process ${readFileSync(holder, 'utf8')})`
  } catch {
    // The holder is about to write it; its number is only a courtesy.
    return ''
  }
}
