import type { Day } from '../kit/day.ts'
import { inlineBody } from '../store/inline-body.ts'
import { getJson } from '../store/json-object.ts'
import type { LogEntry } from '../store/log.ts'
import type { Store } from '../store/open.ts'
import { type Annotation, type DefinitionRow, keys, type RangeRow } from '../store/rows.ts'
import { applyCommit } from './commit.ts'
import { noteCommit } from './note-commit.ts'

/** What a rebuild put back. API keys are not in the lake and have to be made anew. */
export interface Rebuilt {
  readonly commits: number
  readonly parts: number
  readonly revisions: number
  readonly days: number
  readonly annotations: number
  /** Snapshots that the log names and the lake no longer has. */
  readonly missing: number
}

/**
 * Restores the table from the lake by playing the log again, oldest entry first. A run that was killed after its log
 * entry is finished by it. Rows that are there already stay if they are newer, so a rebuild can be repeated.
 *
 * @param writeSeries fills the series chunks of the days it is given, from their newest snapshots
 */
export async function rebuild(store: Store, writeSeries: (days: readonly Day[]) => Promise<void>): Promise<Rebuilt> {
  const { lake, table } = store
  const counted = { commits: 0, parts: 0, revisions: 0, missing: 0 }
  const days = new Set<Day>()
  let range: RangeRow | undefined
  const added = new Map<string, Annotation>()
  const deleted = new Set<string>()
  for await (const { key } of lake.list('log/')) {
    const entry = await getJson<LogEntry>(lake, key)
    if (entry?.type === 'commit') {
      await applyCommit(store, entry)
      // Ids of new runs ascend from those that are there: without them, a run after this could pass for an old one.
      await noteCommit(store, entry, true)
      counted.commits += 1
      counted.parts += entry.moves.length
    }
    if (entry?.type === 'annotation') {
      if ('added' in entry) added.set(entry.added.id, entry.added)
      else deleted.add(entry.deleted)
    }
    if (entry?.type === 'definition') await restoreDefinition(store, entry)
    if (entry?.type !== 'snapshots') continue
    for (const { day, row } of entry.revisions) {
      const body = await lake.get(row.object)
      if (!body) {
        counted.missing += 1
        continue
      }
      const { revision } = row
      await table.put({ ...keys.revision(day, revision), ...row, body: inlineBody(body) })
      const older = { attribute: 'revision', is: '<', value: revision, orAbsent: true } as const
      await table.put({ ...keys.head(day), revision }, older)
      counted.revisions += 1
      days.add(day)
    }
    const { from, to } = entry.range
    range = {
      ...keys.range(),
      from: range && range.from < from ? range.from : from,
      to: range && range.to > to ? range.to : to,
    }
  }
  if (range) await table.put(range)
  // Ids are never used again, so whatever was deleted is gone, in whichever order clocks put the entries.
  for (const id of deleted) {
    const { pk, sk } = keys.annotation(id)
    await table.delete(pk, sk)
    added.delete(id)
  }
  await table.batch([...added.values()].map((annotation) => ({ ...keys.annotation(annotation.id), ...annotation })))
  await writeSeries([...days].sort())
  return { ...counted, days: days.size, annotations: added.size }
}

/** A version that is there already stays: an entry that was written twice is one change. */
async function restoreDefinition(
  { table }: Store,
  { metric, definition }: Extract<LogEntry, { type: 'definition' }>,
): Promise<void> {
  const { pk, sk } = keys.definition(metric)
  const versions = ((await table.get(pk, sk)) as DefinitionRow | undefined)?.versions ?? []
  if (versions.some(({ version }) => version === definition.version)) return
  await table.put({ pk, sk, versions: [...versions, { ...definition }] })
}
