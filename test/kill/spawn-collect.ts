import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WorkflowOutput } from '../../cli/run-workflow.ts'
import type { Errand } from './collect-child.ts'

/** Compiled modules, which take a child half of its time. */
export const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/tidemark-kill', import.meta.url))

/** What a child that was not killed has to say. */
export interface Told {
  readonly output: WorkflowOutput
  /** How many writes there were, by class, and `any`. */
  readonly writes: Readonly<Record<string, number>>
}

/** Signal or exit code with which a child ended, and what it told. */
export interface Ended {
  readonly by: string | number
  readonly told: Told | undefined
}

export type Env = Readonly<Record<string, string>>

/** A process that lives through a chapter. */
export interface Collecting {
  readonly process: ChildProcess
  /** When it has come to its moment; only if it was told to pause there. */
  readonly paused: Promise<void>
  readonly ended: Promise<Ended>
}

/** Starts a process of its own for an errand, so that it can be killed. */
export function spawnCollect(env: Env, errand: Errand): Collecting {
  const folder = join(env.TIDEMARK_HOME!, 'tmp')
  mkdirSync(folder, { recursive: true })
  const child = fork(new URL('collect-child.ts', import.meta.url), [JSON.stringify(errand)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // What a killed process leaves there goes with the home.
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, TMPDIR: folder, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let told: Told | undefined
  let stderr = ''
  child.stderr!.on('data', (text) => {
    stderr += text
  })
  const paused = new Promise<void>((resolve) => {
    child.on('message', (message) => {
      if (message === 'paused') resolve()
      else told = message as Told
    })
  })
  const ended = once(child, 'close').then(([code, signal]) => {
    if (stderr) throw new Error(`the process said: ${stderr}`)
    return { by: (signal ?? code) as string | number, told }
  })
  return { process: child, paused, ended }
}
