import * as z from 'zod'
import { defineSource } from '../../functions/kit/define-source.ts'
import type { Source, Stream } from '../../functions/kit/source.ts'

/** A stream that reads nothing; `over` says what is special about it. */
export function emptyStream(over: Partial<Stream> = {}): Stream {
  return {
    kind: 'events',
    facts: ['interactions'],
    record: z.unknown(),
    pages: async function* () {},
    records: () => [],
    key: String,
    map: () => null,
    ...over,
  }
}

/** A configured source that yields `facts` (null: only its own map knows which), and reads nothing. */
export function sourceOf(id: string, facts: readonly string[] | null = ['interactions']): Source {
  return defineSource({
    name: 'vendor',
    docs: 'https://vendor.example/docs',
    options: z.strictObject({}),
    secrets: [],
    streams: () => ({ items: emptyStream({ facts: facts ?? undefined }) }),
  })({}, { id })
}
