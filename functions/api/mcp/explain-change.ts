import * as z from 'zod'
import { type Ask, Refusal, read } from './ask.ts'
import { described } from './described.ts'
import { dayInput, metric as metricInput, pathOf, window as windowInput } from './inputs.ts'
import { type Point, pointsOf } from './points.ts'
import { tool } from './tool.ts'

interface Explained {
  readonly timezone: string
  readonly window: string
  readonly current: { readonly finality: Point['finality'] }
  readonly baseline: { readonly finality: Point['finality'] }
}

export const explainChange = tool({
  name: 'explain_change',
  title: 'Explain a change',
  description:
    "Why a metric changed between two days: parts that add up to the change, and a sentence. Without a date it explains the newest complete day. The explanation stands under 'latest' if both days are complete, else under 'in_progress': then the change may come of data that is still missing.",
  input: z.strictObject({
    metric: metricInput,
    date: dayInput('the later day; the newest complete day of the last 28 if absent'),
    against: z
      .string()
      .max(40)
      .describe('the earlier day: previous_period (if absent), previous_year, same_weekday or YYYY-MM-DD')
      .optional(),
    window: windowInput,
    by: z.string().max(64).describe("dimension to split by, such as channel; 'none' for none").optional(),
    as_of: z.string().max(40).describe('take the earlier day as it was known at that instant (RFC 3339)').optional(),
  }),
  async answer({ metric, date, window, ...question }, ask) {
    const about = await described(ask, metric)
    const day = date ?? (await newestComplete(ask, metric, window))
    const path = pathOf(`/v1/metrics/${encodeURIComponent(metric)}/explain`, { ...question, date: day, window })
    const found = await read<Explained>(ask, path)
    const complete = found.current.finality === 'final' && found.baseline.finality === 'final'
    return {
      ...about,
      timezone: found.timezone,
      window: found.window,
      latest: complete ? found : null,
      in_progress: complete ? null : found,
    }
  },
})

async function newestComplete(ask: Ask, metric: string, window: string | undefined): Promise<string> {
  const path = pathOf(`/v1/metrics/${encodeURIComponent(metric)}/series`, { window })
  const { columns } = await read<{ columns: Parameters<typeof pointsOf>[0] }>(ask, path)
  const { latest } = pointsOf(columns)
  if (!latest)
    throw new Refusal(`no day of the last ${columns.date.length} is complete; name a date to have one explained`)
  return latest.date
}
