import type { Day } from '../kit/day.ts'
import type { Lake } from '../store/lake.ts'
import { type DerivedIndex, objectsOf } from './derived.ts'
import { type Duck, quote } from './duck.ts'
import { fromParquet, shapes } from './fact-sql.ts'

/** Whom a source had told of by a day, and how many of them another source had told of as well. */
export interface MatchedPeople {
  readonly named: number
  readonly matched: number
}

/**
 * How well the sources know the same people: by source, those it had told of by the day, and those of them that any
 * other had by then. Rows that are kept and not counted name people too. A source that names nobody is not there, and
 * nobody is where there is no other to be matched with. Needs the table `identity`.
 */
export async function matchedPeople(
  duck: Duck,
  lake: Lake,
  index: DerivedIndex,
  to: Day,
): Promise<(day: Day) => ReadonlyMap<string, MatchedPeople>> {
  const told: string[] = []
  for (const fact of Object.keys(shapes)) {
    if (!('customer' in shapes[fact]!.columns)) continue
    const files = await Promise.all(objectsOf(index, fact).map((key) => lake.file(key)))
    if (files.length > 0) told.push(`SELECT source, customer, day FROM (${fromParquet(fact, files)})`)
  }
  if (told.length === 0) return () => new Map()
  const rows = await duck.rows<{ source: string; named: Day; matched: Day | null; n: number }>(`
    WITH told AS (SELECT t.source, coalesce(i.person, t.customer) AS person, min(t.day) AS day
        FROM (${told.join(' UNION ALL ')}) t LEFT JOIN identity i ON i.key = t.customer
        WHERE t.customer IS NOT NULL AND t.day <= DATE ${quote(to)} GROUP BY ALL),
      known AS (SELECT t.source, t.day, min(o.day) AS other
        FROM told t LEFT JOIN told o ON o.person = t.person AND o.source <> t.source GROUP BY t.source, t.person, t.day)
    SELECT source, CAST(day AS VARCHAR) AS named, CAST(CASE WHEN other IS NOT NULL THEN greatest(day, other) END AS VARCHAR) AS matched, CAST(count(*) AS DOUBLE) AS n
    FROM known GROUP BY ALL`)
  const sources = [...Map.groupBy(rows, ({ source }) => source)].sort(([a], [b]) => (a < b ? -1 : 1))
  const until = (of: typeof rows, day: Day, key: 'named' | 'matched') =>
    of.reduce((sum, row) => (row[key] !== null && row[key] <= day ? sum + row.n : sum), 0)
  return (day) => {
    const found = sources.map(([source, of]) => {
      const people = { named: until(of, day, 'named'), matched: until(of, day, 'matched') }
      return [source, people] as const
    })
    const naming = found.filter(([, { named }]) => named > 0)
    return new Map(naming.length > 1 ? naming : [])
  }
}
