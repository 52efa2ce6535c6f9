import type { FactRow } from '../../functions/kit/fact.ts'
import type { Page } from '../../functions/kit/page.ts'
import type { Stream } from '../../functions/kit/source.ts'

/** What ingest learns of a record. */
export interface Seen {
  readonly key: string
  readonly changed: string
  readonly gone: readonly string[]
  readonly rows: readonly FactRow[]
}

/** The records of pages, as ingest reads them. */
export function recordsOf(stream: Stream, pages: readonly Page[]): Seen[] {
  return pages.flatMap((page) => [...stream.records(page)].map((given) => recordOf(stream, given)))
}

function recordOf(stream: Stream, given: unknown): Seen {
  const record = stream.record.parse(given)
  const rows = stream.map(record)
  return {
    key: stream.key(record),
    changed: stream.changed!(record),
    gone: stream.gone!(record),
    rows: rows === null ? [] : [rows].flat(),
  }
}
