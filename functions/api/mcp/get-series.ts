import * as z from 'zod'
import type { SeriesColumns } from '../series.ts'
import { Refusal, read } from './ask.ts'
import { described } from './described.ts'
import { dayInput, metric as metricInput, pathOf, window as windowInput } from './inputs.ts'
import { pointsOf } from './points.ts'
import { tool } from './tool.ts'

/** What a model can take in. */
const MOST_POINTS = 400

interface Series {
  readonly timezone: string
  readonly window: string
  readonly granularity: string
  readonly from: string
  readonly to: string
  readonly columns: SeriesColumns
  readonly annotations: readonly object[]
  readonly comparison?: { readonly from: string; readonly to: string; readonly summary: object }
}

export const getSeries = tool({
  name: 'get_series',
  title: 'Get a series',
  description: `One metric over a range of days: 'points' are complete, 'latest' is the newest of them, 'in_progress' can still change and must not be read as a drop. At most ${MOST_POINTS} points. 'comparison' compares like with like: only days that are final in both ranges. 'annotations' say what was noted for those days: campaigns, outages.`,
  input: z.strictObject({
    metric: metricInput,
    from: dayInput('first day; 28 days up to `to` if absent'),
    to: dayInput('last day, included; the newest day if absent'),
    window: windowInput,
    granularity: z.enum(['day', 'week', 'month', 'quarter']).optional(),
    compare: z
      .string()
      .max(40)
      .describe('previous_period, previous_year, same_weekday_last_year or YYYY-MM-DD..YYYY-MM-DD')
      .optional(),
  }),
  async answer({ metric, ...question }, ask) {
    const about = await described(ask, metric)
    const path = `/v1/metrics/${encodeURIComponent(metric)}/series`
    const { columns, comparison, annotations, ...series } = await read<Series>(ask, pathOf(path, question))
    const { length } = columns.date
    if (length > MOST_POINTS) {
      throw new Refusal(`that are ${length} points; at most ${MOST_POINTS}: ask for fewer days, or for weeks or months`)
    }
    const { timezone, window, granularity, from, to } = series
    const compared = comparison && { from: comparison.from, to: comparison.to, summary: comparison.summary }
    return {
      ...about,
      timezone,
      window,
      granularity,
      from,
      to,
      ...pointsOf(columns),
      ...(compared && { comparison: compared }),
      annotations,
    }
  },
})
