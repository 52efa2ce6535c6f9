import type { Day } from '../kit/day.ts'
import { pack } from '../store/json-object.ts'
import type { Lake } from '../store/lake.ts'
import { Digest } from './digest.ts'
import type { FinishedRow } from './finish-row.ts'

/** Uncompressed bytes kept in memory for all days and facts together, before the largest buffer is written out. */
const MEMORY = 24 * 1024 * 1024

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
  size: number
  rows: number
  digest: Digest
  objects: string[]
}

/**
 * Writes rows of many days at once within a fixed memory. Objects are named
 * `facts/<fact>/day=<day>/<source>.<stream>.<run>.<segment>-<n>.ndjson.zst` and are invisible until a manifest names them.
 */
export class FactsWriter {
  readonly #lake: Lake
  readonly #name: string
  readonly #buffers = new Map<string, Buffer_>()
  readonly #writes: Promise<void>[] = []
  #size = 0
  #objects = 0

  /** @param name `<source>.<stream>.<run>.<segment>`, unique to one invocation of one run */
  constructor(lake: Lake, name: string) {
    this.#lake = lake
    this.#name = name
  }

  /** Adds a row to the part of `day` (its own day, or for entity streams the day it was read for). */
  add(day: Day, fact: string, { line, content }: Pick<FinishedRow, 'line' | 'content'>): void {
    const id = `${day} ${fact}`
    let buffer = this.#buffers.get(id)
    if (!buffer) {
      buffer = { day, fact, lines: [], size: 0, rows: 0, digest: new Digest(), objects: [] }
      this.#buffers.set(id, buffer)
    }
    buffer.lines.push(line)
    buffer.size += line.length + 1
    buffer.rows += 1
    buffer.digest.add(`${fact} ${content}`)
    this.#size += line.length + 1
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
   * Writes what is still in memory, of the days that `wanted` accepts; the rest is dropped. Returns when all objects
   * are in the lake.
   */
  async finish(wanted: (day: Day) => boolean = () => true): Promise<WrittenFact[]> {
    for (const buffer of this.#buffers.values()) {
      if (!wanted(buffer.day)) this.#drop(buffer)
      else if (buffer.lines.length > 0) this.#flush(buffer)
      if (this.#writes.length >= 16) await Promise.all(this.#writes.splice(0))
    }
    await Promise.all(this.#writes.splice(0))
    return this.summary().filter(({ day }) => wanted(day))
  }

  /** Waits for writes under way, so that a reader of pages cannot outrun the lake. */
  async drain(): Promise<void> {
    await Promise.all(this.#writes.splice(0))
  }

  #flush(buffer: Buffer_): void {
    const key = `facts/${buffer.fact}/day=${buffer.day}/${this.#name}-${this.#objects++}.ndjson.zst`
    const text = `${buffer.lines.join('\n')}\n`
    buffer.objects.push(key)
    this.#drop(buffer)
    this.#writes.push(pack(text).then((bytes) => this.#lake.put(key, bytes)))
  }

  #drop(buffer: Buffer_): void {
    this.#size -= buffer.size
    buffer.lines = []
    buffer.size = 0
  }
}

function largest(buffers: Iterable<Buffer_>): Buffer_ {
  let found: Buffer_ | undefined
  for (const buffer of buffers) if (!found || buffer.size > found.size) found = buffer
  return found!
}
