import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { WorkflowOutput } from '../../cli/run-workflow.ts'
import { writeSeries } from '../../functions/compute/publish.ts'
import { rebuild } from '../../functions/ingest/rebuild.ts'
import type { Store } from '../../functions/store/open.ts'
import { readSnapshot } from '../../functions/store/read-snapshot.ts'
import { canonicalDump } from './canonical-dump.ts'
import { collectChapter } from './collect-chapter.ts'
import type { Moment } from './collect-child.ts'
import { configAt } from './kill-fixture.ts'
import { openKillStore } from './open-kill-store.ts'
import { COMPILED, type Ended, type Env, spawnCollect } from './spawn-collect.ts'
import { watchWrites } from './watch-writes.ts'

const CONFIG = new URL('tidemark.config.ts', import.meta.url).pathname
const BIN = new URL('../../bin/tidemark.ts', import.meta.url).pathname

/** A deployment that a test kills processes of. */
export interface Home {
  readonly env: Env
  /** Lives through a chapter in this process, undisturbed. */
  collect(chapter: number): Promise<WorkflowOutput>
  /** Lives through a chapter and counts its writes by class. */
  countWrites(chapter: number): Promise<Map<string, number>>
  /** Lives through a chapter in a process that dies at a moment; says how it ended. */
  kill(chapter: number, moment: Moment): Promise<Ended>
  dump(): Promise<string>
  /** `tidemark rebuild` */
  rebuild(): Promise<void>
  /** Deletes what can be computed again. */
  dropDerived(): Promise<void>
}

/** A home in a folder; all homes have one pepper, so that their people can be compared. */
export function homeIn(folder: string, more: Env = {}): Home {
  const env: Env = { TIDEMARK_HOME: folder, TIDEMARK_PEPPER: 'a5'.repeat(32), ...more }
  async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const store = await openKillStore(env)
    try {
      return await work(store)
    } finally {
      await store.close()
    }
  }
  return {
    env,
    collect: (chapter) => withStore((store) => collectChapter(store, folder, chapter)),
    countWrites: (chapter) =>
      withStore(async (store) => {
        const writes = new Map<string, number>()
        const watched = watchWrites(store, (what) => {
          for (const one of [what, 'any']) writes.set(one, (writes.get(one) ?? 0) + 1)
          return undefined
        })
        await collectChapter(watched, folder, chapter)
        return writes
      }),
    kill: (chapter, moment) => spawnCollect(env, { chapter, moment, pause: false }).ended,
    dump: () => withStore((store) => canonicalDump(store, configAt(0))),
    async rebuild() {
      if (env.KILL_PAIR === 'mixed') return withStore(rebuildMixed)
      const { stderr } = await promisify(execFile)(process.execPath, [BIN, 'rebuild', '--json'], {
        env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, TIDEMARK_CONFIG: CONFIG, ...env },
      })
      if (stderr) throw new Error(`rebuild said: ${stderr}`)
    },
    dropDerived: () =>
      withStore(async ({ lake }) => {
        const objects = await Array.fromAsync(lake.list('derived/'))
        await lake.delete(objects.map(({ key }) => key))
      }),
  }
}

/** What the command does, on a store that no command opens. */
async function rebuildMixed(store: Store): Promise<void> {
  await rebuild(store, async (days) => {
    const snapshots = await Promise.all(days.map((day) => readSnapshot(store, day)))
    await writeSeries(
      store,
      snapshots.map((snapshot) => snapshot!),
    )
  })
}

/** Folders that vanish when it is disposed of. */
export class Folders implements Disposable {
  readonly #made: string[] = []

  /** @param like a folder to copy. @default - empty */
  make(like?: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-kill-'))
    this.#made.push(folder)
    if (like) cpSync(like, folder, { recursive: true })
    return folder
  }

  remove(folder: string): void {
    rmSync(folder, { recursive: true, force: true })
  }

  [Symbol.dispose](): void {
    for (const folder of this.#made) this.remove(folder)
  }
}
