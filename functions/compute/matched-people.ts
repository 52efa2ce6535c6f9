import type { Day } from '../kit/day.ts'
import type { Lake } from '../store/lake.ts'
import { type DerivedIndex, objectsOf } from './derived.ts'
import { type Duck, quote } from './duck.ts'
import { fromParquet, shapes } from './fact-sql.ts'
import { runningSums, type Step } from './running.ts'

/** Whom a source had told of by a day, and how many of them another source had told of as well. */
export interface MatchedPeople {
  readonly named: number
  readonly matched: number
}

/**
 * How well the sources know the same people: by source and day of a range, those it had told of by then, and those of them
 * that any other had too. Rows that are kept and not counted name people too. A source that names nobody is not there, and
 * nobody is where there is no other to be matched with. Needs the table `identity`.
 */
export async function matchedPeople(
  duck: Duck,
  lake: Lake,
  index: DerivedIndex,
  from: Day,
  to: Day,
): Promise<(day: Day) => ReadonlyMap<string, MatchedPeople>> {
  const told: string[] = []
  for (const fact of Object.keys(shapes)) {
    if (!('customer' in shapes[fact]!.columns)) continue
    const files = await Promise.all(objectsOf(index, fact).map((key) => lake.file(key)))
    if (files.length > 0) told.push(`SELECT source, customer, day FROM (${fromParquet(fact, files)})`)
  }
  if (told.length === 0) return () => new Map()
  const steps = await duck.rows<Step & { what: 'named' | 'matched' }>(`
    WITH told AS (SELECT t.source, coalesce(i.person, t.customer) AS person, min(t.day) AS day
        FROM (${told.join(' UNION ALL ')}) t LEFT JOIN identity i ON i.key = t.customer
        WHERE t.customer IS NOT NULL AND t.day <= DATE ${quote(to)} GROUP BY ALL),
      known AS (SELECT t.source, t.day, min(o.day) AS other
        FROM told t LEFT JOIN told o ON o.person = t.person AND o.source <> t.source GROUP BY t.source, t.person, t.day),
      steps AS (SELECT 'named' AS what, source, day FROM known
        UNION ALL SELECT 'matched', source, greatest(day, other) FROM known WHERE other IS NOT NULL)
    SELECT what, source AS g, CAST(day AS VARCHAR) AS day, CAST(count(*) AS DOUBLE) AS n, '0' AS v FROM steps GROUP BY ALL`)
  const of = (what: string) =>
    runningSums(
      steps.filter((step) => step.what === what),
      'all',
      from,
      to,
      (_, n) => n,
    )
  const [named, matched] = [of('named'), of('matched')]
  return (day) => {
    const naming = named.get(day) ?? new Map<string, number>()
    const found = [...naming].map(
      ([source, n]) => [source, { named: n, matched: matched.get(day)?.get(source) ?? 0 }] as const,
    )
    return new Map(found.length > 1 ? found : [])
  }
}
