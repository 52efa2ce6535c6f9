import { type Day, eachDay } from '../kit/day.ts'
import type { Stream } from '../kit/source.ts'
import { Digest } from './digest.ts'
import type { WrittenFact } from './facts-writer.ts'
import { BASELINE, type ManifestFact } from './manifest.ts'

/** What a reading says of one day, or of the full list. */
export interface Part {
  readonly day: Day
  readonly facts: { readonly [fact: string]: ManifestFact }
  /** Rows of the twelve facts. */
  readonly rows: number
  readonly digest: string
  /** Days under which its rows were written: its own, or for the full list that of the reading. */
  readonly writtenDays: readonly Day[]
}

/** `links` and `records` are written beside the facts. */
export const isFact = (name: string) => name !== 'links' && name !== 'records'

/**
 * One part per day: every day of the range, empty or not; of a stream that is read whole every day that has or had rows.
 * @param had days that have a part already
 */
export function partsOf(
  { kind }: Pick<Stream, 'kind'>,
  { from, to, baseline }: { readonly from: Day; readonly to: Day; readonly baseline: boolean },
  written: readonly WrittenFact[],
  had: ReadonlyMap<Day, unknown>,
): Part[] {
  if (to < from) return []
  if (baseline) return [partOf(BASELINE, written)]
  const days = new Map<Day, WrittenFact[]>()
  for (const day of kind === 'whole' ? had.keys() : eachDay(from, to)) days.set(day, [])
  for (const one of written) {
    const known = days.get(one.day)
    if (known) known.push(one)
    else if (kind === 'whole') days.set(one.day, [one])
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, pieces]) => partOf(day, pieces))
}

function partOf(day: Day, written: readonly WrittenFact[]): Part {
  const byFact = Map.groupBy(written, ({ fact }) => fact)
  const whole = new Digest()
  const facts: Record<string, ManifestFact> = {}
  let rows = 0
  for (const fact of [...byFact.keys()].sort()) {
    const pieces = byFact.get(fact)!
    const digest = new Digest()
    for (const piece of pieces) digest.merge(piece.digest)
    whole.merge(digest.toString())
    const count = pieces.reduce((n, piece) => n + piece.rows, 0)
    facts[fact] = { rows: count, digest: digest.toString(), objects: pieces.flatMap(({ objects }) => objects) }
    if (isFact(fact)) rows += count
  }
  return { day, facts, rows, digest: whole.toString(), writtenDays: [...new Set(written.map((one) => one.day))] }
}
