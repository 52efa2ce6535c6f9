import { hash } from 'node:crypto'

/**
 * Which records a run has met, in memory that a set of texts would take four times over: the first 64 bits of each
 * one's SHA-256, in the order in which they came, and a table of open addresses that finds them.
 */
export class SeenRecords {
  /** Two words for each record. */
  #words = new Uint32Array(2_048)
  /** Position in `#words`, halved, plus one; 0 is free. At most half full. */
  #slots = new Uint32Array(2_048)
  #size = 0

  /** @param earlier what `since` returned in earlier invocations of the run */
  constructor(earlier: readonly string[] = []) {
    for (const text of earlier) {
      const bytes = Buffer.from(text, 'base64')
      for (let at = 0; at < bytes.length; at += 8) this.#add(bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4))
    }
  }

  /** How many different records there are. */
  get size(): number {
    return this.#size
  }

  /** Remembers a record; false if it was met before. */
  add(record: string): boolean {
    const digest = hash('sha256', record, 'hex')
    return this.#add(Number.parseInt(digest.slice(0, 8), 16), Number.parseInt(digest.slice(8, 16), 16))
  }

  /** Those after the first `size`, for the next invocation. */
  since(size: number): string {
    const words = this.#words.subarray(2 * size, 2 * this.#size)
    return Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString('base64')
  }

  #add(low: number, high: number): boolean {
    if (2 * this.#size >= this.#slots.length) this.#grow()
    const slot = this.#slotOf(low, high)
    if (this.#slots[slot] !== 0) return false
    this.#words.set([low, high], 2 * this.#size)
    this.#slots[slot] = ++this.#size
    return true
  }

  /** Where the record is, or the free slot where it belongs. */
  #slotOf(low: number, high: number): number {
    const mask = this.#slots.length - 1
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot]!
      if (found === 0) return slot
      if (this.#words[2 * found - 2] === low && this.#words[2 * found - 1] === high) return slot
    }
  }

  #grow(): void {
    const words = new Uint32Array(2 * this.#words.length)
    words.set(this.#words)
    this.#words = words
    this.#slots = new Uint32Array(2 * this.#slots.length)
    for (let n = 0; n < this.#size; n++) this.#slots[this.#slotOf(words[2 * n]!, words[2 * n + 1]!)] = n + 1
  }
}
