import type { Day } from '../kit/day.ts'
import { pack } from '../store/json-object.ts'
import type { Lake } from '../store/lake.ts'
import { Digest } from './digest.ts'
import type { FinishedRow } from './finish-row.ts'

/** Characters kept in memory for all days and facts together, before the largest buffer is written out. */
const MEMORY = 24 * 1024 * 1024
/** Characters of rows kept as they came, of one day and fact: strings take several times what they say. */
const LOOSE = 64 * 1024
/** Writes under way at the end. */
const AT_ONCE = 16

/** What one (day, fact) of a run amounts to so far. */
export interface WrittenFact {
  readonly day: Day
  readonly fact: string
  readonly rows: number
  readonly digest: string
  readonly objects: readonly string[]
}

interface Buffer_ {
  readonly day: Day
  readonly fact: string
  lines: string[]
  /** Characters of `lines`. */
  loose: number
  /** Rows before them, as UTF-8. */
  chunks: Buffer[]
  /** Characters of all its rows. */
  size: number
  rows: number
  digest: Digest
  objects: string[]
}

/**
 * Writes rows of many days at once within a fixed memory. Objects are named
 * `facts/<fact>/day=<day>/<source>.<stream>.<run>.<n>.ndjson.zst` and are invisible until a manifest names them.
 */
export class FactsWriter {
  readonly #lake: Pick<Lake, 'put'>
  readonly #name: string
  readonly #buffers = new Map<string, Buffer_>()
  readonly #writes: Promise<void>[] = []
  #size = 0
  #objects: number

  /**
   * @param name `<source>.<stream>.<run>`
   * @param first how many objects earlier invocations of the run wrote
   */
  constructor(lake: Pick<Lake, 'put'>, name: string, first: number) {
    this.#lake = lake
    this.#name = name
    this.#objects = first
  }

  /** Adds a row to the part of `day` (its own day, or for entity streams the day it was read for). */
  add(day: Day, fact: string, { line, content }: Pick<FinishedRow, 'line' | 'content'>): void {
    const id = `${day} ${fact}`
    let buffer = this.#buffers.get(id)
    if (!buffer) {
      buffer = { day, fact, lines: [], loose: 0, chunks: [], size: 0, rows: 0, digest: new Digest(), objects: [] }
      this.#buffers.set(id, buffer)
    }
    buffer.lines.push(line)
    buffer.loose += line.length + 1
    buffer.size += line.length + 1
    buffer.rows += 1
    buffer.digest.add(`${fact} ${content}`)
    this.#size += line.length + 1
    if (buffer.loose > LOOSE) encode(buffer)
    if (this.#size > MEMORY) this.#flush(largest(this.#buffers.values()))
  }

  /** What every (day, fact) amounts to, with the objects written so far. */
  summary(): WrittenFact[] {
    return [...this.#buffers.values()].map(({ day, fact, rows, digest, objects }) => ({
      day,
      fact,
      rows,
      digest: digest.toString(),
      objects: [...objects],
    }))
  }

  /**
   * Writes what is still in memory, of the days that `wanted` accepts; the rest is dropped. Returns the summary when all
   * objects are in the lake. Memory may have forced out objects of other days before, which the caller may delete.
   */
  async finish(wanted: (day: Day) => boolean = () => true): Promise<WrittenFact[]> {
    for (const buffer of this.#buffers.values()) {
      if (!wanted(buffer.day)) this.#drop(buffer)
      else if (buffer.size > 0) this.#flush(buffer)
      if (this.#writes.length >= AT_ONCE) await this.drain()
    }
    await this.drain()
    return this.summary()
  }

  /** Waits for writes under way, so that a reader of pages cannot outrun the lake. */
  async drain(): Promise<void> {
    await Promise.all(this.#writes.splice(0))
  }

  /** Waits for writes under way, whatever comes of them: after a failure, nothing of it may happen later. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#writes.splice(0))
  }

  #flush(buffer: Buffer_): void {
    const key = `facts/${buffer.fact}/day=${buffer.day}/${this.#name}.${this.#objects++}.ndjson.zst`
    buffer.objects.push(key)
    encode(buffer)
    const rows = Buffer.concat(buffer.chunks)
    this.#drop(buffer)
    const write = pack(rows).then((bytes) => this.#lake.put(key, bytes))
    // Its failure is met when it is awaited.
    write.catch(() => {})
    this.#writes.push(write)
  }

  #drop(buffer: Buffer_): void {
    this.#size -= buffer.size
    Object.assign(buffer, { lines: [], loose: 0, chunks: [], size: 0 })
  }
}

function encode(buffer: Buffer_): void {
  if (buffer.lines.length === 0) return
  buffer.chunks.push(Buffer.from(`${buffer.lines.join('\n')}\n`))
  buffer.lines = []
  buffer.loose = 0
}

function largest(buffers: Iterable<Buffer_>): Buffer_ {
  let found: Buffer_ | undefined
  for (const buffer of buffers) if (!found || buffer.size > found.size) found = buffer
  return found!
}
