/** SQL type of values: exact to nine digits after the point, whatever the order of addition. */
export const EXACT = 'DECIMAL(38, 9)'

const DIGITS = 9
const ONE = 10n ** BigInt(DIGITS)

/** A decimal's text, as a whole number of billionths. */
export function billionths(text: string): bigint {
  const [whole, fraction = ''] = text.split('.') as [string, string?]
  return BigInt(whole + fraction.padEnd(DIGITS, '0'))
}

/** The double nearest to so many billionths. */
export function ofBillionths(value: bigint): number {
  if (value % ONE === 0n) return Number(value / ONE)
  const digits = (value < 0n ? -value : value).toString().padStart(DIGITS + 1, '0')
  return Number(`${value < 0n ? '-' : ''}${digits.slice(0, -DIGITS)}.${digits.slice(-DIGITS)}`)
}
