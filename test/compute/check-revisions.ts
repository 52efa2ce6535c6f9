import { expect } from 'vitest'
import type { Day } from '../../functions/kit/day.ts'
import { getJson, unpack } from '../../functions/store/json-object.ts'
import { readBody } from '../../functions/store/read-snapshot.ts'
import type { RevisionRow, Snapshot, WindowValue } from '../../functions/store/rows.ts'
import type { Deployment } from './deployment.ts'

/** What moved between two computes, which is what causes may speak of. */
export interface Moved {
  /** The first day that was covered after a later one had been; null if none was. */
  readonly filled: Day | null
  /** Whose keys are whose is another. */
  readonly identity: boolean
}

/** What compute knows of the parts it has compacted. */
interface Index {
  readonly parts: Readonly<Record<string, Readonly<Record<Day, { readonly run: string }>>>>
  readonly cursors: Readonly<Record<string, { readonly through: Day }>>
  readonly identity: string | null
}

/** What compute knows after it ran; undefined before it ever did. */
export const indexOf = ({ store }: Deployment): Promise<Index | undefined> =>
  getJson<Index>(store.lake, 'derived/index.json.zst')

/** @param kinds of streams by source and name, as the index has them */
export function movedBetween(before: Index | undefined, after: Index, kinds: ReadonlyMap<string, string>): Moved {
  const filled = Object.entries(after.parts).flatMap(([id, parts]) => {
    const kind = kinds.get(id)
    if (kind === 'entity' || kind === 'whole') return []
    const known = before?.parts[id] ?? {}
    const through = before?.cursors[id]?.through ?? ''
    return (Object.keys(parts) as Day[]).filter((day) => !(day in known) && day <= through)
  })
  return { filled: filled.sort()[0] ?? null, identity: before?.identity !== after.identity }
}

/** Every revision of a day with its snapshot, oldest first. */
export async function historyOf(home: Deployment, day: Day): Promise<{ row: RevisionRow; snapshot: Snapshot }[]> {
  const rows = await home.revisions(day)
  return Promise.all(
    rows.map(async (row) => ({
      row,
      snapshot: JSON.parse((await unpack(await readBody(home.store, row))).toString('utf8')) as Snapshot,
    })),
  )
}

const without =
  (...left: string[]) =>
  (key: string, value: unknown) =>
    left.includes(key) ? undefined : value

/** Whether every value, part and breakdown that was final is the same. */
function finalsStand(before: Snapshot, after: Snapshot): boolean {
  const values = (window: WindowValue | undefined) => JSON.stringify(window, without('finality', 'coverage'))
  return Object.entries(before.metrics).every(([id, { windows }]) =>
    Object.entries(windows).every(
      ([name, window]) => window.finality !== 'final' || values(after.metrics[id]?.windows[name]) === values(window),
    ),
  )
}

/** Whether a value that was final is provisional again. */
function anyReopened(before: Snapshot, after: Snapshot): boolean {
  return Object.entries(before.metrics).some(([id, { windows }]) =>
    Object.entries(windows).some(
      ([name, { finality }]) => finality === 'final' && after.metrics[id]?.windows[name]?.finality !== 'final',
    ),
  )
}

/** That a day's revisions each say something new, and truly why, given what had moved at the instant of each. */
export function checkRevisions(
  day: Day,
  history: readonly { row: RevisionRow; snapshot: Snapshot }[],
  movedAt: (instant: string) => Moved,
): void {
  history.forEach(({ row, snapshot }, i) => {
    const where = `${day} revision ${row.revision} of ${row.computed_at}`
    expect({ where, revision: row.revision, computed: row.computed_at, finality: row.finality }).toEqual({
      where,
      revision: i + 1,
      computed: snapshot.computed_at,
      finality: snapshot.finality,
    })
    const before = history[i - 1]?.snapshot
    if (!before) {
      expect({ where, cause: row.cause }).toEqual({ where, cause: null })
      return
    }
    const differing = Object.keys(snapshot.metrics).filter(
      (id) => JSON.stringify(before.metrics[id]) !== JSON.stringify(snapshot.metrics[id]),
    )
    expect({ where, changed: row.changed_metrics }).toEqual({ where, changed: differing })
    expect({ where, some: differing.length > 0 }).toEqual({ where, some: true })
    const same = without('finality')
    const settled = JSON.stringify(before.metrics, same) === JSON.stringify(snapshot.metrics, same)
    const stand = finalsStand(before, snapshot)
    const moved = movedAt(row.computed_at)
    const possible = settled
      ? ['settled']
      : !stand
        ? ['correction']
        : [
            'late_data',
            ...(moved.filled !== null && moved.filled <= day ? ['backfill'] : []),
            ...(moved.identity ? ['identity'] : []),
          ]
    expect({ where, cause: row.cause, possible, one: possible.includes(row.cause!) }).toMatchObject({ one: true })
    expect({ where, cause: row.cause, reopened: anyReopened(before, snapshot) }).toMatchObject({ reopened: false })
  })
}
