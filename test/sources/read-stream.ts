import { localFiles } from '../../functions/ingest/local-files.ts'
import { spendOf } from '../../functions/ingest/spend-of.ts'
import { bounds, type Day, day } from '../../functions/kit/day.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import { openHttp } from '../../functions/kit/http.ts'
import type { Json, Page } from '../../functions/kit/page.ts'
import type { Note, Reading, Source, Stream } from '../../functions/kit/source.ts'
import type { Spend } from '../../functions/kit/spend.ts'
import { memoryTable } from '../store/memory-table.ts'

export interface Asked {
  readonly from: string
  readonly to?: string
  /** Whose days are read where the stream does not say. @default 'UTC' */
  readonly zone?: string
  /** By name; a rotated one is replaced in it. */
  readonly secrets: Record<string, string>
  readonly now?: Date
  readonly resume?: Json
  /** Stops after so many pages. */
  readonly pages?: number
  /** Seconds for one request. */
  readonly timeout?: number
  /** Longest answer that is accepted. */
  readonly maxBytes?: number
  /** `entity`: the full list. @default false */
  readonly baseline?: boolean
  /** Where files are looked up. @default - there are none */
  readonly folder?: string | undefined
  /** Is told after every page, while the source waits. */
  readonly onPage?: () => void
  /** Is told of a secret that is being kept. */
  readonly onKeep?: () => void
  /** Where money is accounted for. @default - an account that lasts for this reading */
  readonly spend?: Spend | undefined
  /** Gets the milliseconds of every wait. */
  readonly waits?: number[]
}

export interface Seen {
  readonly key: string
  readonly rows: readonly FactRow[]
}

/** Reads a stream as ingest does: waits cost no time, and what is kept of a page goes through JSON. */
export async function readStream(source: Source, name: string, asked: Asked) {
  const { definition, options } = source
  const stream = source.streams[name]!
  const api = definition.api?.({ options, secrets: asked.secrets }) ?? { baseUrl: 'http://nowhere.invalid/' }
  const quotas: Readonly<Record<string, number>>[] = []
  const waits = asked.waits ?? []
  const http = openHttp(
    { ...api, ...(asked.timeout && { timeout: asked.timeout }), ...(asked.maxBytes && { maxBytes: asked.maxBytes }) },
    {
      sleep: async (ms) => {
        waits.push(ms)
      },
      random: () => 0.5,
      onQuota: (quota) => quotas.push(quota),
      secrets: Object.values(asked.secrets),
      session: {
        secret: async (secret) => asked.secrets[secret]!,
        keep: async (secret, value) => {
          asked.onKeep?.()
          asked.secrets[secret] = value
        },
        exclusively: (work) => work(),
      },
    },
  )
  const from = day(asked.from)
  const to = day(asked.to ?? asked.from)
  const zone = stream.zone ?? asked.zone ?? 'UTC'
  const now = asked.now ?? new Date()
  const end = stream.kind === 'entity' ? now.getTime() : bounds(to, zone).end
  const reading: Reading<unknown> = {
    http,
    files: localFiles(asked.folder ?? 'no folder'),
    spend: asked.spend ?? spendOf({ table: memoryTable(Date.now) }, source.id, (quota) => quotas.push(quota)),
    options,
    from,
    to,
    range: { start: bounds(from, zone).start, end },
    baseline: asked.baseline ?? false,
    slice: undefined,
    resume: asked.resume ?? null,
    now,
  }
  const pages: Page[] = []
  let resume: Json = null
  let through: Day | undefined
  try {
    for await (const turn of stream.pages(reading)) {
      resume = JSON.parse(JSON.stringify(turn.resume))
      if (!('page' in turn)) continue
      if (turn.through !== undefined && (through === undefined || turn.through < through)) through = turn.through
      const { bytes, context } = turn.page
      pages.push({ bytes, ...(context !== undefined && { context: JSON.parse(JSON.stringify(context)) }) })
      asked.onPage?.()
      if (pages.length === asked.pages) break
    }
  } finally {
    http.close()
  }
  const records = pages.flatMap((page) => recordsOf(stream, page))
  const notes = pages.flatMap((page): readonly Note[] => stream.notes?.(page) ?? [])
  return { pages, resume, through, quotas, waits, notes, records, rows: records.flatMap(({ rows }) => rows) }
}

/** The records of a page, as ingest makes them. */
export function recordsOf(stream: Stream, page: Page): Seen[] {
  return [...stream.records(page)].map((given) => {
    const record = stream.record.parse(given)
    const rows = stream.map(record)
    return { key: stream.key(record), rows: rows === null ? [] : [rows].flat() }
  })
}

/** Columns of the rows of one fact, in an order that only their content decides. */
export function columnsOf(rows: readonly FactRow[], fact: string): Readonly<Record<string, unknown>>[] {
  return inOrder(rows.filter((row) => row.fact === fact).map(({ columns }) => columns))
}

export function inOrder<T extends object>(list: readonly T[]): T[] {
  const text = (one: T) => JSON.stringify(Object.entries(one).sort())
  return [...list].sort((a, b) => (text(a) < text(b) ? -1 : 1))
}
