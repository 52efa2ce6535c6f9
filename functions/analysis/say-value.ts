import type { Metric, Unit } from '../kit/metric.ts'

const number = (value: number, digits = 2) => value.toLocaleString('en', { maximumFractionDigits: digits })

/** A value in words a person reads: `487.7 %`, `12.30 EUR`, `1 h 5 min`. Money comes in minor units. */
export function sayValue(value: number, unit: Unit, currency?: string): string {
  switch (unit) {
    case 'percent':
      return `${number(value)} %`
    case 'money':
      return sayMoney(value, currency)
    case 'seconds':
      return saySeconds(value)
    case 'points':
      return `${number(value)} points`
    case 'days':
      return `${number(value)} ${Math.abs(value) === 1 ? 'day' : 'days'}`
    default:
      return number(value)
  }
}

/** Whether a change of it is told in points: of rates, indexes and scores on a scale. What counts or adds up, in percent. */
export const differsInPoints = ({ unit, kind }: Pick<Metric, 'unit' | 'kind'>): boolean =>
  unit === 'percent' || unit === 'score' || (unit === 'points' && kind === 'ratio')

/** A difference, with its sign; rates differ in points, not in percent. */
export function sayChange(change: number, unit: Unit, currency?: string): string {
  const sign = change > 0 ? '+' : change < 0 ? '−' : '±'
  const size = Math.abs(change)
  return `${sign}${unit === 'percent' ? `${number(size)} points` : sayValue(size, unit, currency)}`
}

function sayMoney(value: number, currency: string | undefined): string {
  if (currency === undefined) return number(value)
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  return `${(value / 10 ** digits).toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${currency}`
}

function saySeconds(value: number): string {
  const size = Math.abs(value)
  if (size < 60) return `${number(value, 1)} s`
  const minutes = Math.round(value / 60)
  if (size < 3_600) return `${minutes} min`
  const hours = Math.trunc(minutes / 60)
  const rest = Math.abs(minutes % 60)
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
}
