import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { invalid, TidemarkError } from '../kit/errors.ts'
import { secretVariable } from './secret-variable.ts'
import type { Secrets } from './secrets.ts'

interface EnvOptions {
  /** Directory for what is kept: rotated secrets and the pepper. Made when first written to. */
  readonly home: string
  readonly env: { readonly [name: string]: string | undefined }
  /** @default `.env` in the working directory */
  readonly dotenv?: string
}

/** A secret that a vendor rotated, with the digest of what the environment held at that time. */
interface Kept {
  readonly value: string
  readonly replaces: string
}

/**
 * Secrets from the environment: `TIDEMARK_<SOURCE ID>_<NAME>`, else the same from a `.env` file, which is read anew each
 * time.
 *
 * A value that was put lies in `<home>/secrets`, a file for each, for the owner's eyes only. It wins for as long as the
 * environment holds what it held then: an operator who sets a new value wins over an older put.
 * The pepper lies in `<home>/pepper`, unless `TIDEMARK_PEPPER` is set.
 */
export function openEnv({ home, env, dotenv = '.env' }: EnvOptions): Secrets {
  const kept = join(home, 'secrets')

  async function fromEnvironment(name: string): Promise<string> {
    return env[name] || parseEnv((await readText(dotenv)) ?? '')[name] || ''
  }

  return {
    async get(source, name) {
      const variable = secretVariable(source, name)
      const set = await fromEnvironment(variable)
      const text = await readText(join(kept, `${source}.${name}.json`))
      const put = text === undefined ? undefined : parseKept(text, join(kept, `${source}.${name}.json`))
      const value = put?.replaces === digest(set) ? put.value : set
      if (value) return value
      throw new TidemarkError(
        'credentials',
        `source '${source}' has no '${name}': set ${variable} in the environment or in .env`,
      )
    },

    async put(source, name, value) {
      const variable = secretVariable(source, name)
      if (!value) throw invalid(`the new '${name}' of source '${source}' is empty; expected a secret`)
      const put: Kept = { value, replaces: digest(await fromEnvironment(variable)) }
      await write(kept, `${source}.${name}.json`, JSON.stringify(put), rename)
    },

    async pepper() {
      const set = await fromEnvironment('TIDEMARK_PEPPER')
      if (set) return checkPepper(set, 'TIDEMARK_PEPPER')
      const file = join(home, 'pepper')
      const found = await readText(file)
      if (found !== undefined) return checkPepper(found.trim(), file)
      const made = randomBytes(32).toString('hex')
      // Of several processes that make one at once, the first wins: a link is not made where a file is.
      await write(home, 'pepper', made, (from, to) => link(from, to).catch(unlessTaken))
      return checkPepper((await readText(file))?.trim() ?? '', file)
    },
  }
}

/** Writes a file whole, readable by its owner only, and flushed to the disk before it takes its place. */
async function write(folder: string, name: string, text: string, place: (from: string, to: string) => Promise<void>) {
  const from = join(folder, `.${name}.${randomUUID()}`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      await using file = await open(from, 'wx', 0o600)
      await file.writeFile(text)
      await file.sync()
      await place(from, join(folder, name))
    } finally {
      await rm(from, { force: true })
    }
    await using directory = await open(folder, 'r')
    await directory.sync()
  } catch (cause) {
    throw invalid(
      `cannot keep a secret in ${folder} (${code(cause)}); set TIDEMARK_HOME to a directory that can be written`,
      cause,
    )
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (code(cause) === 'ENOENT' || code(cause) === 'ENOTDIR') return undefined
    throw invalid(`cannot read ${file} (${code(cause)}); it must be a file that this user may read`, cause)
  }
}

function parseKept(text: string, file: string): Kept {
  let kept: Partial<Kept> | null
  try {
    kept = JSON.parse(text)
  } catch {
    // The parser's own error would quote the secret.
    kept = null
  }
  if (typeof kept?.value === 'string' && typeof kept.replaces === 'string') return kept as Kept
  throw invalid(`${file} is damaged; delete it and set the secret anew`)
}

function checkPepper(pepper: string, where: string): string {
  if (/^[0-9a-f]{64}$/.test(pepper)) return pepper
  throw invalid(
    `the pepper in ${where} has ${pepper.length} characters or is no hex; expected 64 lower-case hex digits: restore it ` +
      'from a backup, because with a new one nobody is recognized any more',
  )
}

const digest = (secret: string) => createHash('sha256').update(secret).digest('hex')

const code = (cause: unknown) => (cause as NodeJS.ErrnoException).code ?? String(cause)

function unlessTaken(cause: unknown) {
  if (code(cause) !== 'EEXIST') throw cause
}
