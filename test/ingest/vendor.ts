import * as z from 'zod'
import { interactions } from '../../functions/facts.ts'
import type { Day } from '../../functions/kit/day.ts'
import { defineSource } from '../../functions/kit/define-source.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import type { Reading, Source, Stream, StreamKind, Turn } from '../../functions/kit/source.ts'

/** A record of the fake vendor, as it stands in its pages. */
export interface VendorRecord {
  readonly key: string
  /** When it happened. */
  readonly at: string
  /** `entity`: when it last changed. */
  readonly changed?: string
  readonly gone?: readonly string[]
  readonly count?: number
  readonly slice?: string
}

/** One call of `pages`, with the numbers of the pages that it then gave. */
export interface Asked {
  readonly from: Day
  readonly to: Day
  readonly baseline: boolean
  readonly slice: string | undefined
  readonly resume: unknown
  readonly end: number
  readonly pages: number[]
}

type Declared = Pick<Stream, 'settles' | 'repull' | 'zone' | 'past' | 'span' | 'since' | 'notes'>

interface VendorOptions extends Declared {
  readonly kind: StreamKind
  readonly slices?: readonly string[]
  readonly map?: (record: VendorRecord) => FactRow | readonly FactRow[] | null
}

/** A vendor in memory with one stream, `rows`, of interactions. Everything it does can be replaced by the test. */
export interface Vendor {
  readonly source: Source
  /** What it holds. */
  records: readonly VendorRecord[]
  pageSize: number
  /** Every call of `pages`, oldest first. */
  readonly asked: Asked[]
  /** Called before page `n` of a range; throws, or says to wait, in place of the page. */
  before: (n: number, asked: Asked) => 'wait' | undefined
  /** What every page says that the vendor is done with. */
  through: Day | undefined
  /** Of a page's records: the page as it is served. */
  arrange: (records: readonly VendorRecord[]) => readonly VendorRecord[]
  /** Where page `n` goes on; null after the last. */
  token: (n: number) => string
}

const Record_ = z.object({
  key: z.string(),
  at: z.string(),
  changed: z.string().optional(),
  gone: z.array(z.string()).optional(),
  count: z.number().optional(),
  slice: z.string().optional(),
})

export const asInteraction = ({ at, count = 1 }: VendorRecord): FactRow =>
  interactions({ at, channel: 'email', kind: 'open', count })

export function openVendor(id: string, { kind, slices, map = asInteraction, ...declared }: VendorOptions): Vendor {
  const vendor: Omit<Vendor, 'source'> = {
    records: [],
    pageSize: 2,
    asked: [],
    before: () => undefined,
    through: undefined,
    arrange: (records) => records,
    token: String,
  }

  function isAsked({ at, changed, slice }: VendorRecord, reading: Reading<unknown>): boolean {
    if (slice !== reading.slice) return false
    if (kind === 'whole' || reading.baseline) return true
    const ms = Date.parse(kind === 'entity' ? changed! : at)
    return Number.isNaN(ms) || (ms >= reading.range.start && ms < reading.range.end)
  }

  async function* pages(reading: Reading<unknown>): AsyncGenerator<Turn, void, void> {
    const { from, to, baseline, slice, resume, range } = reading
    const asked: Asked = { from, to, baseline, slice, resume, end: range.end, pages: [] }
    vendor.asked.push(asked)
    const { pageSize } = vendor
    const found = vendor.records.filter((record) => isAsked(record, reading))
    const count = Math.max(1, Math.ceil(found.length / pageSize))
    const tokens = Array.from({ length: count }, (_, n) => vendor.token(n))
    for (let n = resume === null ? 0 : tokens.indexOf(resume as string); n < count; n++) {
      if (vendor.before(n, asked) === 'wait') {
        yield { wait: true, resume: tokens[n]! }
        return
      }
      asked.pages.push(n)
      const records = vendor.arrange(found.slice(n * pageSize, (n + 1) * pageSize))
      const page = { bytes: Buffer.from(JSON.stringify(records)) }
      yield {
        page,
        resume: n + 1 < count ? tokens[n + 1]! : null,
        ...(vendor.through !== undefined && { through: vendor.through }),
      }
    }
  }

  const make = defineSource({
    name: 'vendor',
    docs: 'https://vendor.example/docs',
    options: z.strictObject({}),
    secrets: [],
    streams: () => ({
      rows: {
        ...declared,
        ...(slices && { slices: () => slices }),
        kind,
        facts: ['interactions'],
        record: Record_,
        pages,
        records: ({ bytes }) => JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown[],
        key: ({ key }: VendorRecord) => key,
        map,
        ...(kind === 'entity' && {
          changed: ({ changed }: VendorRecord) => changed!,
          gone: ({ gone = [] }: VendorRecord) => gone,
        }),
      } as Stream,
    }),
  })
  return Object.assign(vendor, { source: make({}, { id }) })
}

/** `count` records a day, at noon UTC, keyed by day and number. */
export function daily(days: readonly string[], count: number): VendorRecord[] {
  return days.flatMap((day) =>
    Array.from({ length: count }, (_, n) => ({ key: `${day}-${n}`, at: `${day}T12:00:00Z` })),
  )
}
