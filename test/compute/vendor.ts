import * as z from 'zod'
import { facts } from '../../functions/facts.ts'
import { type Day, isDay } from '../../functions/kit/day.ts'
import { defineSource } from '../../functions/kit/define-source.ts'
import type { FactRow, FactShape } from '../../functions/kit/fact.ts'
import type { Reading, Source, Stream, StreamKind, Turn } from '../../functions/kit/source.ts'

/** One record of a fake vendor: the facts it says, under a key. */
export interface VendorRecord {
  readonly key: string
  readonly rows: readonly FactRow[]
  /** `entity`: when it last changed. */
  readonly changed?: string
  /** `entity`: keys of records that this one shows to be gone. */
  readonly gone?: readonly string[]
}

type Declared = Pick<Stream, 'settles' | 'repull' | 'zone' | 'past' | 'span' | 'emits'>

/** What a fake stream is like; `facts` is what it declares, undefined for a stream whose map alone knows. */
export interface StreamOptions extends Declared {
  readonly kind: StreamKind
  readonly facts?: readonly string[]
}

/** A fake vendor: what it holds is what the test last put there. */
export interface Vendor<S extends string = string> {
  readonly source: Source
  /** Replaces everything a stream holds. */
  put(stream: S, records: readonly VendorRecord[]): void
  /** Records of a page. @default 1000 */
  pageSize: number
  /** Answers instead of pages from now on; undefined heals it. */
  failure: Error | undefined
  /** Readings so far, oldest first. */
  readonly readings: { readonly stream: S; readonly from: Day; readonly to: Day; readonly baseline: boolean }[]
}

const Record_ = z.object({
  key: z.string(),
  rows: z.array(z.object({ fact: z.string(), columns: z.record(z.string(), z.unknown()) })),
  changed: z.string().optional(),
  gone: z.array(z.string()).optional(),
})

/** A vendor that answers from memory, with one stream per entry of `streams`. */
export function vendor<const S extends string>(id: string, streams: Readonly<Record<S, StreamOptions>>): Vendor<S> {
  const held = new Map<string, readonly VendorRecord[]>()
  const readings: Vendor<S>['readings'] = []
  const fake = {
    pageSize: 1000,
    failure: undefined as Error | undefined,
    readings,
    put: (stream: S, records: readonly VendorRecord[]) => void held.set(stream, records),
  }
  const make = defineSource({
    name: 'vendor',
    docs: 'https://vendor.example/docs',
    options: z.strictObject({}),
    secrets: [],
    streams: () =>
      Object.fromEntries(
        (Object.entries(streams) as [S, StreamOptions][]).map(([name, { kind, facts: yields, ...declared }]) => [
          name,
          stream(kind, yields, declared, async function* (reading) {
            const { from, to, baseline } = reading
            readings.push({ stream: name, from, to, baseline })
            if (fake.failure) throw fake.failure
            const found = (held.get(name) ?? []).filter((record) => isAsked(record, kind, reading))
            for (let at = 0; at === 0 || at < found.length; at += fake.pageSize) {
              const page = { bytes: Buffer.from(JSON.stringify(found.slice(at, at + fake.pageSize))) }
              yield { page, resume: null }
            }
          }),
        ]),
      ),
  })
  return Object.assign(fake, { source: make({}, { id }) })
}

function stream(
  kind: StreamKind,
  yields: readonly string[] | undefined,
  declared: Declared,
  pages: (reading: Reading<unknown>) => AsyncGenerator<Turn, void, void>,
): Stream {
  return {
    ...declared,
    kind,
    facts: yields,
    record: Record_,
    pages,
    records: ({ bytes }) => JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown[],
    key: ({ key }: VendorRecord) => key,
    map: ({ rows }: VendorRecord) => rows,
    ...(kind === 'entity' && {
      changed: (record: VendorRecord) => record.changed ?? '',
      gone: (record: VendorRecord) => record.gone ?? [],
    }),
  }
}

/** A plain day is asked for if it lies within the days; an instant if it lies within their instants. */
function isAsked(record: VendorRecord, kind: StreamKind, reading: Reading<unknown>): boolean {
  const { baseline, range, from, to } = reading
  if (kind === 'whole' || (kind === 'entity' && baseline)) return true
  const within = (text: string) => {
    if (isDay(text)) return text >= from && text <= to
    const ms = Date.parse(text)
    return ms >= range.start && ms < range.end
  }
  if (kind === 'entity') return within(record.changed ?? '')
  return record.rows.some((row) => within(timeOf(row)))
}

/** The time that decides on which day a row counts. */
export function timeOf({ fact, columns }: FactRow): string {
  const { time } = (facts as unknown as Readonly<Record<string, FactShape>>)[fact]!
  return String(columns[time])
}

let made = 0

/** A record of an `events`, `report`, `level` or `whole` stream. */
export function record(rows: FactRow | readonly FactRow[], key = `r${made++}`): VendorRecord {
  return { key, rows: Array.isArray(rows) ? (rows as FactRow[]) : [rows as FactRow] }
}

/** A record of an `entity` stream, as it is since `changed`; `gone` if it was deleted then. */
export function entity(
  key: string,
  changed: string,
  rows: FactRow | readonly FactRow[],
  gone: readonly string[] = [],
): VendorRecord {
  return { ...record(rows, key), changed, gone }
}
