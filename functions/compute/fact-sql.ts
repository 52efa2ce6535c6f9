import { facts } from '../facts.ts'
import type { ColumnType, FactShape } from '../kit/fact.ts'
import { quote, quoteAll } from './duck.ts'

const SQL_TYPE: Record<ColumnType, string> = {
  time: 'VARCHAR',
  day: 'VARCHAR',
  text: 'VARCHAR',
  number: 'DOUBLE',
  flag: 'BOOLEAN',
  person: 'VARCHAR',
  texts: 'VARCHAR[]',
  scale: 'DOUBLE[]',
}

const STAMPS = { source: 'VARCHAR', stream: 'VARCHAR', record: 'VARCHAR', version: 'VARCHAR', run: 'VARCHAR' }

/** `records` and `links` lie beside the twelve facts and are no facts: nobody counts them. */
const OTHERS: Record<string, Record<string, string>> = {
  /** `ended`: when a record was missed in a full list; null where the vendor itself said that it is gone, by `version`. */
  records: { ...STAMPS, gone: 'BOOLEAN', ended: 'VARCHAR' },
  links: { ...STAMPS, a: 'VARCHAR', a_kind: 'VARCHAR', b: 'VARCHAR', b_kind: 'VARCHAR' },
}

/** The twelve facts by name, without their call signatures. */
export const shapes = facts as unknown as Readonly<Record<string, FactShape>>

/** Names and SQL types of what ingest wrote for a fact, `links` or `records`. */
export function storedColumns(fact: string): Record<string, string> {
  if (OTHERS[fact]) return OTHERS[fact]
  const own = Object.entries(shapes[fact]!.columns).map(([name, { type }]): [string, string] => [name, SQL_TYPE[type]])
  return { ...STAMPS, nth: 'INTEGER', ...Object.fromEntries(own) }
}

/** Time columns of a fact: those that decide from which day on a row matters. */
export function timeColumns(fact: string): string[] {
  const { columns } = shapes[fact]!
  return Object.keys(columns).filter((name) => columns[name]!.type === 'time' || columns[name]!.type === 'day')
}

/**
 * Column names, quoted: `order` is one of them. Without `day`, which comes with every fact that is compacted, and which
 * traffic has of its own.
 */
export function columnList(fact: string, prefix = ''): string {
  const names = Object.keys(storedColumns(fact)).filter((name) => name !== 'day')
  return names.map((name) => `${prefix}"${name}"`).join(', ')
}

/** All columns of rows read by `fromNdjson`, and their reporting day. */
export function datedColumns(fact: string): string {
  return `* EXCLUDE (filename${hasOwnDay(fact) ? ', "day"' : ''}), day_of("${shapes[fact]!.time}") AS day`
}

const hasOwnDay = (fact: string) => 'day' in storedColumns(fact)

/** Names of folders (`day=…`) are no columns: the part of a row need not be its day. */
const PLAIN = 'hive_partitioning = false'

/** A query over NDJSON objects of one fact; local paths. */
export function fromNdjson(fact: string, files: readonly string[]): string {
  if (files.length === 0) return empty(fact)
  const columns = Object.entries(storedColumns(fact)).map(([name, type]) => `${quote(name)}: ${quote(type)}`)
  return `SELECT ${columnList(fact)}${hasOwnDay(fact) ? ', "day"' : ''}, filename FROM read_json(${quoteAll(files)}, format = 'newline_delimited', compression = 'zstd', filename = true, ${PLAIN}, maximum_object_size = 16777216, columns = {${columns.join(', ')}})`
}

/** A query over compacted Parquet files of one fact; `part_day` and `day` come with them. */
export function fromParquet(fact: string, files: readonly string[]): string {
  const extra = fact in OTHERS ? ', part_day' : ', part_day, day'
  if (files.length === 0) return emptyParquet(fact)
  return `SELECT ${columnList(fact)}${extra} FROM read_parquet(${quoteAll(files)}, union_by_name = true, ${PLAIN})`
}

function empty(fact: string): string {
  const columns = Object.entries(storedColumns(fact)).map(([name, type]) => `NULL::${type} AS "${name}"`)
  return `SELECT ${columns.join(', ')}, NULL::VARCHAR AS filename WHERE false`
}

function emptyParquet(fact: string): string {
  const day = fact in OTHERS ? '' : ', NULL::DATE AS day'
  return `SELECT ${columnList(fact)}, filename AS part_day${day} FROM (${empty(fact)})`
}
