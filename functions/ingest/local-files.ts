import { createReadStream } from 'node:fs'
import { glob, stat } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import { invalid } from '../kit/errors.ts'
import type { Files } from '../kit/source.ts'

/**
 * Files of this computer. A pattern is a path, or a glob (`*` within a name, `**` over folders, `{a,b}`), relative to
 * `base` or absolute; it may lead out of `base`. A name is the path relative to `base`, with `/`, and files come sorted by
 * it, code unit by code unit. A path that exists is taken literally, whatever characters it holds.
 */
export function localFiles(base: string): Files {
  return {
    async *open(pattern) {
      const names = (await paths(base, pattern)).map((path) => relative(base, path).split(sep).join('/'))
      if (names.length === 0) {
        throw invalid(`no file matches '${pattern}', looked up in ${resolve(base)}; expected a path or a glob of files`)
      }
      for (const name of names.sort()) yield { name, chunks: chunks(name, resolve(base, name)) }
    },
  }
}

/** Absolute paths of what `pattern` names, folders aside. */
async function paths(base: string, pattern: string): Promise<string[]> {
  const literal = resolve(base, pattern)
  if (await isFile(literal)) return [literal]
  const found = new Set<string>()
  for await (const match of glob(pattern, { cwd: base })) found.add(resolve(base, match))
  const kept: string[] = []
  for (const path of found) if (await isFile(path, true)) kept.push(path)
  return kept
}

async function isFile(path: string, expected = false): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (cause) {
    if (!expected && ['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return false
    throw unreadable(path, cause)
  }
}

async function* chunks(name: string, path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path)
  } catch (cause) {
    throw unreadable(name, cause)
  }
}

function unreadable(name: string, cause: unknown) {
  return invalid(
    `file '${name}' cannot be read: ${(cause as Error).message}; check that it is there and readable`,
    cause,
  )
}
