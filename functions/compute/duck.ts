import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

/** A row of a result: text, numbers, booleans and null only; cast everything else in SQL. */
export type SqlRow = Readonly<Record<string, string | number | boolean | null>>

/** An in-memory DuckDB with a folder for what it spills and what it writes. */
export interface Duck {
  run(sql: string): Promise<void>
  rows<T = SqlRow>(sql: string): Promise<T[]>
  /** A path in the scratch folder. */
  scratch(name: string): string
  close(): Promise<void>
}

/** @param memory limit of the buffer manager; the process needs about half as much again */
export async function openDuck(zone: string, memory = '1GB'): Promise<Duck> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-'))
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: memory,
    temp_directory: join(folder, 'spill'),
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = ${quote(zone)}`)
  await connection.run(DAY_OF)
  await connection.run(EXACT_OF)
  await connection.run(SECONDS_BETWEEN)
  return {
    run: async (sql) => void (await connection.run(sql)),
    rows: async <T>(sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson() as T[],
    scratch: (name) => join(folder, name),
    close: async () => {
      connection.closeSync()
      instance.closeSync()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The reporting day of a stored time: a plain day is itself, an instant falls on a day of the session's zone. */
const DAY_OF = `CREATE MACRO day_of(t) AS
  CASE WHEN length(t) = 10 THEN CAST(t AS DATE) ELSE CAST(CAST(t AS TIMESTAMPTZ) AS DATE) END`

/**
 * A double as the decimal it was written as, if that has at most 15 digits, 9 of them after the point: a plain cast
 * is off by 5e-7 at ten million euros in cents. Sums of it do not depend on the order of addition.
 */
const EXACT_OF = `CREATE MACRO exact(x) AS CASE WHEN x = trunc(x) THEN CAST(CAST(x AS HUGEINT) AS DECIMAL(38, 9))
  ELSE CAST(CAST(trunc(x) AS HUGEINT) AS DECIMAL(38, 9))
    + CAST(round(x - trunc(x), greatest(0, least(9, 14 - CAST(floor(log10(abs(x))) AS INTEGER)))) AS DECIMAL(18, 9)) END`

/** Seconds from one stored time to a later one; null where one is only a day, or they are the wrong way round. */
const SECONDS_BETWEEN = `CREATE MACRO seconds_between(a, b) AS
  CASE WHEN length(a) = 10 OR length(b) = 10 OR CAST(b AS TIMESTAMPTZ) < CAST(a AS TIMESTAMPTZ) THEN NULL
  ELSE (epoch_ms(CAST(b AS TIMESTAMPTZ)) - epoch_ms(CAST(a AS TIMESTAMPTZ))) / 1000 END`

/** A SQL string literal. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A list of SQL string literals: `['a', 'b']`. */
export function quoteAll(texts: Iterable<string>): string {
  return `[${[...texts].map(quote).join(', ')}]`
}
