import { once } from 'node:events'
import { flushCompileCache } from 'node:module'
import { collectChapter } from './collect-chapter.ts'
import { openKillStore } from './open-kill-store.ts'
import { watchWrites } from './watch-writes.ts'

/** A moment of a chapter, in terms of its writes. */
export interface Moment {
  /** Class of the write, or `any`. */
  readonly what: string
  /** Which write of that class, from 1. */
  readonly nth: number
  /** `during`: the write is under way, and nobody knows how far. */
  readonly when: 'before' | 'during' | 'after'
}

/** What a child is told on its command line. */
export interface Errand {
  readonly chapter: number
  /** Null: until the end. */
  readonly moment: Moment | null
  /** At that moment, say so to the parent and go on when it says anything, instead of dying by SIGKILL. */
  readonly pause: boolean
}

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  // The signal comes before the call returns; if it ever did not, nothing may go on.
  for (;;);
}

async function waitForParent(): Promise<void> {
  process.send!('paused')
  await once(process, 'message')
}

// Who is killed cannot do it at the end.
flushCompileCache()

const { chapter, moment, pause } = JSON.parse(process.argv[2]!) as Errand
const writes = new Map<string, number>()
const count = (what: string) => {
  const n = (writes.get(what) ?? 0) + 1
  writes.set(what, n)
  return n
}
const store = await openKillStore()
const watched = watchWrites(store, (what) => {
  const all = count('any')
  const own = count(what)
  if (moment === null || (moment.what === 'any' ? all : moment.what === what ? own : 0) !== moment.nth) return undefined
  if (pause) return async (write) => void (await Promise.all([write, waitForParent()]))
  if (moment.when === 'before') die()
  return async (write) => {
    if (moment.when === 'after') await write
    die()
  }
})
const output = await collectChapter(watched, process.env.TIDEMARK_HOME!, chapter)
await store.close()
process.send!({ output, writes: Object.fromEntries(writes) })
process.disconnect()
