import type { Moment } from './collect-child.ts'

/** A process killed at a moment of a chapter; with `rebuild`, its table is lost with it. */
export interface KillCase {
  readonly chapter: number
  readonly moment: Moment
  readonly rebuild: boolean
}

/**
 * Writes between which a reading becomes visible, and those of the snapshots: every third is tried on a laptop, each in CI;
 * of cursors the last, before which a whole stream is in and nobody has said so.
 */
const ALWAYS: readonly (readonly [what: string, chapter: number, last?: { when: Moment['when'] }])[] = [
  ['raw object', 0],
  ['fact object', 1],
  ['run record', 1],
  ['manifest', 0],
  ['commit log', 0],
  ['commit log', 1],
  ['pointer', 0],
  ['pointer', 1],
  ['cursor', 0, { when: 'before' }],
  ['cursor', 1, { when: 'before' }],
  ['held', 1],
  ['held gone', 2],
  ['lease', 0],
  ['derived parquet', 1],
  ['derived index', 1],
  ['snapshot object', 1],
  ['snapshots log', 1],
  ['revision row', 0],
  ['head row', 1],
  ['series row', 1],
]

const WHEN = ['before', 'during', 'after'] as const

/**
 * What to try: some write of each class that matters, chosen by a fixed seed. `TIDEMARK_CASES` asks for more: evenly
 * spread over all writes of all chapters, and from as many cases as there are writes on, every one.
 *
 * @param writes of each chapter, how many there are of each class and of `any`
 */
export function killCases(writes: readonly ReadonlyMap<string, number>[]): KillCase[] {
  const random = seeded(20_261_122)
  const all = ALWAYS.map(([what, chapter, last], i): KillCase => {
    const most = writes[chapter]!.get(what)
    if (!most) throw new Error(`chapter ${chapter} has no ${what}`)
    const nth = last ? most : 1 + Math.floor(random() * most)
    return { chapter, moment: { what, nth, when: last?.when ?? WHEN[i % 3]! }, rebuild: i % 6 === 5 }
  })
  const cases = process.env.TIDEMARK_CASES ? all : all.filter((_, i) => i % 3 === 2)
  const every = writes.flatMap((counts, chapter) =>
    Array.from({ length: counts.get('any')! }, (_, i) => ({ chapter, nth: i + 1 })),
  )
  const more = Math.min(every.length, Number(process.env.TIDEMARK_CASES ?? 0))
  for (let i = 0; i < more; i++) {
    const { chapter, nth } = every[Math.floor((i * every.length) / more)]!
    cases.push({ chapter, moment: { what: 'any', nth, when: WHEN[i % 3]! }, rebuild: i % 6 === 5 })
  }
  return cases
}

/** A linear congruential generator (Numerical Recipes): the same numbers on every machine. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
