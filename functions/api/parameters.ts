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

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/

/** An RFC 3339 instant. */
export const instantText = (description: string) =>
  text(40)
    .refine((given) => INSTANT.test(given) && isDay(given.slice(0, 10)) && !Number.isNaN(Date.parse(given)), {
      error: ({ input }) =>
        `'${String(input).slice(0, 40)}' is no instant; expected RFC 3339, such as 2026-11-20T04:00:00Z`,
    })
    .meta({ description, format: 'date-time', example: '2026-11-20T04:00:00Z' })

/** The id of a metric. */
export const metricId = text(64)
  .regex(/^[a-z][a-z0-9_]{1,63}$/, 'is no metric id; expected a lower-case letter, then a-z, 0-9 and _')
  .meta({ description: 'id of a metric, as listed by /v1/metrics', example: 'customer_interaction_rate' })

/** How the answer is written; without it, the header Accept decides. */
export const format = z
  .enum(['json', 'csv'], "is no format; expected 'json' or 'csv'")
  .optional()
  .meta({ description: 'how the answer is written; without it, the header Accept decides', example: 'csv' })

/** The most entries of one page. */
export const limit = text(4)
  .refine((given) => /^\d+$/.test(given) && Number(given) >= 1 && Number(given) <= 1_000, {
    error: ({ input }) => `is '${String(input).slice(0, 40)}'; expected a whole number from 1 to 1000`,
  })
  .default('100')
  .meta({ description: 'the most on one page', example: '100' })

/** Where the page before ended. */
export const cursor = text(400)
  .optional()
  .meta({ description: '`next_cursor` of the page before, with its other parameters unchanged; good for a day' })

/** One value of a dimension. */
export const segment = text(200)
  .regex(
    /^[a-z][a-z0-9_]{0,39}:[\x20-\x7e\x80-\uffff]{1,150}$/,
    'is no segment; expected dimension:value, such as channel:email',
  )
  .meta({ description: 'one part of the whole: a dimension and its value', example: 'channel:email' })
