import type { ConfigData } from '../kit/config.ts'
import { addDays, type Day } from '../kit/day.ts'
import { collectRows } from '../store/collect-rows.ts'
import { getJson } from '../store/json-object.ts'
import type { Lake } from '../store/lake.ts'
import { type Cursor, type CursorRow, keys, type PartRow } from '../store/rows.ts'
import type { Table } from '../store/table.ts'
import { BASELINE, type ChangedPart, type ManifestView, type StreamChange, type Syncing } from './compaction.ts'
import { type DerivedIndex, earlier, streamId } from './derived.ts'
import type { Duck } from './duck.ts'
import { syncDays } from './sync-days.ts'
import { syncEntity } from './sync-entity.ts'
import { syncWhole } from './sync-whole.ts'

/**
 * Brings `derived/` in line with the pointers: only parts that moved are read. Returns the keys that are garbage once
 * the index is saved.
 */
export async function sync(
  duck: Duck,
  lake: Lake,
  table: Table,
  config: ConfigData,
  index: DerivedIndex,
): Promise<string[]> {
  const garbage: string[] = []
  const touch = (day: Day) => {
    if (index.dirty === null || day < index.dirty) index.dirty = day
  }
  const syncing: Syncing = { duck, lake, index, touch, garbage }
  const dayChanges: StreamChange[] = forgotten(syncing, config)
  for (const source of config.sources) {
    for (const { name, kind, facts } of source.streams) {
      const change = await changeOf(syncing, table, source.id, name, kind === 'whole')
      if (!change) continue
      if (kind === 'entity') await syncEntity(syncing, change)
      else if (kind === 'whole') await syncWhole(syncing, change)
      else dayChanges.push(change)
      noteCoverage(syncing, change, kind, facts === null)
    }
  }
  await syncDays(syncing, dayChanges)
  return garbage
}

/** Before every day there can be. */
export const EVER = '1900-01-01' as Day

/** A source that left the config no longer counts: what lies in days shared with others is replaced by nothing. */
function forgotten({ index, touch, garbage }: Syncing, config: ConfigData): StreamChange[] {
  const known = new Set(config.sources.flatMap(({ id, streams }) => streams.map(({ name }) => streamId(id, name))))
  const changes: StreamChange[] = []
  for (const [id, parts] of Object.entries(index.parts)) {
    if (known.has(id)) continue
    const [source, stream] = id.split(' ') as [string, string]
    const changed = Object.entries(parts).map(([part, { run, read }]): ChangedPart => {
      const day = part as Day
      return {
        day,
        before: run,
        manifest: { source, stream, day, run, baseline: false, read, replaces: null, facts: {} },
      }
    })
    changes.push({ id, source, stream, cursor: undefined, changed })
    garbage.push(...Object.values(index.states[id] ?? {}))
    delete index.states[id]
    delete index.parts[id]
    delete index.cursors[id]
    touch(EVER)
  }
  return changes
}

async function changeOf(
  { lake, index }: Syncing,
  table: Table,
  source: string,
  stream: string,
  whole: boolean,
): Promise<StreamChange | null> {
  const id = streamId(source, stream)
  const row = (await table.get(keys.cursor(source, stream).pk, stream)) as CursorRow | undefined
  const cursor = row && bare(row)
  const pointers = (await collectRows(table, keys.part(source, stream, BASELINE).pk)) as PartRow[]
  // A whole stream is replaced pointer by pointer; until its cursor has moved, what is there is half old, half new.
  if (whole && pointers.some(({ run }) => !cursor || run > cursor.run)) return null
  const known = index.parts[id] ?? {}
  const moved = pointers.filter(({ sk, run }) => known[sk as Day]?.run !== run)
  const changed: ChangedPart[] = []
  for (const { sk, manifest: key } of moved) {
    const manifest = await getJson<ManifestView>(lake, key)
    if (!manifest) throw new Error(`manifest ${key} is not in the lake`)
    const before = known[sk as Day]?.run ?? null
    if (before !== null && manifest.remapped) index.causes.remap = true
    changed.push({ day: sk as Day, manifest, before })
  }
  const cursorMoved = JSON.stringify(cursor) !== JSON.stringify(index.cursors[id])
  if (changed.length === 0 && !cursorMoved) return null
  const parts = { ...known }
  const fresh = new Map(changed.map(({ day, manifest }) => [day, manifest]))
  for (const { sk, run, digest, read } of pointers) {
    const { flags } = fresh.get(sk as Day) ?? known[sk as Day] ?? {}
    parts[sk as Day] = { run, digest, read, ...(flags && { flags }) }
  }
  index.parts[id] = parts
  return { id, source, stream, cursor, changed }
}

const bare = ({ run, from, through, read, baseline, facts }: CursorRow): Cursor => ({
  run,
  from,
  through,
  read,
  baseline,
  facts,
})

/**
 * Newly covered days change coverage, and so values, even where they hold nothing.
 * @param learns nobody but the stream's rows says which facts it yields
 */
function noteCoverage(
  { index, touch }: Syncing,
  { id, cursor, changed }: StreamChange,
  kind: string,
  learns: boolean,
): void {
  const before = index.cursors[id]
  if (cursor) index.cursors[id] = cursor
  if (learns && JSON.stringify(cursor?.facts) !== JSON.stringify(before?.facts)) touch(EVER)
  // `all` may begin earlier now.
  if (before && cursor && cursor.from < before.from) touch(cursor.from)
  if (kind === 'entity' || kind === 'whole') {
    if (!cursor || (kind === 'entity' && !cursor.baseline)) return
    if (!before || (kind === 'entity' && !before.baseline)) touch(EVER)
    else if (cursor.through > before.through) touch(addDays(before.through, 1))
    return
  }
  for (const { day, before: was } of changed) {
    if (was !== null) continue
    touch(day)
    if (before && day <= before.through) index.causes.backfill = earlier(index.causes.backfill, day)
  }
}
