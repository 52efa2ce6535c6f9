import * as z from 'zod'

const NullReason = z.enum([
  'no_data',
  'zero_denominator',
  'below_min_sample',
  'source_missing',
  'not_additive',
  'not_defined_yet',
])

const finality = z.enum(['provisional', 'final'])

const value = {
  value: z.number().nullable().describe('money in minor units; null is "no data", never zero'),
  null_reason: NullReason.optional().describe('why `value` is null'),
  numerator: z.number().nullable().optional(),
  denominator: z.number().nullable().optional(),
}

/** Why a value is null. */
export { NullReason }

/** The stored snapshot, described for callers; the API never rewrites it. */
export const SnapshotBody = z
  .object({
    date: z.string(),
    timezone: z.string(),
    segment: z
      .string()
      .optional()
      .describe('whose values these are, where one was asked for; else they are of the whole'),
    revision: z.int(),
    finality,
    final_on: z.string().nullable().describe('first day on which it can be final; null if it is'),
    computed_at: z.string(),
    metrics: z.record(
      z.string(),
      z.object({
        unit: z.string(),
        currency: z.string().optional(),
        definition_version: z.int(),
        windows: z.record(
          z.string(),
          z.object({
            ...value,
            low_sample: z.boolean().optional().describe('true where there are too few cases to act on a change'),
            finality,
            coverage: z.number().describe('share of the days and streams it rests on that have been read'),
            by: z
              .record(z.string(), z.record(z.string(), z.object(value)))
              .optional()
              .describe('by dimension, then by its value'),
          }),
        ),
      }),
    ),
    sources: z.array(
      z.object({
        id: z.string(),
        status: z.enum(['ok', 'late', 'missing', 'failed']),
        data_through: z.string().nullable(),
        rows: z.int(),
        digest: z.string(),
        people: z
          .object({ named: z.int(), matched: z.int() })
          .optional()
          .describe(
            'people that it had told of by the day, and how many of them another source had told of too; absent where it names nobody, or no other does',
          ),
      }),
    ),
    warnings: z.array(
      z.object({
        code: z.string(),
        source: z.string().optional(),
        stream: z.string().optional(),
        effect: z.string().optional(),
        message: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'Snapshot' })
