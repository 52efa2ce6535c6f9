import { writeFile } from 'node:fs/promises'
import { type Day, isDay } from '../kit/day.ts'
import type { Lake } from '../store/lake.ts'
import { putParquet, type Syncing } from './compaction.ts'
import { type DerivedIndex, earlier, objectsOf } from './derived.ts'
import { type Duck, quote, quoteAll } from './duck.ts'
import { fromParquet, shapes } from './fact-sql.ts'
import { resolvePeople, type SeenLink } from './resolve-people.ts'

/**
 * Resolves people anew from all links, and notes the first day on which somebody whose key now means another person
 * did anything. Leaves the table `identity(key, person)`.
 *
 * @param older the index before anything was compacted; what it names is still in the lake
 */
export async function syncIdentity(syncing: Syncing, linksMoved: boolean, older: DerivedIndex): Promise<void> {
  const { duck, lake, index, touch, garbage } = syncing
  await loadIdentity(duck, lake, index)
  if (!linksMoved) return

  await duck.run('CREATE OR REPLACE TEMP TABLE before AS SELECT * FROM identity')
  const people = resolvePeople(await allLinks(syncing))
  const path = duck.scratch('identity.csv')
  await writeFile(path, `key,person\n${[...people].map(([key, person]) => `${key},${person}\n`).join('')}`)
  await duck.run(
    `CREATE OR REPLACE TEMP TABLE identity AS SELECT key, person FROM read_csv(${quote(path)}, header = true, columns = {'key': 'VARCHAR', 'person': 'VARCHAR'})`,
  )
  await duck.run(`CREATE OR REPLACE TEMP TABLE moved AS
    SELECT coalesce(i.key, b.key) AS key FROM identity i FULL JOIN before b ON i.key = b.key WHERE i.person IS DISTINCT FROM b.person`)
  const [moved] = await duck.rows<{ n: string }>('SELECT CAST(count(*) AS VARCHAR) AS n FROM moved')
  if (moved!.n === '0') return
  for (const fact of Object.keys(shapes)) {
    if (!('customer' in shapes[fact]!.columns)) continue
    const files = await Promise.all(objectsOf(index, fact).map((key) => lake.file(key)))
    if (files.length === 0) continue
    const [first] = await duck.rows<{ d: string | null }>(
      `SELECT CAST(min(day) AS VARCHAR) AS d FROM (${fromParquet(fact, files)}) f JOIN moved ON f.customer = moved.key`,
    )
    if (isDay(first?.d)) touch(first.d)
  }
  const restated = await firstRestated(syncing, older)
  if (restated !== null) index.causes.identity = earlier(index.causes.identity, restated)
  if (index.identity) garbage.push(index.identity)
  index.identity = await putParquet(syncing, 'identity', 'SELECT key, person FROM identity ORDER BY key')
}

/**
 * The first day of anybody who was one person and is several now, or the other way round; null if all are who they were.
 * Only keys that something was known of count: who is new restates nobody, nor does a person whose smallest key is another.
 */
async function firstRestated({ duck, lake, index }: Syncing, older: DerivedIndex): Promise<Day | null> {
  const told = Object.keys(shapes).filter((fact) => 'customer' in shapes[fact]!.columns)
  const customersOf = async (of: DerivedIndex) => {
    const queries = told.map(async (fact) => {
      const files = await Promise.all(objectsOf(of, fact).map((key) => lake.file(key)))
      return `SELECT customer AS key, min(day) AS day FROM (${fromParquet(fact, files)}) WHERE customer IS NOT NULL GROUP BY ALL`
    })
    return (await Promise.all(queries)).join(' UNION ALL ')
  }
  const [first] = await duck.rows<{ d: string | null }>(`
    WITH held AS (${await customersOf(older)}),
    persons AS (SELECT h.key, coalesce(b.person, h.key) AS was, coalesce(i.person, h.key) AS now
      FROM (SELECT DISTINCT key FROM held) h LEFT JOIN before b ON b.key = h.key LEFT JOIN identity i ON i.key = h.key),
    restated AS (SELECT key FROM persons
      QUALIFY min(now) OVER (PARTITION BY was) <> max(now) OVER (PARTITION BY was) OR min(was) OVER (PARTITION BY now) <> max(was) OVER (PARTITION BY now))
    SELECT CAST(min(day) AS VARCHAR) AS d FROM (SELECT * FROM held UNION ALL ${await customersOf(index)}) SEMI JOIN restated USING (key)`)
  return isDay(first?.d) ? first.d : null
}

/** Makes the table `identity(key, person)` of what was resolved last. */
export async function loadIdentity(
  duck: Duck,
  lake: Lake,
  { identity }: Pick<DerivedIndex, 'identity'>,
): Promise<void> {
  const known = identity
    ? `SELECT key, person FROM read_parquet(${quoteAll([await lake.file(identity)])})`
    : `SELECT '' AS key, '' AS person WHERE false`
  await duck.run(`CREATE OR REPLACE TEMP TABLE identity AS ${known}`)
}

async function allLinks({ duck, lake, index }: Syncing): Promise<SeenLink[]> {
  const queries: string[] = []
  for (const state of Object.values(index.states)) {
    if (!state.links) continue
    const links = fromParquet('links', [await lake.file(state.links)])
    const current = state.records
      ? `EXISTS (SELECT 1 FROM (${fromParquet('records', [await lake.file(state.records)])}) r WHERE r.record = l.record AND r.version = l.version AND NOT r.gone)`
      : 'true'
    queries.push(`SELECT a, a_kind, b, b_kind, ${current} AS current FROM (${links}) l`)
  }
  if (queries.length === 0) return []
  return duck.rows<SeenLink & Record<string, string | boolean>>(
    `SELECT a, a_kind, b, b_kind, bool_or(current) AS current FROM (${queries.join(' UNION ALL ')}) GROUP BY a, a_kind, b, b_kind`,
  )
}
