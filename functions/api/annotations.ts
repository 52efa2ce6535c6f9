import { createHash } from 'node:crypto'
import { ulid } from 'ulid'
import { addDays, type Day } from '../kit/day.ts'
import { TidemarkError } from '../kit/errors.ts'
import type { Lake } from '../store/lake.ts'
import { appendLog } from '../store/log.ts'
import { renamePublished } from '../store/published.ts'
import { type Annotation, type AnnotationRow, type IdempotencyRow, keys } from '../store/rows.ts'
import type { Item, Table } from '../store/table.ts'

/** The most days of one annotation, so that those that touch a day begin in the year before it. */
export const MOST_DAYS = 366

/** How long a repeated request is known again: a day is promised. */
const KEPT_MS = 48 * 3_600_000

const PARTITION = keys.annotation('').pk

interface Stored {
  readonly table: Table
  readonly lake: Lake
}

export interface AddRequest {
  readonly fields: Omit<Annotation, 'id' | 'created_by' | 'created_at'>
  readonly caller: { readonly id: string; readonly name: string }
  /** Of one caller's requests with the same key, all do together what one does. */
  readonly idempotencyKey?: string | undefined
  readonly now: Date
}

/**
 * Adds an annotation: the log, then the row. Null if the key was used for other fields. A repetition answers as the
 * first request did, also if the annotation was deleted meanwhile; what failed half-way is finished by it.
 */
export async function addAnnotation(store: Stored, request: AddRequest): Promise<Annotation | null> {
  const { fields, caller, idempotencyKey, now } = request
  const { table, lake } = store
  const created_at = now.toISOString()
  const fresh: Annotation = {
    id: `${fields.date_from}-${ulid(now.getTime())}`,
    ...fields,
    created_by: caller.name,
    created_at,
  }
  const intent = idempotencyKey === undefined ? undefined : await intend(table, caller.id, idempotencyKey, fresh)
  if (intent === null) return null
  const annotation = intent?.annotation ?? fresh
  if (intent?.done) return annotation
  await appendLog(lake, { type: 'annotation', at: created_at, added: annotation })
  await table.put({ ...keys.annotation(annotation.id), ...annotation })
  await renamePublished(table)
  if (intent) await table.put({ ...intent, done: true })
  return annotation
}

/** Notes what a request is about to do, or finds what it did before. Null if it was another request. */
async function intend(
  table: Table,
  caller: string,
  key: string,
  annotation: Annotation,
): Promise<IdempotencyRow | null> {
  const { id: _, created_by: __, created_at: ___, ...fields } = annotation
  const digest = createHash('sha256').update(JSON.stringify(fields)).digest('hex')
  const at = keys.idempotency(caller, key)
  // The table forgets by the computer's clock, whatever clock a rehearsal runs on.
  const expires = Math.ceil((Date.now() + KEPT_MS) / 1_000)
  const row: IdempotencyRow = { ...at, expires, digest, done: false, annotation: { ...annotation } }
  if (await table.put(row, 'absent')) return row
  const known = (await table.get(at.pk, at.sk)) as IdempotencyRow | undefined
  if (!known) throw new TidemarkError('unavailable', 'the request was just forgotten; send it again', { retryAfter: 1 })
  return known.digest === digest ? known : null
}

/** Which annotations: those that touch a range of days, both included. */
export interface Between {
  readonly from?: Day | undefined
  readonly to?: Day | undefined
  /** Only those after this id. */
  readonly after?: string | undefined
}

/** Annotations in the order of their first days, by one query. */
export async function* annotationsBetween(table: Table, { from, to, after }: Between): AsyncIterable<Annotation> {
  const first = from === undefined ? '' : addDays(from, 1 - MOST_DAYS)
  const start = after !== undefined && after > first ? after : first
  // Ids of a day sort before its `.`, as a hyphen does.
  const range = { ...(start !== '' && { from: start }), ...(to !== undefined && { to: `${to}.` }) }
  for await (const row of table.query(PARTITION, range)) {
    const annotation = toAnnotation(row)
    if (annotation.id !== after && (from === undefined || annotation.date_to >= from)) yield annotation
  }
}

/** An annotation; undefined if there is none of that id. */
export async function readAnnotation(table: Table, id: string): Promise<Annotation | undefined> {
  const row = await table.get(PARTITION, id)
  return row && toAnnotation(row)
}

/** Deletes an annotation: the log, then the row. False if there is none of that id. */
export async function deleteAnnotation({ table, lake }: Stored, id: string, now: Date): Promise<boolean> {
  if (!(await table.get(PARTITION, id))) return false
  await appendLog(lake, { type: 'annotation', at: now.toISOString(), deleted: id })
  await table.delete(PARTITION, id)
  await renamePublished(table)
  return true
}

function toAnnotation(row: Item): Annotation {
  const { id, date_from, date_to, title, text, tags, url, channel, created_by, created_at } = row as AnnotationRow
  return { id, date_from, date_to, title, text, tags, url, channel, created_by, created_at }
}
