import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config } from '../functions/kit/config.ts'
import { openStore, type Store } from '../functions/store/open.ts'
import { openClock } from './clock.ts'
import { loadConfig } from './load-config.ts'
import { closeOnSignal } from './on-signal.ts'

type Env = { readonly [name: string]: string | undefined }

/** What every command works on. Closes all of it when it goes out of scope. */
export interface Deployment extends AsyncDisposable {
  readonly config: Config
  /** Folder of the config, where relative files of sources are looked up. */
  readonly folder: string
  readonly store: Store
  readonly now: () => Date
  /** Whether simulators play the vendors. */
  readonly demo: boolean
}

const CHECKED_IN = fileURLToPath(new URL('../tidemark.config.ts', import.meta.url))

/** Where the local lake, table and secrets lie. */
export const homeOf = (env: Env): string => resolve(env.TIDEMARK_HOME || '.tidemark')

/**
 * Opens the config, the clock and the store that the environment names.
 * @param vendors whether vendors will be asked: then the demo is played, if the config is the demo. @default false
 * @throws `invalid` naming what is wrong with them
 */
export async function openDeployment({ vendors = false } = {}): Promise<Deployment> {
  const { env } = process
  await using opened = new AsyncDisposableStack()
  const now = openClock(env)
  const path = env.TIDEMARK_CONFIG ? resolve(env.TIDEMARK_CONFIG) : CHECKED_IN
  const demo = !env.TIDEMARK_CONFIG && isDemo(path)
  const store = await openStore(env)
  opened.defer(() => store.close())
  if (demo && vendors) {
    // It sets the variables that the config reads, so it comes first.
    const { openDemo } = await import('../sandbox/demo.ts')
    const { close } = await openDemo({ home: homeOf(env), now })
    opened.defer(close)
  }
  const config = await loadConfig(path)
  const closing = opened.move()
  const forget = closeOnSignal(() => closing.disposeAsync())
  return {
    config,
    folder: dirname(path),
    store,
    now,
    demo,
    async [Symbol.asyncDispose]() {
      forget()
      await closing.disposeAsync()
    },
  }
}

/** The checked-in config is the demo until somebody edits it into their own. */
function isDemo(path: string): boolean {
  return existsSync(path) && readFileSync(path, 'utf8').includes('TIDEMARK_DEMO_')
}
