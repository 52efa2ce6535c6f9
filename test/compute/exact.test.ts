import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { billionths, ofBillionths } from '../../functions/compute/exact.ts'

const ONE = 10n ** 9n
const RUNS = { numRuns: 10_000 }

/** All that fits a DECIMAL(38, 9). */
const decimals = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })
const amounts = fc.oneof(decimals, fc.bigInt({ min: -(10n ** 13n), max: 10n ** 13n }))

/** As DuckDB writes a decimal of so many digits after the point. */
function text(value: bigint, digits = 9): string {
  const all = String(value < 0n ? -value : value).padStart(digits + 1, '0')
  const sign = value < 0n ? '-' : ''
  return digits === 0 ? `${sign}${all}` : `${sign}${all.slice(0, -digits)}.${all.slice(-digits)}`
}

test("a decimal's text is read without loss", () => {
  fc.assert(
    fc.property(amounts, (value) => billionths(text(value)) === value),
    RUNS,
  )
  const fewer = fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.nat(9), (value, digits) => {
    expect(billionths(text(value, digits))).toBe(value * 10n ** BigInt(9 - digits))
  })
  fc.assert(fewer, RUNS)
})

test('the double is the one nearest to the decimal, and that of a whole number is whole', () => {
  const nearest = fc.property(amounts, (value) => {
    expect(ofBillionths(value)).toBe(Number(text(value)) || 0)
  })
  fc.assert(nearest, RUNS)
  const whole = fc.property(fc.maxSafeInteger(), (value) => {
    expect(ofBillionths(BigInt(value) * ONE)).toBe(value || 0)
  })
  fc.assert(whole, RUNS)
})

test('a number of up to 15 digits comes back from its billionths', () => {
  const property = fc.property(fc.integer({ min: -(10 ** 14), max: 10 ** 14 }), fc.nat(9), (whole, digits) => {
    const written = text(BigInt(whole), digits)
    expect(ofBillionths(billionths(written))).toBe(Number(written) || 0)
  })
  fc.assert(property, RUNS)
})

test('sums do not depend on the order, and larger decimals never give smaller doubles', () => {
  const sums = fc.property(fc.array(amounts, { maxLength: 8 }), (values) => {
    const sum = (list: readonly bigint[]) => ofBillionths(list.reduce((all, one) => all + billionths(text(one)), 0n))
    expect(sum(values.toReversed())).toBe(sum(values))
  })
  fc.assert(sums, RUNS)
  const ordered = fc.property(amounts, amounts, (a, b) => {
    const [low, high] = a < b ? [a, b] : [b, a]
    expect(ofBillionths(low)).toBeLessThanOrEqual(ofBillionths(high))
  })
  fc.assert(ordered, RUNS)
})
