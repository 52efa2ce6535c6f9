import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, expect, it } from 'vitest'
import { openStore } from '../../functions/store/open.ts'
import demo from '../../tidemark.config.ts'
import { canonicalDump } from './canonical-dump.ts'
import { Folders } from './homes.ts'

const BIN = new URL('../../bin/tidemark.ts', import.meta.url).pathname
const NOW = '2026-11-20T12:00:00Z'
const PEPPER = 'a5'.repeat(32)
/** By so many weeks the demo's data is moved: it begins nineteen days before, and most of it is still to come. */
const WEEKS = 513

/** What the command says on the way; it is interrupted at the first line that begins so. */
const MOMENTS = ['shop.rows', 'computing']

const folders = new Folders()
afterAll(() => folders[Symbol.dispose]())

/** Runs the demo's `start`, and gives it a Ctrl-C at a line of its progress. Returns its exit code. */
async function start(home: string, interruptAt?: string): Promise<number> {
  const tmp = join(home, 'tmp')
  mkdirSync(tmp, { recursive: true })
  writeFileSync(join(home, 'demo.json'), JSON.stringify({ weeks: WEEKS }))
  const child = spawn(process.execPath, [BIN, 'start', '--once', '--days', '5'], {
    env: { PATH: process.env.PATH, TMPDIR: tmp, TIDEMARK_HOME: home, TIDEMARK_NOW: NOW, TIDEMARK_PEPPER: PEPPER },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exit = once(child, 'close')
  let interrupted = false
  for await (const line of createInterface(child.stderr)) {
    if (interrupted || interruptAt === undefined || !line.startsWith(interruptAt)) continue
    interrupted = child.kill('SIGINT')
  }
  const [code] = await exit
  return code
}

async function dump(home: string): Promise<string> {
  const store = await openStore({ TIDEMARK_HOME: home, TIDEMARK_PEPPER: PEPPER })
  try {
    return await canonicalDump(store, demo)
  } finally {
    await store.close()
  }
}

/** The first lines that stand in only one of two dumps. */
function differences(one: string, other: string): string[] {
  const [a, b] = [new Set(one.split('\n')), new Set(other.split('\n'))]
  return [...a.symmetricDifference(b)].slice(0, 5)
}

// Each moment takes half a minute, so only CI waits for it.
it.skipIf(!process.env.TIDEMARK_CASES)(
  'ends as if nothing had been, when it is started again after a Ctrl-C',
  { timeout: 600_000 },
  async () => {
    // One path for all: the shop's file lies in it, and names its records.
    const home = join(folders.make(), 'home')
    expect(await start(home)).toBe(0)
    const expected = await dump(home)
    for (const moment of MOMENTS) {
      rmSync(home, { recursive: true })
      expect(await start(home, moment), moment).toBe(130)
      expect(await start(home)).toBe(0)
      expect(differences(await dump(home), expected), moment).toEqual([])
    }
  },
)
