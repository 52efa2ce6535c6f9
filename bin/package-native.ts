import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { invalid } from '../functions/kit/errors.ts'
import { BINDING, PACKAGED } from './bundle-functions.ts'

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>
}

/** DuckDB and all that it needs. */
const NATIVE = /^node_modules\/(@duckdb\/[^/]+|detect-libc)$/
const ROOT_PACKAGE = { name: 'tidemark-package', version: '0.0.0' }

/**
 * Installs DuckDB for Lambda's processor into the ignored folder `.package`, at the version and with the integrity that
 * the lock file says, and without running scripts of packages. Does nothing where that is done already.
 * @throws `invalid` if it does not end with the binding: npm passes over an optional package in silence
 */
export async function packageNative(folder: string = PACKAGED): Promise<void> {
  const lock: Lock = JSON.parse(readFileSync(fileURLToPath(new URL('../package-lock.json', import.meta.url)), 'utf8'))
  const kept = Object.fromEntries(Object.entries(lock.packages).filter(([path]) => NATIVE.test(path)))
  const root = {
    ...ROOT_PACKAGE,
    private: true,
    dependencies: { '@duckdb/node-api': kept['node_modules/@duckdb/node-api']?.version },
  }
  const packages = { '': root, ...kept }
  const wanted = JSON.stringify({ ...ROOT_PACKAGE, lockfileVersion: 3, requires: true, packages })
  const lockPath = join(folder, 'package-lock.json')
  const binding = join(folder, BINDING)
  if (existsSync(binding) && existsSync(lockPath) && readFileSync(lockPath, 'utf8') === wanted) return
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify(root))
  writeFileSync(lockPath, wanted)
  const options = ['--os=linux', '--cpu=arm64', '--libc=glibc', '--ignore-scripts', '--no-audit', '--no-fund']
  const { status } = spawnSync('npm', ['ci', ...options], { cwd: folder, stdio: 'inherit' })
  if (status === 0 && existsSync(binding)) return
  rmSync(folder, { recursive: true, force: true })
  throw invalid(
    `npm ended with ${status} and without ${BINDING}; look at what it printed above, and run 'npm run package' again`,
  )
}
