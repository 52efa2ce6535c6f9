const MS_PER_DAY = 86_400_000

/** What a value is a value of. */
export interface Unit {
  readonly unit: string
  /** ISO 4217, of money. */
  readonly currency?: string
}

const utc = (day: string) => new Date(`${day}T00:00:00Z`)

/** The day so many days later; `day` is YYYY-MM-DD. */
export function addDays(day: string, count: number): string {
  return new Date(utc(day).getTime() + count * MS_PER_DAY).toISOString().slice(0, 10)
}

/** How many days from one to the other. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((utc(to).getTime() - utc(from).getTime()) / MS_PER_DAY)

/** Minor units that make a major one. */
export const minorUnits = (currency: string): number =>
  10 ** (new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2)

/** Digits after the point that a reader can use: the larger the number, the fewer. */
function digits(value: number, exact: boolean): number {
  if (exact) return 4
  const size = Math.abs(value)
  return size >= 1_000 ? 0 : size >= 100 ? 1 : 2
}

export type Format = ReturnType<typeof formatIn>

/** Writes numbers, days and instants as readers of a language do. `exact` keeps what a tile would round away. */
export function formatIn(language: string) {
  const plain = (value: number, more: Intl.NumberFormatOptions) => value.toLocaleString(language, more)

  const isPersian = new Intl.DateTimeFormat(language).resolvedOptions().calendar === 'persian'

  /** Where text runs from right to left, Intl puts this before a sign, which keeps it before its number. */
  const mark = plain(-1, {}).startsWith('\u200e') ? '\u200e' : ''

  const number = (value: number, exact = false) => plain(value, { maximumFractionDigits: digits(value, exact) })

  const inUnit = (value: number, unit: string, exact = false) =>
    plain(value, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits(value, exact) })

  /** Comes in minor units. */
  function money(minor: number, currency: string, exact: boolean): string {
    const usual = Math.log10(minorUnits(currency))
    const major = minor / minorUnits(currency)
    const fraction = !exact && Math.abs(major) >= 10_000 ? 0 : usual
    return plain(major, {
      style: 'currency',
      currency,
      minimumFractionDigits: fraction,
      maximumFractionDigits: fraction,
    })
  }

  /** The two largest units of it. */
  function duration(seconds: number): string {
    const sign = seconds < 0 ? `${mark}−` : ''
    const whole = Math.round(Math.abs(seconds))
    const parts: [number, string][] = [
      [Math.floor(whole / 86_400), 'day'],
      [Math.floor((whole % 86_400) / 3_600), 'hour'],
      [Math.floor((whole % 3_600) / 60), 'minute'],
      [whole % 60, 'second'],
    ]
    const first = parts.findIndex(([count]) => count > 0)
    if (first < 0) return inUnit(0, 'second')
    const shown = parts.slice(first, first + 2).filter(([count]) => count > 0)
    return sign + shown.map(([count, unit]) => inUnit(count, unit)).join(' ')
  }

  function value(given: number, { unit, currency = 'XXX' }: Unit, exact = false): string {
    switch (unit) {
      case 'money':
        return money(given, currency, exact)
      case 'percent':
        return plain(given / 100, { style: 'percent', maximumFractionDigits: digits(given, exact) })
      case 'seconds':
        return duration(given)
      case 'days':
        return inUnit(given, 'day', exact)
      default:
        return number(given, exact)
    }
  }

  const signed = (given: number, written: (size: number) => string) =>
    `${mark}${given > 0 ? '+' : given < 0 ? '−' : '±'}${written(Math.abs(given))}`

  return {
    language,
    number,
    value,

    /** `Thu, 19 Nov 2026`, in the calendar of the language. */
    day: (day: string) => {
      const parts = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const
      const weekday = { weekday: 'short', timeZone: 'UTC' } as const
      // The Persian pattern with a weekday in it is in an order that nobody writes: `1405 Aban 28, Thursday`.
      return isPersian
        ? `${utc(day).toLocaleDateString(language, weekday)} ${utc(day).toLocaleDateString(language, parts)}`
        : utc(day).toLocaleDateString(language, { ...weekday, ...parts })
    },

    /** `19 Nov`. */
    shortDay: (day: string) =>
      utc(day).toLocaleDateString(language, { day: 'numeric', month: 'short', timeZone: 'UTC' }),

    /** `Nov 2026`. */
    month: (day: string) => utc(day).toLocaleDateString(language, { month: 'short', year: 'numeric', timeZone: 'UTC' }),

    /** An instant in the reader's own time. */
    instant: (instant: string) =>
      new Date(instant).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' }),

    /** A difference of values in their unit, with its sign; of percentages it is in points, written as a number. */
    difference: (given: number, unit: Unit, exact = false) =>
      signed(given, (size) => (unit.unit === 'percent' ? number(size, exact) : value(size, unit, exact))),

    /** `+12 %`, from 12. */
    change: (percent: number) =>
      signed(percent, (size) => plain(size / 100, { style: 'percent', maximumFractionDigits: size >= 10 ? 0 : 1 })),

    /** A share of one as percent; what is not all never reads as 100 %. */
    share: (share: number) =>
      plain(share < 1 ? Math.min(share, 0.999) : share, {
        style: 'percent',
        maximumFractionDigits: share > 0.99 && share < 1 ? 1 : 0,
      }),

    /** `1000 ÷ 200 × 100 = 500 %`; null for what is no ratio, or has no value. */
    arithmetic: (
      point: { value: number | null; numerator?: number | null; denominator?: number | null },
      metric: Unit & { per?: number },
    ): string | null => {
      if (point.value === null || typeof point.numerator !== 'number' || typeof point.denominator !== 'number')
        return null
      const top = metric.unit === 'money' ? value(point.numerator, metric, true) : number(point.numerator, true)
      const per = (metric.per ?? 1) === 1 ? '' : ` × ${number(metric.per ?? 1, true)}`
      return `${top} ÷ ${number(point.denominator, true)}${per} = ${value(point.value, metric, true)}`
    },

    /** Names joined as a sentence joins them. */
    list: (names: readonly string[]) => new Intl.ListFormat(language, { type: 'conjunction' }).format(names),

    /** How long ago, or in how long. */
    relative: (instant: string, now: Date) => {
      const seconds = (new Date(instant).getTime() - now.getTime()) / 1000
      const [size, unit] =
        Math.abs(seconds) < 5400
          ? ([60, 'minute'] as const)
          : Math.abs(seconds) < 129_600
            ? ([3600, 'hour'] as const)
            : ([86_400, 'day'] as const)
      return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.round(seconds / size), unit)
    },
  }
}
