import { decodeTime, ulid } from 'ulid'
import type { Day } from '../kit/day.ts'
import { getJson, putJson } from './json-object.ts'
import type { Lake } from './lake.ts'
import type { Annotation, Cursor, Definition, Held, Pointer, Revision } from './rows.ts'

/** Where a pointer was about to move; whoever reads the log finishes the move. */
export interface Move {
  readonly day: Day
  readonly row: Pointer
}

/**
 * What the table holds is what the log says, in order: `rebuild` plays it again. An entry is written before the table
 * is, so that a run killed in between is finished by a rebuild as it would have been by itself.
 */
export type LogEntry =
  | {
      readonly type: 'commit'
      readonly at: string
      readonly source: string
      readonly stream: string
      readonly run: string
      readonly moves: readonly Move[]
      readonly held: readonly { readonly day: Day; readonly row: Held }[]
      /** Held days that these moves settle. */
      readonly released: readonly Day[]
      /** Null where something is held: the cursor stays. */
      readonly cursor: Cursor | null
      /** Rows of facts in the days that were read, moved or not. */
      readonly facts: number
    }
  | {
      readonly type: 'snapshots'
      readonly at: string
      readonly range: { readonly from: Day; readonly to: Day }
      readonly revisions: readonly { readonly day: Day; readonly row: Omit<Revision, 'body'> }[]
    }
  | { readonly type: 'definition'; readonly at: string; readonly metric: string; readonly definition: Definition }
  | { readonly type: 'annotation'; readonly at: string; readonly added: Annotation }
  | { readonly type: 'annotation'; readonly at: string; readonly deleted: Annotation['id'] }

let last = ''

/**
 * Appends an entry: `log/<UTC day>/<ULID>.json`. A commit has the id of its run, which tells whether a run got so far,
 * and an added annotation its own, so that a repetition writes the same object; a replay needs their order no more than
 * the table did. Other keys of one process ascend, also within a millisecond.
 */
export async function appendLog(lake: Lake, entry: LogEntry): Promise<void> {
  if (entry.type === 'commit') return putJson(lake, logKey(entry.run), entry)
  if ('added' in entry) return putJson(lake, logKey(entry.added.id.slice(ULID_IN_ID)), entry)
  last = nextUlid(Date.now(), last)
  await putJson(lake, logKey(last), entry)
}

/** What a run committed; undefined if it did not. */
export function readCommit(lake: Lake, run: string): Promise<Extract<LogEntry, { type: 'commit' }> | undefined> {
  return getJson(lake, logKey(run))
}

/** The day is that of the id and not of the clock, which may have gone back: entries sort by their keys. */
const logKey = (id: string) => `log/${new Date(decodeTime(id)).toISOString().slice(0, 10)}/${id}.json`

/** An annotation's id is its first day, a hyphen, and a ULID. */
const ULID_IN_ID = 'YYYY-MM-DD-'.length

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A ULID of `now` that sorts after `previous`, even if the clock went back or both fall on one millisecond. */
export function nextUlid(now: number, previous: string): string {
  const next = ulid(now)
  if (next > previous) return next
  const digits = [...previous]
  for (let i = digits.length - 1; i >= 0; i--) {
    const value = ALPHABET.indexOf(digits[i]!)
    digits[i] = ALPHABET[(value + 1) % 32]!
    if (value < 31) break
  }
  return digits.join('')
}
