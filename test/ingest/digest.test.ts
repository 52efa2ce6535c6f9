import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Digest } from '../../functions/ingest/digest.ts'

function digestOf(rows: readonly string[]): string {
  const digest = new Digest()
  for (const row of rows) digest.add(row)
  return digest.toString()
}

test('order does not matter, nor where rows were added up', () => {
  fc.assert(
    fc.property(
      fc
        .array(fc.string())
        .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }), fc.nat())),
      ([rows, shuffled, at]) => {
        const merged = new Digest()
        const cut = at % (rows.length + 1)
        merged.merge(digestOf(shuffled.slice(cut)))
        merged.merge(digestOf(shuffled.slice(0, cut)))
        expect(merged.toString()).toBe(digestOf(rows))
        expect(digestOf(rows)).toMatch(/^[0-9a-f]{32}$/)
      },
    ),
  )
})

test('another row, or one more of the same, is another digest', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.string(), fc.string(), (rows, one, other) => {
      expect(digestOf([...rows, one])).not.toBe(digestOf(rows))
      expect(digestOf([...rows, one, one])).not.toBe(digestOf([...rows, one]))
      if (one !== other) expect(digestOf([...rows, one])).not.toBe(digestOf([...rows, other]))
    }),
  )
})

test('is the sum of SHA-256 values, cut to 128 bits', () => {
  expect(digestOf([])).toBe('0'.repeat(32))
  // SHA-256 of the empty text begins so: FIPS 180-4.
  expect(digestOf([''])).toBe('e3b0c44298fc1c149afbf4c8996fb924')
  expect(digestOf(['', ''])).toBe('c761888531f8382935f7e99132df7248')
})
