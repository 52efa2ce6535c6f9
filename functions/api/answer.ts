import type { Context } from 'hono'
import { addDays, type Day, daysBetween } from '../kit/day.ts'
import type { Finality } from '../store/rows.ts'
import { type CsvTable, toCsv } from './csv.ts'
import { wantsCsv } from './negotiate.ts'
import { problem } from './problem.ts'

/** Seconds for which a caller may keep an answer. */
const MAX_AGE: Record<Finality, number> = { final: 3_600, provisional: 60 }

/** Lambda takes 6 MB, and what is packed grows by a third on the way to it. */
const MOST_BYTES = 4_000_000

/** What an answer is beside its JSON. */
export interface Beside {
  /** The same as a table, for who wants CSV. @default - there is none */
  readonly csv?: () => CsvTable
  /** The days that it is of, for advice where they are too many. @default - it is of no range */
  readonly range?: { readonly from: Day; readonly to: Day }
  /** @default - by finality */
  readonly cacheControl?: string
}

/** A successful answer. `body` is JSON already; its ETag is the hash of the bytes that are sent, before their coding. */
export function answer(
  c: Context,
  body: string | Uint8Array<ArrayBuffer>,
  finality: Finality,
  { csv, range, cacheControl = `private, max-age=${MAX_AGE[finality]}` }: Beside = {},
): Response {
  const asCsv = csv !== undefined && wantsCsv(c)
  const sent = asCsv ? toCsv(csv()) : body
  const size = Buffer.byteLength(sent)
  if (size > MOST_BYTES) return tooLarge(c, size, range)
  return c.body(sent, 200, {
    'Content-Type': asCsv ? 'text/csv; charset=utf-8; header=present' : 'application/json; charset=utf-8',
    'Cache-Control': cacheControl,
    Vary: 'Accept, Accept-Encoding, Authorization',
  })
}

function tooLarge(c: Context, size: number, range: Beside['range']): Response {
  const said = `the answer would have ${(size / 1_000_000).toFixed(1)} MB; at most ${MOST_BYTES / 1_000_000}`
  if (!range) return problem(c, 'answer-too-large', { detail: `${said}; ask for less of it` })
  const days = daysBetween(range.from, range.to) + 1
  // A tenth less than by the rule of three: rows differ in length.
  const fitting = Math.max(1, Math.floor((days * MOST_BYTES * 0.9) / size))
  const to = addDays(range.from, fitting - 1)
  return problem(c, 'answer-too-large', {
    detail: `${said}; ask for at most ${fitting} days at a time, such as from=${range.from}&to=${to}`,
  })
}
