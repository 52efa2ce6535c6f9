const locale = () => globalThis.navigator?.language || 'en'

const MS_PER_DAY = 86_400_000

const utc = (day) => new Date(`${day}T00:00:00Z`)

/** `Thu, 19 Nov 2026`. */
export function dayText(day, language = locale()) {
  return utc(day).toLocaleDateString(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  })
}

/** An instant in the reader's own time. */
export function instantText(instant, language = locale()) {
  return new Date(instant).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' })
}

export function addDays(day, count) {
  return new Date(utc(day).getTime() + count * MS_PER_DAY).toISOString().slice(0, 10)
}

/** Digits after the point that a reader can use: the larger the number, the fewer. */
function digits(value, exact) {
  if (exact) return 4
  const size = Math.abs(value)
  return size >= 1_000 ? 0 : size >= 100 ? 1 : 2
}

export function numberText(value, { exact = false, language = locale() } = {}) {
  return value.toLocaleString(language, { maximumFractionDigits: digits(value, exact) })
}

/** Money comes in minor units; how many make a major one depends on the currency. */
function moneyText(minor, currency, { exact, language }) {
  const usual = new Intl.NumberFormat(language, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits
  const major = minor / 10 ** usual
  const fraction = !exact && Math.abs(major) >= 10_000 ? 0 : usual
  return major.toLocaleString(language, {
    style: 'currency',
    currency,
    minimumFractionDigits: fraction,
    maximumFractionDigits: fraction,
  })
}

function durationText(seconds, { language }) {
  const sign = seconds < 0 ? '−' : ''
  const whole = Math.round(Math.abs(seconds))
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor((whole % 86_400) / 3_600), 'h'],
    [Math.floor((whole % 3_600) / 60), 'min'],
    [whole % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return '0 s'
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0)
  return sign + shown.map(([count, unit]) => `${count.toLocaleString(language)} ${unit}`).join(' ')
}

/** A value in its unit, as people write it. `exact` keeps what a tile would round away. */
export function valueText(value, { unit, currency }, { exact = false, language = locale() } = {}) {
  const options = { exact, language }
  switch (unit) {
    case 'money':
      return moneyText(value, currency, options)
    case 'percent':
      return (value / 100).toLocaleString(language, {
        style: 'percent',
        maximumFractionDigits: digits(value, exact),
      })
    case 'seconds':
      return durationText(value, options)
    case 'days':
      return `${numberText(value, options)} ${value === 1 ? 'day' : 'days'}`
    default:
      return numberText(value, options)
  }
}

/** A share of one as percent; what is not all never reads as 100 %. */
export function shareText(share, language = locale()) {
  const rounded = share < 1 ? Math.min(share, 0.999) : share
  return rounded.toLocaleString(language, {
    style: 'percent',
    maximumFractionDigits: share > 0.99 && share < 1 ? 1 : 0,
  })
}

/** `1000 ÷ 200 × 100 = 500 %`; null for what is no ratio, or has no value. */
export function arithmeticText({ value, numerator, denominator }, metric, language = locale()) {
  if (value === null || numerator === null || denominator === null) return null
  if (numerator === undefined || denominator === undefined) return null
  const options = { exact: true, language }
  const top = metric.unit === 'money' ? valueText(numerator, metric, options) : numberText(numerator, options)
  const per = (metric.per ?? 1) === 1 ? '' : ` × ${numberText(metric.per, options)}`
  return `${top} ÷ ${numberText(denominator, options)}${per} = ${valueText(value, metric, options)}`
}
