import { existsSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { type Config, type ConfigInput, defineConfig } from '../functions/kit/config.ts'
import { invalid, TidemarkError } from '../functions/kit/errors.ts'

/**
 * Imports a config file.
 * @throws `invalid` naming the file and what is wrong: it is missing, does not parse, fails while it runs, or does not
 * export by default what `defineConfig` returned
 */
export async function loadConfig(path: string): Promise<Config> {
  if (!existsSync(path)) throw invalid(`there is no config at ${path}; make one, or set TIDEMARK_CONFIG to its path`)
  if (!statSync(path).isFile()) throw invalid(`config ${path} is no file; set TIDEMARK_CONFIG to the file's path`)
  let exported: unknown
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown }
    exported = module.default
  } catch (cause) {
    throw invalid(`config ${path}: ${explain(cause)}`, cause)
  }
  if (!isConfig(exported)) {
    throw invalid(`config ${path}: its default export is no config; expected: export default defineConfig({ … })`)
  }
  try {
    // A second look costs nothing, and finds objects that never went through defineConfig.
    return defineConfig(exported)
  } catch (cause) {
    throw invalid(`config ${path}: ${(cause as Error).message}`, cause)
  }
}

function isConfig(exported: unknown): exported is ConfigInput {
  const { sources } = (exported ?? {}) as { sources?: unknown }
  return Array.isArray(sources) && sources.every((source) => source?.id && source.definition && source.streams)
}

/** What went wrong and, where Node says so, in which line. */
function explain(cause: unknown): string {
  if (!(cause instanceof Error)) return `it threw ${String(cause)}`
  if (cause instanceof TidemarkError || cause.name === 'invalid') return cause.message.replace(/^config: /, '')
  const [first = '', ...frames] = (cause.stack ?? '').split('\n')
  const at = /^(?:file:\/\/)?(\/.*:\d+)$/.exec(first) ?? /\(?file:\/\/(\/[^)]*:\d+):\d+\)?$/.exec(frames[0] ?? '')
  return `${cause.name}: ${cause.message}${at ? ` (${at[1]})` : ''}`
}
