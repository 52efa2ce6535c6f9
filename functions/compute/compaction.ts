import { readFile, rm } from 'node:fs/promises'
import { ulid } from 'ulid'
import type { Day } from '../kit/day.ts'
import type { Lake } from '../store/lake.ts'
import type { Cursor } from '../store/rows.ts'
import type { DerivedIndex, Flag, StreamId } from './derived.ts'
import type { Duck } from './duck.ts'

/** What a manifest tells compute; written by ingest (`functions/ingest/manifest.ts`). */
export interface ManifestView {
  readonly source: string
  readonly stream: string
  readonly day: Day
  readonly run: string
  readonly baseline: boolean
  readonly read: string
  readonly replaces: string | null
  /** Derived again from pages that were there. @default false */
  readonly remapped?: boolean
  /** What is to be known of its answers. @default - nothing */
  readonly flags?: readonly Flag[]
  readonly facts: { readonly [fact: string]: { readonly rows: number; readonly objects: readonly string[] } }
}

/** A part that compute has not compacted yet, in place of one it has (`before`) or of none. */
export interface ChangedPart {
  readonly day: Day
  readonly manifest: ManifestView
  readonly before: string | null
}

/** A stream whose pointers moved. */
export interface StreamChange {
  readonly id: StreamId
  readonly source: string
  readonly stream: string
  readonly cursor: Cursor | undefined
  readonly changed: readonly ChangedPart[]
}

/** What compaction works with. */
export interface Syncing {
  readonly duck: Duck
  readonly lake: Lake
  readonly index: DerivedIndex
  /** Notes that values from `day` on may have changed. */
  readonly touch: (day: Day) => void
  /** Objects that the new index no longer names. */
  readonly garbage: string[]
}

/** Pseudo-day of an entity stream's full list. */
export const BASELINE = 'baseline' as Day

/** Local paths of a fact's objects in the manifests of changed parts, with the part each belongs to. */
export async function objectsOfParts(
  lake: Lake,
  changed: readonly { manifest: ManifestView }[],
  fact: string,
): Promise<{ file: string; part: ManifestView }[]> {
  const found: { file: string; part: ManifestView }[] = []
  for (const { manifest } of changed) {
    for (const key of manifest.facts[fact]?.objects ?? []) found.push({ file: await lake.file(key), part: manifest })
  }
  return found
}

/** Writes a query's rows as a Parquet object. */
export async function putParquet(
  { duck, lake }: Pick<Syncing, 'duck' | 'lake'>,
  prefix: string,
  query: string,
): Promise<string> {
  const id = ulid()
  const path = duck.scratch(`${id}.parquet`)
  await duck.run(`COPY (${query}) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`)
  const key = `derived/${prefix}/${id}.parquet`
  await lake.put(key, await readFile(path))
  await rm(path)
  return key
}
