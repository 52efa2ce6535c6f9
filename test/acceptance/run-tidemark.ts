import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../bin/tidemark.ts', import.meta.url))

/** The folder of the checkout, without a slash at the end. */
export const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** A test that starts processes takes seconds, and many where the machine is busy. */
export const SLOW = 240_000

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** More at once would only wait for each other. */
const AT_ONCE = 2
let running = 0
const waiting: (() => void)[] = []

/**
 * Runs the program as a user does, in a process of its own that knows no other variables than `PATH` and those given.
 * Two at a time, in the order of the calls.
 */
export async function runTidemark(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string = checkout,
): Promise<Ended> {
  if (running < AT_ONCE) running++
  else await new Promise<void>((next) => waiting.push(next))
  try {
    return await start([bin, ...args], { PATH: process.env.PATH ?? '', ...env }, cwd)
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

function start(argv: readonly string[], env: Readonly<Record<string, string>>, cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, argv, { env, cwd, maxBuffer: 64 * 1024 * 1024 }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

/** The JSON on stdout; what else was said if that is none. */
export function jsonOf<T>({ code, stdout, stderr }: Ended): T {
  try {
    return JSON.parse(stdout) as T
  } catch {
    throw new Error(`expected JSON on stdout, got exit code ${code}, stdout ${stdout.slice(0, 500)}, stderr ${stderr}`)
  }
}
