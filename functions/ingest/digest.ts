import { hash } from 'node:crypto'

const MODULUS = 1n << 128n

/**
 * A digest of a set of rows in which order does not matter and repetition does: the sum of the rows' SHA-256 values,
 * cut to 128 bits, modulo 2^128. Rows can be added as they stream by, and sums of parts added up.
 */
export class Digest {
  #sum: bigint

  constructor(text = '') {
    this.#sum = text === '' ? 0n : BigInt(`0x${text}`)
  }

  add(row: string): void {
    this.#sum = (this.#sum + BigInt(`0x${hash('sha256', row, 'hex').slice(0, 32)}`)) % MODULUS
  }

  merge(other: string): void {
    this.#sum = (this.#sum + BigInt(`0x${other}`)) % MODULUS
  }

  /** 32 hexadecimal digits. */
  toString(): string {
    return this.#sum.toString(16).padStart(32, '0')
  }
}
