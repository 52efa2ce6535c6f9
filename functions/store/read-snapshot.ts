import type { Day } from '../kit/day.ts'
import { TidemarkError } from '../kit/errors.ts'
import { unpack } from './json-object.ts'
import type { Lake } from './lake.ts'
import { type HeadRow, keys, type RevisionRow, SNAPSHOT_SCHEMA, type Snapshot } from './rows.ts'
import type { Table } from './table.ts'

interface Stored {
  readonly table: Table
  readonly lake: Lake
}

/** The newest revision of a day or, with `asOf`, the one that was the newest at that instant; undefined if there is none. */
export async function readRevision({ table }: Stored, day: Day, asOf?: string): Promise<RevisionRow | undefined> {
  if (asOf === undefined) {
    const at = keys.head(day)
    const head = (await table.get(at.pk, at.sk)) as HeadRow | undefined
    if (!head) return undefined
    const { pk, sk } = keys.revision(day, head.revision)
    const row = (await table.get(pk, sk)) as RevisionRow | undefined
    if (row) return row
    throw new TidemarkError('unavailable', `revision ${head.revision} of ${day} is not in the table; run rebuild`)
  }
  const { pk, sk } = keys.revision(day, 0)
  const until = Date.parse(asOf)
  for await (const row of table.query(pk, { from: sk, reverse: true })) {
    if ('computed_at' in row && Date.parse(String(row.computed_at)) <= until) return row as RevisionRow
  }
  return undefined
}

/**
 * The bytes of a revision's snapshot, as compressed JSON.
 * @throws `unavailable` if it is gone, or a newer Tidemark wrote it in a way that this one would misread
 */
export async function readBody(
  { lake }: Stored,
  { schema = 1, revision, object, body }: RevisionRow,
): Promise<Uint8Array> {
  if (schema > SNAPSHOT_SCHEMA) {
    throw new TidemarkError(
      'unavailable',
      `${object} was stored by a newer Tidemark (schema ${schema}, this one reads ${SNAPSHOT_SCHEMA}); deploy that version again`,
    )
  }
  const found = body ?? (await lake.get(object))
  if (found) return found
  throw new TidemarkError(
    'unavailable',
    `revision ${revision} (${object}) is not in the lake; the operator can compute the day again`,
  )
}

/** The snapshot of a day; undefined if there is none (or none yet, at `asOf`). */
export async function readSnapshot(store: Stored, day: Day, asOf?: string): Promise<Snapshot | undefined> {
  const row = await readRevision(store, day, asOf)
  if (!row) return undefined
  return JSON.parse((await unpack(await readBody(store, row))).toString('utf8')) as Snapshot
}
