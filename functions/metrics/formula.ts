import type { Measure, Metric } from '../kit/metric.ts'

/** What a metric computes, as text, made from its declaration: `Σ interactions.count ÷ customers at the end × 100`. */
export function formula(metric: Metric): string {
  if (metric.kind !== 'ratio') return measureText(metric.measure)
  const quotient = `${operand(metric.numerator)} ÷ ${operand(metric.denominator)}`
  return metric.per === undefined || metric.per === 1 ? quotient : `${quotient} × ${metric.per}`
}

function operand(measure: Measure): string {
  const text = measureText(measure)
  return text.includes(' where ') || text.includes(' with ') || text.includes(' among ') || text.includes(' × ')
    ? `(${text})`
    : text
}

/** One measure as text. */
export function measureText(measure: Measure): string {
  const { name } = measure.fact
  switch (measure.kind) {
    case 'sum':
      return `Σ ${name}.${measure.column}${where(measure.where)}`
    case 'count':
      return `number of ${name}.${measure.column}${where(measure.where)}`
    case 'points':
      return `Σ weight × ${name}.count`
    case 'distinct': {
      const among = measure.among === 'population' ? ' among the customers at the end' : ''
      return `distinct ${name}.${measure.column}${where(measure.where)}${among}`
    }
    case 'repeated': {
      const what = measure.of === 'day' ? 'days' : `${name}.${measure.of}`
      return `distinct ${name}.${measure.column} with ≥ ${measure.times} distinct ${what}${where(measure.where)}`
    }
    case 'population':
      return `${name} at the end`
  }
}

function where(test: object | undefined): string {
  const parts = Object.entries(test ?? {}).map(([column, value]) =>
    Array.isArray(value) ? `${column} in (${value.join(', ')})` : `${column} = ${value}`,
  )
  return parts.length === 0 ? '' : ` where ${parts.join(' and ')}`
}
