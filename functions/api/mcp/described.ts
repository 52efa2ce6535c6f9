import type * as z from 'zod'
import type { MetricDescription } from '../describe-metric.ts'
import { type Ask, read } from './ask.ts'

type Description = z.output<typeof MetricDescription>

/** What every answer about a metric says of it. */
export type Described = Pick<
  Description,
  'title' | 'definition' | 'formula' | 'unit' | 'currency' | 'direction' | 'windows'
> & {
  readonly metric: string
}

/** Asks what a metric means. */
export async function described(ask: Ask, id: string): Promise<Described> {
  const found = await read<Description>(ask, `/v1/metrics/${encodeURIComponent(id)}`)
  const { title, definition, formula, unit, currency, direction, windows } = found
  return {
    metric: id,
    title,
    definition,
    formula,
    unit,
    ...(currency !== undefined && { currency }),
    direction,
    windows,
  }
}
