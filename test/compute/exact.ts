const DIGITS = 9

/** A number, to 15 digits, as a whole count of billionths: what is added up this way comes out the same in any order. */
export function exact(value: number, digits = DIGITS): bigint {
  const [, sign, whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(
    String(Number(value.toPrecision(15))),
  )!
  const shift = Number(exponent) - fraction.length + digits
  const all = BigInt(whole + fraction)
  const scaled = shift >= 0 ? all * 10n ** BigInt(shift) : rounded(all, 10n ** BigInt(-shift))
  return (sign ? -scaled : scaled) * 10n ** BigInt(DIGITS - digits)
}

/** Half away from zero. */
const rounded = (value: bigint, by: bigint) => (value + by / 2n) / by

/** The number nearest to so many billionths. */
export function inexact(scaled: bigint): number {
  const sign = scaled < 0n ? '-' : ''
  const text = String(scaled < 0n ? -scaled : scaled).padStart(DIGITS + 1, '0')
  return Number(`${sign}${text.slice(0, -DIGITS)}.${text.slice(-DIGITS)}`) || 0
}
