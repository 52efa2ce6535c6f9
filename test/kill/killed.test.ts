import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { withoutCohorts } from './canonical-dump.ts'
import { Folders, type Home, homeIn } from './homes.ts'
import { type KillCase, killCases } from './kill-cases.ts'
import { chapters } from './kill-fixture.ts'
import { type Collecting, spawnCollect } from './spawn-collect.ts'
import { type Undisturbed, undisturbed } from './undisturbed.ts'

/** All writes of all chapters, each with a process that is killed there and one that goes on. */
const HOUR_MS = 3_600_000

const folders = new Folders()
let model: Undisturbed

beforeAll(async () => {
  model = await undisturbed(folders)
})

afterAll(() => folders[Symbol.dispose]())

/** A home as the undisturbed one was before a chapter. */
const homeBefore = (chapter: number): Home => homeIn(folders.make(model.before[chapter]))

function dropTable({ env }: Home): void {
  for (const end of ['', '-wal', '-shm']) rmSync(join(env.TIDEMARK_HOME!, `tidemark.sqlite${end}`), { force: true })
}

async function survive({ chapter, moment, rebuild }: KillCase): Promise<void> {
  const home = homeBefore(chapter)
  expect(await home.kill(chapter, moment), 'it should have died there').toEqual({ by: 'SIGKILL', told: undefined })
  if (rebuild) {
    dropTable(home)
    await home.rebuild()
  }
  await home.collect(chapter)
  expect(await home.dump()).toBe(model.dumps[chapter])
  folders.remove(home.env.TIDEMARK_HOME!)
}

it('loses nothing and doubles nothing, wherever it is killed', { timeout: HOUR_MS }, async () => {
  const waiting = killCases(model.writes)
  expect(waiting.length).toBeGreaterThanOrEqual(process.env.TIDEMARK_CASES ? 20 : 6)
  const failed: string[] = []
  async function lane() {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      await survive(one).catch((error) => failed.push(`${JSON.stringify(one)}: ${(error as Error).message}`))
    }
  }
  await Promise.all([lane(), lane()])
  expect(failed).toEqual([])
})

it('restores the table from the lake, revisions included', async () => {
  const home = homeBefore(chapters.length)
  dropTable(home)
  await home.rebuild()
  expect(await home.dump()).toBe(withoutCohorts(model.dumps.at(-1)!))
})

it('computes what was derived again, to the same values and without a revision', async () => {
  const home = homeBefore(chapters.length)
  await home.dropDerived()
  const { compute } = await home.collect(chapters.length - 1)
  expect(compute).toMatchObject({ status: 'done', revisions: 0 })
  expect(await home.dump()).toBe(model.dumps.at(-1))
})

/** Goes as far as a write in a process of its own, and then waits for `goOn`. */
async function pausedAt(home: Home, chapter: number, what: string, nth: number): Promise<Collecting> {
  const child = spawnCollect(home.env, { chapter, moment: { what, nth, when: 'after' }, pause: true })
  await child.paused
  return child
}

async function goOn(child: Collecting) {
  child.process.send('go on')
  const { by, told } = await child.ended
  expect(by).toBe(0)
  return told!.output
}

it('has one effect if it is started again while it reads', async () => {
  const home = homeBefore(1)
  const first = await pausedAt(home, 1, 'manifest', 3)
  const second = await home.collect(1)
  const { compute, results } = await goOn(first)
  expect(second.results.map(({ status }) => status)).toContain('duplicate')
  expect(second.compute).toMatchObject({ status: 'duplicate' })
  expect(results.filter(({ status }) => status === 'failed')).toEqual([])
  expect(compute).toMatchObject({ status: 'done' })
  expect(await home.dump()).toBe(model.dumps[1])
})

it('has one effect if it is started again while it computes', async () => {
  const home = homeBefore(0)
  const first = await pausedAt(home, 0, 'head row', 2)
  const second = await home.collect(0)
  const { compute } = await goOn(first)
  expect(second.compute).toMatchObject({ status: 'duplicate', revisions: 0 })
  expect(compute).toMatchObject({ status: 'done', revisions: 10 })
  expect(await home.dump()).toBe(model.dumps[0])
})

it('has one effect if two are started at once', async () => {
  const home = homeBefore(0)
  const errand = { chapter: 0, moment: null, pause: false } as const
  const both = await Promise.all([spawnCollect(home.env, errand).ended, spawnCollect(home.env, errand).ended])
  const outputs = both.map(({ told }) => told!.output)
  expect(outputs.map(({ compute }) => compute.revisions).reduce((a = 0, b = 0) => a + b)).toBe(10)
  for (const stream of ['calls', 'followers']) {
    const days = outputs.map(({ results }) => results.find((result) => result.stream === stream)!.days)
    expect(days.toSorted(), 'of a stream that is read by day, each is read once').toEqual([0, 10])
  }
  expect(await home.dump()).toBe(model.dumps[0])
})
