import { type Day, isDay } from '../kit/day.ts'
import type { Lake } from '../store/lake.ts'
import { type DerivedIndex, objectsOf } from './derived.ts'
import type { Duck } from './duck.ts'
import { fromParquet, shapes } from './fact-sql.ts'

/** Where `all` begins: at the first fact or the first collected day, whichever is earlier; null if there is neither. */
export async function beginningOf(duck: Duck, lake: Lake, index: DerivedIndex): Promise<Day | null> {
  const days: Day[] = Object.values(index.cursors).map(({ from }) => from)
  for (const fact of Object.keys(shapes)) {
    const files = await Promise.all(objectsOf(index, fact).map((key) => lake.file(key)))
    if (files.length === 0) continue
    const [first] = await duck.rows<{ d: string | null }>(
      `SELECT CAST(min(day) AS VARCHAR) AS d FROM (${fromParquet(fact, files)})`,
    )
    if (isDay(first?.d)) days.push(first.d)
  }
  return days.reduce<Day | null>((a, b) => (a !== null && a < b ? a : b), null)
}
