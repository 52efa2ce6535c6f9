import { type Day, isDay } from '../kit/day.ts'
import type { Duck } from './duck.ts'
import { shapes, storedColumns, timeColumns } from './fact-sql.ts'

const STAMPS = ['record', 'version', 'run']

/**
 * The first day on which two sets of rows of a fact say something different; null if they never do.
 *
 * A row is taken apart into its times: each matters from its own day on. A ticket that was solved yesterday differs
 * from its older self from yesterday on, not from the day it was opened; if anything but a time differs, all its times
 * do. Nothing matters before the row's own time: a post published years ago and read today matters today. Which run, version or record said so is not compared: no value depends on it.
 *
 * @param before, after names of tables or queries in parentheses, with the fact's stored columns
 */
export async function earliestDifference(duck: Duck, fact: string, before: string, after: string): Promise<Day | null> {
  if (!shapes[fact]) return null
  const times = timeColumns(fact)
  const own = `"${shapes[fact].time}"`
  const rest = Object.keys(storedColumns(fact)).filter((name) => !times.includes(name) && !STAMPS.includes(name))
  const content = rest.map((name) => `coalesce(CAST("${name}" AS VARCHAR), chr(0))`).join(', ')
  const taken = (from: string) =>
    times
      .map(
        (name) =>
          `SELECT '${name}' AS c, CAST("${name}" AS VARCHAR) AS t, CAST(${own} AS VARCHAR) AS own, md5(concat_ws(chr(1), ${content})) AS h FROM ${from} WHERE "${name}" IS NOT NULL`,
      )
      .join(' UNION ALL ')
  const [found] = await duck.rows<{ d: string | null }>(`
    WITH b AS (${taken(before)}), a AS (${taken(after)})
    SELECT CAST(min(greatest(day_of(t), day_of(own))) AS VARCHAR) AS d FROM (
      (SELECT * FROM a EXCEPT ALL SELECT * FROM b) UNION ALL (SELECT * FROM b EXCEPT ALL SELECT * FROM a))`)
  return isDay(found?.d) ? found.d : null
}
