import * as z from 'zod'
import { isDay } from '../kit/day.ts'

const once = () =>
  z.string({
    error: ({ input }) => (Array.isArray(input) ? 'is given more than once; expected it once' : 'is missing'),
  })

/** A parameter given once, of at most `max` characters. */
export const text = (max: number) => once().max(max, `is longer than ${max} characters`)

/** A calendar day. */
export const dayText = (description: string) =>
  once()
    .refine(isDay, {
      error: ({ input }) =>
        `'${String(input).slice(0, 40)}' is no day; expected an existing YYYY-MM-DD from 1900 to 2199, such as 2026-11-19`,
    })
    .meta({ description, format: 'date', example: '2026-11-19' })

/** The id of a metric. */
export const metricId = text(64)
  .regex(/^[a-z][a-z0-9_]{1,63}$/, 'is no metric id; expected a lower-case letter, then a-z, 0-9 and _')
  .meta({ description: 'id of a metric, as listed by /v1/metrics', example: 'customer_interaction_rate' })
