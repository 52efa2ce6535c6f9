import type { Note } from '../kit/source.ts'
import type { KeptNote, RawPage } from './manifest.ts'

/** What an invocation counted; grows as pages are read. */
export interface Tally {
  readonly pages: RawPage[]
  records: number
  /** Records that came again with the same version. */
  repeated: number
  /** Rows whose own day lies outside the range. */
  outside: number
  facts: number
  quarantined: number
  /** What pages said about themselves, each once. */
  readonly notes: KeptNote[]
  readonly quarantine: { readonly record: string; readonly reason: string }[]
}

/** Quarantined records that a run names; the others are only counted. */
export const KEPT_QUARANTINE = 1_000
/** Notes that a run keeps. */
const KEPT_NOTES = 100

export function openTally(): Tally {
  return { pages: [], records: 0, repeated: 0, outside: 0, facts: 0, quarantined: 0, notes: [], quarantine: [] }
}

/** The counts of several invocations as one. */
export function total(tallies: readonly Tally[]): Tally {
  const all = openTally()
  for (const tally of tallies) {
    for (const page of tally.pages) all.pages.push(page)
    all.records += tally.records
    all.repeated += tally.repeated
    all.outside += tally.outside
    all.facts += tally.facts
    all.quarantined += tally.quarantined
    all.quarantine.push(...tally.quarantine.slice(0, KEPT_QUARANTINE - all.quarantine.length))
    for (const { code, message, days } of tally.notes) {
      noteDown(all, days ? days.map((day) => ({ code, message, day })) : [{ code, message }])
    }
  }
  return all
}

/** Adds what is new in the notes: of a note that is there, the days. One about every day takes in those about some. */
export function noteDown({ notes }: Tally, more: readonly Note[]): void {
  for (const { code, message, day } of more) {
    const at = notes.findIndex((note) => note.code === code && note.message === message)
    const known = notes[at]
    if (known)
      notes[at] = day && known.days ? { ...known, days: [...new Set([...known.days, day])] } : { code, message }
    else if (notes.length < KEPT_NOTES) notes.push({ code, message, ...(day && { days: [day] }) })
  }
}
