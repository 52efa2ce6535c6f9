import type { Measure, Metric, Test } from '../kit/metric.ts'

/** What a metric computes, as text, made from its declaration: `Σ interactions.count ÷ customers at the end × 100`. */
export function formula(metric: Metric): string {
  if (metric.kind === 'score')
    return 'Σ weight × indicator ÷ Σ weight, each indicator from 0 at its floor to 100 at its target'
  if (metric.kind !== 'ratio') return measureText(metric.measure)
  const quotient = `${operand(metric.numerator)} ÷ ${operand(metric.denominator)}`
  return metric.per === undefined || metric.per === 1 ? quotient : `${quotient} × ${metric.per}`
}

function operand(measure: Measure): string {
  const text = measureText(measure)
  return / (where|with|among|of|×) /.test(text) ? `(${text})` : text
}

/** One measure as text. */
export function measureText(measure: Measure): string {
  const { name } = measure.fact
  const test = where(measure.where)
  const on = 'on' in measure ? ` by ${measure.on}` : ''
  switch (measure.kind) {
    case 'sum':
      return `Σ ${name}.${measure.column}${on}${test}`
    case 'count':
      return `number of ${name}.${measure.column}${on}${test}`
    case 'points':
      return `Σ weight × ${name}.count`
    case 'joined':
      return `${name} whose first spell began`
    case 'distinct': {
      const among = measure.among === 'population' ? ' among the customers at the end' : ''
      const mean = measure.mean === 'day' ? 'mean daily ' : ''
      return `${mean}distinct ${name}.${measure.column}${test}${among}`
    }
    case 'repeated': {
      const what = measure.of === 'day' ? 'days' : `${name}.${measure.of}`
      return `distinct ${name}.${measure.column} with ≥ ${measure.times} distinct ${what}${test}`
    }
    case 'newest':
      return `Σ newest ${name}.${measure.column} of ${name} published in the window with ${measure.having}`
    case 'left':
      return `${name} lost and not back by the end`
    case 'cohort':
      return `${name} just before the window`
    case 'lost':
      return `${name} just before the window with none at the end`
    case 'kept':
      return `${name} just before the window with one at the end`
    case 'quantile':
      return `${quantileName(measure.q)} of ${name}.${measure.column}${on}${test}`
    case 'unique':
      return `${name}.${measure.column} of the window as the vendor counts it`
    case 'population':
      return `${name} at the end`
    case 'tenure':
      return measure.q === undefined
        ? `Σ days of the ${name} at the end`
        : `${quantileName(measure.q)} of days of the ${name} at the end`
    case 'open':
      return `${name} with ${measure.from} and no ${measure.until} at the end`
    case 'latest':
      return `Σ newest ${name}.${measure.column} of each ${measure.per.join(', ')}, at most ${measure.within} days old${test}`
  }
}

const quantileName = (q: number) => (q === 0.5 ? 'median' : `${q * 100} % quantile`)

function where(tests: Readonly<Record<string, Test>> | undefined): string {
  const parts = Object.entries(tests ?? {}).map(([column, test]) => {
    if (typeof test === 'object' && 'known' in test) return `${column} is known`
    return Array.isArray(test) ? `${column} in (${test.join(', ')})` : `${column} = ${test}`
  })
  return parts.length === 0 ? '' : ` where ${parts.join(' and ')}`
}
