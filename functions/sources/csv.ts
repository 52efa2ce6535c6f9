import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import * as z from 'zod'
import { zone } from '../kit/day.ts'
import { defineSource } from '../kit/define-source.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import type { FactRow } from '../kit/fact.ts'
import type { Page } from '../kit/page.ts'
import type { Files, Probed } from '../kit/source.ts'

type Row = Readonly<Record<string, string>>
/** A row of a file, by the line on which it begins; `problem` says why it cannot be read. */
type Line = { file: string; line: number; row?: Row; problem?: string }

/** Files of the user's own. The contract is in docs/csv.md. */
export const csv = defineSource({
  name: 'csv',
  docs: 'https://www.rfc-editor.org/rfc/rfc4180',
  secrets: [],
  probe: ({ files, options }) => probe(files, options.file),
  options: z.strictObject({
    /** A path or a glob; a relative one is looked up beside the config. */
    file: z.string().min(1),
    /** IANA name of the zone in which times without offset are local. */
    zone: z.string(),
    /** What a row says: gets strings by header name, neither trimmed nor converted. */
    map: z.custom<(row: Row) => FactRow | readonly FactRow[] | null>((given) => typeof given === 'function', {
      error: 'expected a function that turns a row into a fact, several, or null',
    }),
    /** Days after its end until the rows of a day stop changing. @default 0 */
    settles: z.int().min(0).default(0),
  }),
  streams: (options) => ({
    rows: {
      kind: 'whole',
      facts: undefined,
      zone: zone(options.zone),
      settles: options.settles,
      record: z.custom<Line & { row: Row }>((line) => (line as Line).problem === undefined, {
        error: ({ input }) => (input as Line).problem,
      }),
      async *pages({ files, resume }) {
        const from = resume as Place | null
        let reached = from === null
        let held: Piece | undefined
        for await (const { name, chunks } of files.open(options.file)) {
          if (!reached && name !== from?.file) continue
          for await (const piece of pieces(name, chunks)) {
            if (reached) {
              if (held) yield { page: held.page, resume: held.end }
              held = piece
            }
            reached ||= piece.end.digest === from?.digest
          }
        }
        if (!held) throw invalid(`file '${from?.file}' changed while it was being read; collect it again`)
        yield { page: held.page, resume: null }
      },
      records,
      key: ({ file, line }) => `${file}:${line}`,
      map({ row }) {
        try {
          return options.map(row)
        } catch (cause) {
          throw cause instanceof TidemarkError ? cause : invalid(`the config's map failed: ${String(cause)}`, cause)
        }
      },
    },
  }),
})

/** As much of a file as is read at once, as a rule. */
const HEAD = 64 * 1024

/** Reads the beginning of each file. */
async function probe(files: Files, pattern: string): Promise<Probed> {
  const details: Record<string, string> = {}
  for await (const { name, chunks } of files.open(pattern)) {
    let head = Buffer.alloc(0)
    for await (const chunk of decoded(name, chunks)) {
      head = Buffer.concat([head, chunk])
      if (head.length >= LONGEST || (head.length >= HEAD && head.includes(LF))) break
    }
    details[name] = `columns ${headerOf(name, head).join(', ')}`
  }
  return { account: `files that match '${pattern}': ${Object.keys(details).length}`, details }
}

/** Size from which a piece of a file ends with its record. */
const PIECE = 4 * 1024 * 1024
/** No record is longer: a quote that stays open for so many bytes was never meant to open one. */
const LONGEST = 1024 * 1024
const [LF, CR, QUOTE, COMMA] = [0x0a, 0x0d, 0x22, 0x2c]
const DIALECT = { record_delimiter: ['\r\n', '\n'], relax_column_count: true, skip_empty_lines: true }

/** What `records` must know beside a piece's bytes; `line` is the first one. */
type Context = { file: string; header: string[]; line: number; headerIncluded: boolean }
/** The end of a piece; the digest is of everything before it. */
type Place = { file: string; digest: string }
type Piece = { page: Page; end: Place }

/** A file, cut where records end; the same pieces however the bytes arrive. */
async function* pieces(file: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  const sha = createHash('sha256')
  const waiting: Uint8Array[] = []
  let size = 0
  let line = 1
  let header: string[] | undefined
  const take = (): Piece => {
    const bytes = Buffer.concat(waiting)
    const headerIncluded = header === undefined
    header ??= headerOf(file, bytes)
    const context: Context = { file, header, line, headerIncluded }
    let end = headerIncluded ? byteOrderMark(bytes) : 0
    while (end < Math.min(PIECE, bytes.length)) {
      const record = recordAt(bytes, end, file, line)
      end = record.end
      line += record.lines
    }
    const piece = bytes.subarray(0, end)
    waiting.splice(0, waiting.length, bytes.subarray(end))
    size -= end
    return { page: { bytes: piece, context }, end: { file, digest: sha.update(piece).copy().digest('hex') } }
  }
  for await (const chunk of decoded(file, chunks)) {
    waiting.push(chunk)
    size += chunk.length
    while (size >= PIECE + LONGEST) yield take()
  }
  while (size > 0 || header === undefined) yield take()
}

/** The text of a file, out of gzip (any number of members) where it is packed, whatever its name. */
async function* decoded(file: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  for (let next = await source.next(); !next.done; next = await source.next()) {
    head = Buffer.concat([head, next.value])
    if (head.length >= 2) break
  }
  async function* all() {
    yield head
    yield* { [Symbol.asyncIterator]: () => source }
  }
  try {
    if (head[0] === 0x1f && head[1] === 0x8b) yield* pipeline(Readable.from(all()), createGunzip(), () => {})
    else yield* all()
  } catch (cause) {
    if (!(cause as NodeJS.ErrnoException).code?.startsWith('Z_')) throw cause
    throw invalid(`file '${file}' is no sound gzip file: ${(cause as Error).message}; put a whole one there`, cause)
  } finally {
    await source.return?.()
  }
}

/** The names of the columns. @throws `invalid` unless the file begins with a header in UTF-8 */
function headerOf(file: string, bytes: Buffer): string[] {
  const refuse = (what: string) => invalid(`file '${file}' ${what}`)
  if (bytes.length === 0) throw refuse('is empty; expected a header, even if there are no rows')
  if (/^(fffe|feff)/.test(bytes.toString('hex', 0, 2))) throw refuse('is UTF-16; expected UTF-8: convert it to UTF-8')
  const start = byteOrderMark(bytes)
  const { end, problem } = recordAt(bytes, start, file, 1)
  const text = bytes.subarray(start, end)
  if (!isUtf8(text) || text.includes(0)) throw refuse('has a header that is not UTF-8; convert the file to UTF-8')
  if (problem) throw refuse(`has a bad header: ${problem}`)
  const header: string[] = parse(text, DIALECT)[0] ?? []
  if (header.length === 0) throw refuse('begins with a blank line; expected the names of the columns')
  const separator = header.length === 1 ? /[;\t]/.exec(header[0]!)?.[0] : undefined
  if (separator) throw refuse(`looks separated by ${JSON.stringify(separator)}; expected commas: save it with commas`)
  if (/\r(?!\n)/.test(header.join())) throw refuse('breaks lines with CR alone; expected LF or CRLF')
  const unnamed = header.indexOf('') + 1
  if (unnamed)
    throw refuse(`has no name for column ${unnamed} in its header; expected a header that names every column`)
  const twice = header.find((name, i) => header.indexOf(name) !== i)
  if (twice) throw refuse(`has two columns '${twice}' in its header; expected different names: rename one`)
  return header
}

function byteOrderMark(bytes: Buffer): number {
  return bytes.toString('hex', 0, 3) === 'efbbbf' ? 3 : 0
}

/**
 * Where the record at `start` ends, its line break included. A record that cannot be read ends with its first line:
 * a stray quote costs one row, not those after it.
 */
function recordAt(bytes: Buffer, start: number, file: string, line: number) {
  const view = bytes.subarray(start, start + LONGEST)
  let problem: string | undefined
  let quoted = false
  let at = -1
  do {
    at++
    if (view[at] === QUOTE) {
      const opened = at
      quoted = true
      at = view.indexOf(QUOTE, at + 1)
      while (at >= 0 && view[at + 1] === QUOTE) at = view.indexOf(QUOTE, at + 2)
      if (at < 0) problem = `opens a quote on line ${line + breaks(view, opened)} and does not close it`
      else if (view[++at] === CR && view[at + 1] === LF) at++
      else if (at < view.length && view[at] !== COMMA && view[at] !== LF) problem = 'goes on after a closing quote'
    } else {
      while (at < view.length && view[at] !== COMMA && view[at] !== LF && view[at] !== QUOTE) at++
      if (view[at] === QUOTE) problem = 'has a quote in a field that is not quoted'
    }
  } while (!problem && view[at] === COMMA)
  const cut = view.length === LONGEST
  if (!problem && cut && at >= view.length) problem = 'is longer than 1 MiB'
  if (problem) at = view.indexOf(LF)
  if (problem && at < 0 && cut)
    throw invalid(`file '${file}' has no line break for 1 MiB after line ${line}; expected CSV`)
  const end = at < 0 ? view.length : Math.min(at + 1, view.length)
  return { end: start + end, lines: breaks(view, end), quoted, problem: problem && `line ${line} ${problem}` }
}

/** Line breaks before `end`. */
function breaks(bytes: Buffer, end: number): number {
  let count = 0
  for (let at = bytes.indexOf(LF); at >= 0 && at < end; at = bytes.indexOf(LF, at + 1)) count++
  return count
}

function* records({ bytes: given, context }: Page): Generator<Line> {
  const { file, header, line: first, headerIncluded } = context as Context
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
  const sound = isUtf8(bytes)
  let line = first
  let at = 0
  if (headerIncluded) {
    const start = byteOrderMark(bytes)
    const skipped = recordAt(bytes, start, file, line)
    at = skipped.end
    line += skipped.lines
  }
  // Readable records that follow each other, either all with quotes or all without, are parsed in one go
  let run = { from: at, quoted: false, lines: [] as number[] }
  function* parsed(): Generator<Line> {
    const piece = bytes.subarray(run.from, at)
    const table: string[][] = run.quoted ? parse(piece, DIALECT) : withoutQuotes(piece.toString())
    for (const [i, fields] of table.entries()) {
      const place = { file, line: run.lines[i]! }
      yield fields.length === header.length
        ? { ...place, row: Object.fromEntries(header.map((name, k) => [name, fields[k]!])) }
        : {
            ...place,
            problem: `line ${place.line} has ${fields.length} fields; expected ${header.length}, as the header`,
          }
    }
  }
  while (at < bytes.length) {
    const { end, lines, quoted, problem } = recordAt(bytes, at, file, line)
    const bad = problem ?? (sound || isUtf8(bytes.subarray(at, end)) ? undefined : `line ${line} is not UTF-8`)
    if (bad || quoted !== run.quoted) {
      yield* parsed()
      run = { from: bad ? end : at, quoted, lines: [] }
    }
    if (bad) yield { file, line, problem: bad }
    else if (bytes[at] !== LF && !(bytes[at] === CR && bytes[at + 1] === LF)) run.lines.push(line)
    at = end
    line += lines
  }
  yield* parsed()
}

function withoutQuotes(text: string): string[][] {
  const lines = text.split(/\r?\n/)
  return lines.filter((line) => line !== '').map((line) => line.split(','))
}
