import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { link, mkdir, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { invalid } from '../kit/errors.ts'
import type { Lake } from './lake.ts'
import { lakeKey, lakePrefix } from './lake-key.ts'

/** Holds objects while they are written. No key can lie in it: `~` is no character of keys. */
const UNFINISHED = '~unfinished'
const MS_PER_DAY = 86_400_000
const NAME = /^[A-Za-z0-9._=-]+$/
const AT_ONCE = 64

/**
 * A lake in a directory, made if it does not exist; a key is a path below it. Files in it whose names no key can have
 * are left alone and never listed. Several processes may use it at once.
 *
 * Objects survive the death of the process: they appear whole or not at all, and what a killed process left behind is
 * swept a day later. Nothing is flushed to the disk, so a power cut may lose or damage what was written last.
 *
 * The file system must have hard links, and no object's key may be the beginning of another's path (`a` and `a/b`).
 */
export function openDirectory(directory: string): Lake {
  const root = resolve(directory)
  const unfinished = join(root, UNFINISHED)
  const path = (key: string) => join(root, lakeKey(key))

  try {
    mkdirSync(unfinished, { recursive: true })
    sweep(unfinished)
  } catch (cause) {
    throw fault('open the lake', root, cause)
  }

  /** Writes the bytes beside the lake's objects, then moves them to their place in one step. */
  async function write(key: string, body: Uint8Array, place: (from: string, to: string) => Promise<void>) {
    const to = path(key)
    const from = join(unfinished, randomUUID())
    try {
      await writeFile(from, body, { flag: 'wx' })
      try {
        await place(from, to)
      } catch (cause) {
        if (code(cause) !== 'ENOENT') throw cause
        await mkdir(dirname(to), { recursive: true })
        await place(from, to)
      }
    } finally {
      await rm(from, { force: true })
    }
  }

  /** Objects below `folder` (empty, or ending in a slash) whose next name begins with `start`. */
  async function* walk(folder: string, start: string): AsyncGenerator<{ key: string; bytes: number }> {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((cause) => {
      if (isAbsent(cause)) return []
      throw fault('list', join(root, folder), cause)
    })
    const names = entries
      .filter((entry) => entry.name.startsWith(start) && NAME.test(entry.name))
      .filter((entry) => entry.isDirectory() || entry.isFile())
      // A folder stands where its keys do: `a.b` < `a/…` < `a0`.
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .sort(byCodeUnit)
    for (let i = 0; i < names.length; i += AT_ONCE) {
      const sizes = await Promise.all(names.slice(i, i + AT_ONCE).map((name) => size(join(root, folder + name))))
      for (const [j, bytes] of sizes.entries()) {
        const key = folder + names[i + j]
        if (key.endsWith('/')) yield* walk(key, '')
        else if (bytes !== undefined) yield { key, bytes }
      }
    }
  }

  return {
    async put(key, body) {
      try {
        await write(key, body, rename)
      } catch (cause) {
        throw fault('write', path(key), cause)
      }
    },

    async create(key, body) {
      try {
        await write(key, body, link)
        return true
      } catch (cause) {
        if (code(cause) === 'EEXIST') return false
        throw fault('write', path(key), cause)
      }
    },

    async get(key) {
      const file = path(key)
      try {
        return await readFile(file)
      } catch (cause) {
        if (isAbsent(cause)) return undefined
        throw fault('read', file, cause)
      }
    },

    async *list(prefix) {
      const end = lakePrefix(prefix).lastIndexOf('/') + 1
      yield* walk(prefix.slice(0, end), prefix.slice(end))
    },

    async delete(keys) {
      const files = keys.map(path)
      for (let i = 0; i < files.length; i += AT_ONCE) {
        await Promise.all(files.slice(i, i + AT_ONCE).map(remove))
      }
    },

    async file(key) {
      const file = path(key)
      if ((await size(file)) === undefined) throw invalid(`the lake holds no object '${key}'; expected it at ${file}`)
      return file
    },

    async close() {},
  }
}

/** Bytes of a file; undefined if there is no file of that name. */
async function size(file: string): Promise<number | undefined> {
  try {
    const found = await stat(file)
    return found.isFile() ? found.size : undefined
  } catch (cause) {
    if (isAbsent(cause)) return undefined
    throw fault('read', file, cause)
  }
}

async function remove(file: string) {
  try {
    await unlink(file)
  } catch (cause) {
    if (isAbsent(cause) || (await size(file)) === undefined) return
    throw fault('delete', file, cause)
  }
}

function sweep(unfinished: string) {
  for (const name of readdirSync(unfinished)) {
    const file = join(unfinished, name)
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > MS_PER_DAY) rmSync(file, { force: true })
  }
}

const byCodeUnit = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

const code = (cause: unknown) => (cause as NodeJS.ErrnoException | undefined)?.code

const isAbsent = (cause: unknown) => ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code(cause) ?? '')

const REMEDY: { readonly [code: string]: string } = {
  ENOSPC: 'the disk is full; free some space',
  EDQUOT: 'the quota of the disk is used up; free some space',
  EROFS: 'the file system is read-only; use another directory',
  EACCES: 'the directory may not be used by this user; change its permissions or use another one',
  EPERM: 'the file system does not permit it (it must have hard links); use another directory',
  EISDIR: "a key may not be the beginning of another key's path, and here a folder is in its place",
  EEXIST: 'a file is in the place of a folder; move it away',
  ENOTDIR: 'a file is in the place of a folder; move it away',
}

function fault(what: string, path: string, cause: unknown): unknown {
  const name = code(cause)
  if (name === undefined) return cause
  return invalid(`cannot ${what} at ${path}: ${REMEDY[name] ?? 'see the cause'} (${name})`, cause)
}
