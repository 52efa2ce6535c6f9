import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { type Day, dayOf } from '../../kit/day.ts'
import { addPeriods, eachPeriod, type Period, periods, startOfPeriod } from '../../kit/period.ts'
import { type Cohort, type CohortRow, type CohortsRow, keys } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { type CsvTable, tableOf } from '../csv.ts'
import { dayText, format } from '../parameters.ts'
import { problem } from '../problem.ts'
import { readResponses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import type { Api, Serving } from '../serving.ts'
import { NullReason } from '../snapshot-body.ts'
import { storedJson } from '../stored-json.ts'

/** Two years of weeks, ten of months: with ten years of ages, an answer stays below 4 MB. */
const MOST_COHORTS: Readonly<Record<Period, number>> = { week: 104, month: 120 }
const DEFAULT_COHORTS = 12

const finality = z.enum(['provisional', 'final'])

const Cohorts = z
  .object({
    period: z.enum(periods),
    timezone: z.string(),
    regime: z.enum(['contractual', 'inactivity']).describe('what makes somebody count as retained'),
    inactive_days: z.int().optional().describe('`inactivity` only; cohorts look at whole periods instead'),
    definition: z.string().describe('in plain words'),
    from: z.string().describe('first day of the first cohort'),
    to: z.string().describe('first day of the last cohort, which is included'),
    cohorts: z
      .array(z.string())
      .describe("first day of each cohort's week or month; columns below: index = position here"),
    size: z.array(z.int().nullable()).describe('persons whose first time as a customer began in it'),
    size_null_reason: z.array(NullReason.nullable()),
    size_finality: z.array(finality.nullable()).describe('null where the cohort was not computed'),
    size_coverage: z.array(z.number().nullable()),
    retained: z
      .array(z.array(z.int().nullable()))
      .describe('by age: index 0 is their own period; a period that has not ended has no entry'),
    rate: z.array(z.array(z.number().nullable())).describe('retained ÷ size × 100'),
    null_reason: z.array(z.array(NullReason.nullable())).describe('why the rate is null'),
    finality: z.array(z.array(finality)),
    coverage: z.array(z.array(z.number())).describe('share of what the number rests on that has been read'),
    revision: z.array(z.int().nullable()),
    computed_at: z.array(z.string().nullable()),
    corrected_at: z.array(z.string().nullable()).describe('when a number that had been final last changed'),
  })
  .meta({ id: 'Cohorts' })

const DEFINITION = {
  contractual:
    'Persons whose first time as a customer began in the period; of them, who is a customer at the end of the last day of the period so many periods later. Who left and came back counts again.',
  inactivity:
    'Persons whose first time as a customer began in the period; of them, who did something themselves within the period so many periods later. Who was away and came back counts again.',
} as const

/** `GET /v1/cohorts` */
export function cohorts(api: Api, serving: Serving): void {
  const { store, config } = serving
  const route = createRoute({
    method: 'get',
    path: '/v1/cohorts',
    operationId: 'getCohorts',
    summary: 'Retention of those who joined in one week or month, by age; every cohort of the range present',
    ...secured(serving, 'metrics:read', { published: true }),
    request: {
      query: z.strictObject({
        period: z
          .enum(periods, `is no period; expected ${periods.join(' or ')}`)
          .default('week')
          .meta({ description: 'ISO weeks, which begin on Monday, or calendar months' }),
        from: dayText(`a day of the first cohort; ${DEFAULT_COHORTS} cohorts up to \`to\` if absent`).optional(),
        to: dayText('a day of the last cohort, included; the newest that was computed if absent').optional(),
        format,
      }),
    },
    responses: readResponses('The triangle of cohorts.', Cohorts, securedProblems),
  })
  api.openapi(route, async (c) => {
    const query = c.req.valid('query')
    const { period } = query
    const to = query.to === undefined ? await newestCohort(serving, period) : startOfPeriod(query.to as Day, period)
    const from =
      query.from === undefined ? addPeriods(to, 1 - DEFAULT_COHORTS, period) : startOfPeriod(query.from as Day, period)
    const starts = eachPeriod(from, to, period)
    if (starts.length < 1 || starts.length > MOST_COHORTS[period]) {
      const reason =
        starts.length < 1
          ? `${from} is later than 'to', which is in the ${period} of ${to}`
          : `${from} to ${to} are ${starts.length} ${period}s; at most ${MOST_COHORTS[period]}`
      return problem(c, 'invalid-request', {
        detail: 'the range of cohorts is not valid',
        invalidParams: [{ name: 'from', reason }],
      })
    }
    const rows = new Map<string, CohortRow>()
    for await (const row of store.table.query(keys.cohort(period, from).pk, { from, to })) {
      rows.set(row.sk, row as CohortRow)
    }
    const { churn, timezone } = config
    const regime = churn === 'contractual' ? 'contractual' : 'inactivity'
    const body: z.output<typeof Cohorts> = {
      period,
      timezone,
      regime,
      ...(churn !== 'contractual' && { inactive_days: churn.inactiveDays }),
      definition: DEFINITION[regime],
      from,
      to,
      ...columnsOf(starts, rows),
    }
    // Also where all is final: with the next period, every cohort gets another age.
    return answer(c, JSON.stringify(body), 'provisional', { csv: () => triangleTable(body) })
  })
}

const COLUMNS = [
  'period',
  'cohort',
  'age',
  'size',
  'retained',
  'rate',
  'null_reason',
  'finality',
  'coverage',
  'revision',
  'computed_at',
  'corrected_at',
] as const

/** A row for each cohort and age; one without an age for a cohort that was not computed. */
function triangleTable({ period, ...body }: z.output<typeof Cohorts>): CsvTable {
  const rows = body.cohorts.flatMap((cohort, i) => {
    const common = {
      period,
      cohort,
      size: body.size[i],
      revision: body.revision[i],
      computed_at: body.computed_at[i],
      corrected_at: body.corrected_at[i],
    }
    const retained = body.retained[i] ?? []
    if (retained.length === 0) return [{ ...common, null_reason: body.size_null_reason[i] }]
    return retained.map((number, age) => ({
      ...common,
      age,
      retained: number,
      rate: body.rate[i]![age],
      null_reason: body.null_reason[i]![age],
      finality: body.finality[i]![age],
      coverage: body.coverage[i]![age],
    }))
  })
  return tableOf<{ readonly [name in (typeof COLUMNS)[number]]?: unknown }>(COLUMNS, rows)
}

type Columns = Omit<
  z.output<typeof Cohorts>,
  'period' | 'timezone' | 'regime' | 'inactive_days' | 'definition' | 'from' | 'to'
>

/** A cohort that was not computed has no numbers and no ages, for `no_data`. */
function columnsOf(starts: readonly Day[], rows: ReadonlyMap<string, CohortRow>): Columns {
  const found = starts.map((start) => {
    const row = rows.get(start)
    return { row, cohort: row && storedJson<Cohort>(row.body) }
  })
  const named = (final: boolean) => (final ? 'final' : 'provisional')
  const sized = (cohort: Cohort | undefined) => (cohort ? cohort.size_null_reason : 'no_data')
  return {
    cohorts: [...starts],
    size: found.map(({ cohort }) => cohort?.size ?? null),
    size_null_reason: found.map(({ cohort }) => sized(cohort)),
    size_finality: found.map(({ cohort }) => (cohort ? named(cohort.size_final) : null)),
    size_coverage: found.map(({ cohort }) => cohort?.size_coverage ?? null),
    retained: found.map(({ cohort }) => [...(cohort?.retained ?? [])]),
    rate: found.map(({ cohort }) => (cohort ? cohort.retained.map((n) => rateOf(n, cohort.size)) : [])),
    null_reason: found.map(({ cohort }) =>
      cohort ? cohort.null_reason.map((reason) => reason ?? (cohort.size === 0 ? 'zero_denominator' : null)) : [],
    ),
    finality: found.map(({ cohort }) => (cohort?.final ?? []).map(named)),
    coverage: found.map(({ cohort }) => [...(cohort?.coverage ?? [])]),
    revision: found.map(({ row }) => row?.revision ?? null),
    computed_at: found.map(({ row }) => row?.computed_at ?? null),
    corrected_at: found.map(({ row }) => row?.corrected_at ?? null),
  }
}

const rateOf = (retained: number | null, size: number | null) =>
  retained === null || size === null || size === 0 ? null : (retained * 100) / size

/** The newest cohort in the table; before the first, that of the newest period that has ended. */
async function newestCohort({ store, config, now }: Serving, period: Period): Promise<Day> {
  const { pk, sk } = keys.cohorts()
  const known = (await store.table.get(pk, sk)) as CohortsRow | undefined
  const today = dayOf(now().getTime(), config.timezone)
  return known?.last[period] ?? addPeriods(startOfPeriod(today, period), -1, period)
}
