import { facts } from '../facts.ts'
import { type Day, dayOf, isDay, localInstant } from '../kit/day.ts'
import { invalid } from '../kit/errors.ts'
import { type FactRow, type FactShape, isLocalTime } from '../kit/fact.ts'
import { isPerson, type Link, personKeys } from '../kit/person.ts'
import { kinds } from '../kit/taxonomy.ts'

/** What finishing a row needs to know beside the row. */
export interface Finishing {
  readonly source: string
  readonly stream: string
  readonly run: string
  readonly pepper: string
  /** Zone of local times; undefined where the stream has none, and local times are refused. */
  readonly localZone: string | undefined
  /** Whose days part the rows. */
  readonly dayZone: string
  /** Kinds that the config adds. */
  readonly kinds: readonly string[]
}

/** A row ready for the lake. */
export interface FinishedRow {
  readonly fact: string
  /** Day of the row's own time. */
  readonly day: Day
  /** JSON without a line break. */
  readonly line: string
  /** What the digest covers: what the row says, whichever run and record said it. A line moves down a file unchanged. */
  readonly content: string
  readonly links: readonly Link[]
}

/**
 * Stamps a row, settles its local times and replaces people by their keys.
 * @param nth the row's position among the rows of its record
 * @throws `invalid` for a fact, kind or time that cannot be
 */
export function finishRow(row: FactRow, record: string, version: string, nth: number, given: Finishing): FinishedRow {
  const fact = (facts as Record<string, FactShape>)[row.fact]
  if (!fact)
    throw invalid(`map returned a row of '${row.fact}', which is no fact; have ${Object.keys(facts).join(', ')}`)
  const links: Link[] = []
  const columns: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row.columns)) {
    const { type } = fact.columns[name]!
    if (type === 'person' && isPerson(value)) {
      const keys = personKeys(value, given.pepper, given.source)
      if (!keys) continue
      columns[name] = keys.key
      links.push(...keys.links)
    } else {
      columns[name] = type === 'time' ? instant(fact.name, name, value as string, given.localZone) : value
    }
  }
  if (fact.name === 'interactions') checkKind(columns.kind as string, given.kinds)
  const time = columns[fact.time] as string
  const day = isDay(time) ? time : dayOf(Date.parse(time), given.dayZone)
  const { source, stream, run } = given
  const content = JSON.stringify({ source, stream, version, nth, ...columns })
  return { fact: fact.name, day, content, line: stamped(content, record, run), links }
}

/** A row as it is stored. */
export function stamped(content: string, record: string, run: string): string {
  return `${content.slice(0, -1)},"record":${JSON.stringify(record)},"run":"${run}"}`
}

function instant(fact: string, column: string, value: string, zone: string | undefined): string {
  if (!isLocalTime(value)) return value
  if (!zone)
    throw invalid(`${fact}.${column}: ${value} has no offset and the stream has no zone; expected an RFC 3339 instant`)
  return new Date(localInstant(value, zone)).toISOString()
}

function checkKind(kind: string, own: readonly string[]): void {
  if (!(kinds as readonly string[]).includes(kind) && !own.includes(kind)) {
    throw invalid(
      `interactions.kind: '${kind.slice(0, 40)}' is none of ${[...kinds, ...own].join(', ')}; add it to the config's kinds`,
    )
  }
}
