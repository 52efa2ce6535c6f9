import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { type CampaignEffect, campaignEffect, type DayValue } from '../../analysis/campaign.ts'
import { sayCampaign } from '../../analysis/say-campaign.ts'
import { segmentValue } from '../../analysis/segment-value.ts'
import { type Day, daysBetween } from '../../kit/day.ts'
import type { Metric } from '../../kit/metric.ts'
import { windowsOf } from '../../kit/windows-of.ts'
import { inBatches } from '../../store/in-batches.ts'
import { readSnapshot } from '../../store/read-snapshot.ts'
import { type Annotation, keys, type RangeRow } from '../../store/rows.ts'
import { AnnotationBody, annotationId } from '../annotation-body.ts'
import { annotationsBetween, readAnnotation } from '../annotations.ts'
import { answer } from '../answer.ts'
import { tableOf } from '../csv.ts'
import { format, metricId, text } from '../parameters.ts'
import { problem } from '../problem.ts'
import { readResponses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import { readSeries } from '../series.ts'
import type { Api, Serving } from '../serving.ts'
import { metricProblems, unknownMetric } from '../unknown-metric.ts'
import { unknownAnnotation } from './annotations.ts'

/** Days of a campaign whose effect can be told: by channel, each costs the reading of three snapshots. */
const MOST_DAYS = 92

const Period = z
  .object({
    dates: z.array(z.string()).describe('those without a value too'),
    mean: z.number().nullable().describe('of the days that have a value'),
    days_with_value: z.int(),
    provisional: z.int().describe('days with a value that may still change'),
    partly_covered: z.int().describe('days with a value that rests on less than all'),
  })
  .meta({ id: 'EffectPeriod' })

const Difference = z
  .object({
    mean: z.number().nullable().describe('of the differences of days that have a value in both periods'),
    standard_error: z.number().nullable().describe('of that mean; null below two pairs'),
    pairs: z.int(),
  })
  .meta({ id: 'EffectDifference' })

const Effect = z
  .object({
    annotation: AnnotationBody,
    metric: z.string(),
    unit: z.string(),
    currency: z.string().optional(),
    window: z.string(),
    timezone: z.string(),
    channel: z.string().nullable().describe('the channel that is looked at; null for all of the metric'),
    before: Period,
    during: Period,
    after: Period,
    during_minus_before: Difference,
    after_minus_before: Difference,
    overlapping: z.array(AnnotationBody).describe('other annotations on the days that are compared'),
    sentence: z.string().describe('the same in plain words'),
  })
  .meta({ id: 'Effect' })

/** `GET /v1/annotations/{id}/effect` */
export function effect(api: Api, serving: Serving): void {
  const { store, config, metrics } = serving
  const route = createRoute({
    method: 'get',
    path: '/v1/annotations/{id}/effect',
    operationId: 'getEffect',
    summary: 'What a metric was before, during and after, weekday by weekday',
    ...secured(serving, 'metrics:read', { published: true }),
    request: {
      params: z.object({ id: annotationId }),
      query: z.strictObject({
        metric: metricId,
        window: text(10)
          .refine((given) => given === '1d', 'does not do: longer windows share days; expected 1d')
          .default('1d')
          .meta({ description: 'daily values only', enum: ['1d'] }),
        format,
      }),
    },
    responses: readResponses('Before, during and after.', Effect, [
      ...securedProblems,
      'unknown-annotation',
      ...metricProblems,
    ]),
  })
  api.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    const { metric: wanted, window } = c.req.valid('query')
    const metric = metrics.find((one) => one.id === wanted)
    if (!metric) return unknownMetric(c, serving, wanted)
    const annotation = await readAnnotation(store.table, id)
    if (!annotation) return unknownAnnotation(c, id)
    const { date_from, date_to } = annotation
    const refused = (name: string, reason: string) =>
      problem(c, 'invalid-request', { detail: 'there is no effect to tell', invalidParams: [{ name, reason }] })
    if (!windowsOf(metric, config).includes(1))
      return refused(
        'metric',
        `${wanted} has no daily values here: add 1 to the config's windows, or choose a metric that has them`,
      )
    const days = daysBetween(date_from, date_to) + 1
    if (days > MOST_DAYS) return refused('id', `the annotation spans ${days} days; at most ${MOST_DAYS}`)
    const channel = annotation.channel !== null && metric.by?.includes('channel') ? annotation.channel : null
    const compared = datesOf(campaignEffect(date_from, date_to, []))
    const points = await readPoints(serving, metric, channel, compared)
    const told = campaignEffect(date_from, date_to, points)
    const overlapping = await others(serving, annotation, compared)
    const currency = metric.unit === 'money' ? config.currency : undefined
    const titles = overlapping.map(({ title }) => title)
    const body: z.output<typeof Effect> = {
      annotation: toBody(annotation),
      metric: wanted,
      unit: metric.unit,
      ...(currency !== undefined && { currency }),
      window,
      timezone: config.timezone,
      channel,
      before: { ...told.before, dates: [...told.before.dates] },
      during: { ...told.during, dates: [...told.during.dates] },
      after: { ...told.after, dates: [...told.after.dates] },
      during_minus_before: told.during_minus_before,
      after_minus_before: told.after_minus_before,
      overlapping: overlapping.map(toBody),
      sentence: sayCampaign(told, { metric, currency, channel, overlapping: titles }),
    }
    // Annotations come and go, so it is never kept for long.
    return answer(c, JSON.stringify(body), 'provisional', { csv: () => tableOf(COLUMNS, rowsOf(body)) })
  })
}

const COLUMNS = [
  'annotation',
  'metric',
  'channel',
  'unit',
  'currency',
  'period',
  'date_from',
  'date_to',
  'days_with_value',
  'mean',
  'difference',
  'standard_error',
  'provisional',
  'partly_covered',
] as const

/** A row for each period; the difference is that from the days before. */
function rowsOf({ annotation, metric, channel, unit, currency, ...body }: z.output<typeof Effect>) {
  const row = (period: 'before' | 'during' | 'after', against: z.output<typeof Difference> | null) => {
    const { dates, ...said } = body[period]
    const ends = { date_from: dates[0], date_to: dates.at(-1) }
    const { mean: difference, standard_error } = against ?? { mean: null, standard_error: null }
    return {
      annotation: annotation.id,
      metric,
      channel,
      unit,
      currency,
      period,
      ...ends,
      ...said,
      difference,
      standard_error,
    }
  }
  return [row('before', null), row('during', body.during_minus_before), row('after', body.after_minus_before)]
}

const datesOf = ({ before, during, after }: CampaignEffect) => [...before.dates, ...during.dates, ...after.dates]

/** The values of those days: one query for the whole metric, one snapshot a day for a channel of it. */
async function readPoints(
  { store }: Serving,
  metric: Metric,
  channel: string | null,
  dates: readonly Day[],
): Promise<DayValue[]> {
  if (channel === null) {
    const range = { from: dates[0]!, to: dates.at(-1)! }
    const columns = await readSeries(store.table, { metric: metric.id, window: '1d', ...range })
    return columns.date.map((date, i) => ({
      day: date as Day,
      value: columns.value[i] ?? null,
      finality: columns.finality[i] ?? null,
      coverage: columns.coverage[i] ?? null,
    }))
  }
  const { pk, sk } = keys.range()
  const range = (await store.table.get(pk, sk)) as RangeRow | undefined
  const points: DayValue[] = []
  let named = false
  await inBatches(
    dates.filter((day) => range && range.from <= day && day <= range.to),
    async (day) => {
      const whole = (await readSnapshot(store, day))?.metrics[metric.id]?.windows['1d']
      if (!whole) return
      named ||= whole.by?.channel?.[channel] !== undefined
      points.push({
        day,
        value: segmentValue(metric, whole, 'channel', channel).value,
        finality: whole.finality,
        coverage: whole.coverage,
      })
    },
  )
  // Nothing says that anything reports a channel which is named on none of the days: not known, rather than 0.
  return named ? points : points.map((point) => ({ ...point, value: null }))
}

/** Other annotations that touch one of the days. */
async function others({ store }: Serving, { id }: Annotation, dates: readonly Day[]): Promise<Annotation[]> {
  const found: Annotation[] = []
  for await (const other of annotationsBetween(store.table, { from: dates[0]!, to: dates.at(-1)! })) {
    if (other.id !== id && dates.some((day) => other.date_from <= day && day <= other.date_to)) found.push(other)
  }
  return found
}

const toBody = (annotation: Annotation) => ({ ...annotation, tags: [...annotation.tags] })
