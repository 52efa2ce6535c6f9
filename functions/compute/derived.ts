import type { Day } from '../kit/day.ts'
import { getJson, putJson } from '../store/json-object.ts'
import type { Lake } from '../store/lake.ts'
import type { Cursor, Pointer } from '../store/rows.ts'

/** `<source> <stream>`; neither holds a space. */
export type StreamId = string

export const streamId = (source: string, stream: string): StreamId => `${source} ${stream}`

/** Something about the quality of a day's answers: sampling, say, or records that could not be read. */
export interface Flag {
  readonly code: string
  readonly message: string
}

/** Of a part that is compacted: what it was, and what is to be known of its answers (`flags`, if anything is). */
export interface CompactedPart extends Pick<Pointer, 'run' | 'digest' | 'read'> {
  readonly flags?: readonly Flag[]
}

/**
 * What compute knows between two invocations. It describes `derived/` and can be deleted with it: then everything is
 * compacted and swept again, to the same values.
 */
export interface DerivedIndex {
  readonly schema: number
  readonly timezone: string
  /** Digest of everything but facts that values depend on: weights, windows, definitions, … */
  settings: string
  /** Parts that are compacted, by stream and day. */
  readonly parts: Record<StreamId, Record<Day, CompactedPart>>
  readonly cursors: Record<StreamId, Cursor>
  /** `events`, `report` and `level`: one Parquet object per fact and part day, all sources together. */
  readonly days: Record<string, Record<Day, string>>
  /** `entity` and `whole`, and links of every stream: one Parquet object per stream and fact. */
  readonly states: Record<StreamId, Record<string, string>>
  /** Parquet of (key, person) for keys that belong to another key's person. */
  identity: string | null
  /** First day whose values may have changed; null when all are up to date. */
  dirty: Day | null
  /** Why, for the revisions that follow; what fills a gap or says who is who does so for days from that one on. */
  causes: { backfill: Day | null; identity: Day | null; remap: boolean; definition: boolean }
  /** Snapshots exist and are up to date for these days, but for `dirty`. */
  computed: { from: Day; to: Day } | null
  /** Earliest day whose snapshot is provisional. */
  provisional: Day | null
  /** A sweep ran out of time; it goes on where it stopped, whatever is provisional before that. */
  unfinished: boolean
  /** As `dirty`, for cohorts. @default null */
  cohortsDirty?: Day | null
  /** Nobody is known to be a customer, so contacts count; null until it is known. */
  contactsOnly: boolean | null
}

export const SCHEMA = 3

const KEY = 'derived/index.json.zst'

export const noCauses = () => ({ backfill: null, identity: null, remap: false, definition: false })

/** The earlier of a day, if there is one, and another. */
export const earlier = (known: Day | null, day: Day): Day => (known !== null && known < day ? known : day)

/** The index, or an empty one if there is none, or it is of another schema or zone (which defines days): then `fresh`. */
export async function loadIndex(lake: Lake, timezone: string): Promise<{ index: DerivedIndex; fresh: boolean }> {
  const index = await getJson<DerivedIndex>(lake, KEY)
  if (index && index.schema === SCHEMA && index.timezone === timezone) return { index, fresh: false }
  return {
    fresh: true,
    index: {
      schema: SCHEMA,
      timezone,
      settings: '',
      parts: {},
      cursors: {},
      days: {},
      states: {},
      identity: null,
      dirty: null,
      causes: { ...noCauses(), definition: index !== undefined && index.timezone !== timezone },
      computed: null,
      provisional: null,
      unfinished: false,
      contactsOnly: null,
    },
  }
}

export function saveIndex(lake: Lake, index: DerivedIndex): Promise<void> {
  return putJson(lake, KEY, index)
}

/** Every Parquet object of a fact, of days from `from` on. */
export function objectsOf(index: DerivedIndex, fact: string, from: Day | null = null): string[] {
  const days = Object.entries(index.days[fact] ?? {}).filter(([day]) => from === null || day >= from)
  const states = Object.values(index.states).flatMap((byFact) => byFact[fact] ?? [])
  return [...days.map(([, key]) => key), ...states].sort()
}
