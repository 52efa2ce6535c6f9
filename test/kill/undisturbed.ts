import { type Folders, homeIn } from './homes.ts'
import { chapters } from './kill-fixture.ts'

/** A home through all chapters that nothing happens to: what every other home is compared with. */
export interface Undisturbed {
  /** Folders with its files before each chapter, and after the last. */
  readonly before: readonly string[]
  /** What it says after each chapter. */
  readonly dumps: readonly string[]
  /** How many writes each chapter took, by class and as `any`. */
  readonly writes: readonly ReadonlyMap<string, number>[]
}

/** Lives through all chapters with a directory and SQLite. */
export async function undisturbed(folders: Folders): Promise<Undisturbed> {
  const folder = folders.make()
  const home = homeIn(folder)
  const before: string[] = []
  const dumps: string[] = []
  const writes: ReadonlyMap<string, number>[] = []
  for (const chapter of chapters.keys()) {
    before.push(folders.make(folder))
    writes.push(await home.countWrites(chapter))
    dumps.push(await home.dump())
  }
  return { before: [...before, folder], dumps, writes }
}
