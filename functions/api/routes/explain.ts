import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { type Explained, explain as explainChange, type Side } from '../../analysis/explain.ts'
import { restatedParts } from '../../analysis/restated.ts'
import { sayExplained } from '../../analysis/say-change.ts'
import { differsInPoints } from '../../analysis/say-value.ts'
import { addDays, type Day, isDay } from '../../kit/day.ts'
import type { Metric } from '../../kit/metric.ts'
import { windowsOf } from '../../kit/windows-of.ts'
import { collectRows } from '../../store/collect-rows.ts'
import { readSnapshot } from '../../store/read-snapshot.ts'
import { keys, type RevisionRow, type Snapshot, type WindowValue, windowName } from '../../store/rows.ts'
import { AnnotationBody } from '../annotation-body.ts'
import { annotationsBetween } from '../annotations.ts'
import { answer } from '../answer.ts'
import { tableOf } from '../csv.ts'
import { newestDay } from '../newest-day.ts'
import { dayText, format, instantText, metricId, text } from '../parameters.ts'
import { problem } from '../problem.ts'
import { readResponses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import type { Api, Serving } from '../serving.ts'
import { NullReason } from '../snapshot-body.ts'
import { metricProblems, unknownMetric } from '../unknown-metric.ts'
import { yearBefore } from '../year-before.ts'
import { describeRevision, RevisionBody } from './revisions.ts'
import { whichExist } from './snapshot.ts'

const AGAINST = ['previous_period', 'previous_year', 'same_weekday'] as const

const Part = z
  .object({
    kind: z.enum(['input', 'segment_mix', 'segment_rate', 'missing_data', 'revision', 'definition']),
    key: z.string().describe('the input, segment or source'),
    contribution: z.number().describe('of the unit of the change'),
  })
  .meta({ id: 'ExplainedPart' })

const SideBody = z
  .object({
    date: z.string(),
    value: z.number().nullable(),
    null_reason: NullReason.optional(),
    numerator: z.number().nullable().optional(),
    denominator: z.number().nullable().optional(),
    finality: z.enum(['provisional', 'final']),
    coverage: z.number(),
    revision: z.int(),
    definition_version: z.int(),
  })
  .meta({ id: 'ExplainedSide' })

const ExplainedBody = z
  .object({
    metric: z.string(),
    unit: z.string(),
    currency: z.string().optional(),
    window: z.string(),
    timezone: z.string(),
    current: SideBody,
    baseline: SideBody,
    change: z.number().nullable().describe('current less baseline; of a percentage, in points'),
    change_pct: z.number().nullable().describe('of what counts or adds up: the change per 100 of the baseline'),
    by: z.string().nullable().describe('the dimension that the parts split by'),
    inputs: z.array(Part).describe('of a ratio: what its two parts contributed; they add up to the change'),
    parts: z.array(Part).describe('they add up to the change'),
    residual: z.number().describe('what the parts leave unexplained: rounding only'),
    unsplit: z.string().nullable().describe('why the parts do not split by the dimension'),
    revisions: z.array(RevisionBody.extend({ date: z.string() })).describe('of the two days, after the first'),
    cautions: z.array(z.string()).describe('why the comparison may mean less than it seems'),
    annotations: z.array(AnnotationBody).describe('noted for the days from the earlier to the later one'),
    sentence: z.string().describe('the same in plain words'),
  })
  .meta({ id: 'Explained' })

/** `GET /v1/metrics/{id}/explain` */
export function explain(api: Api, serving: Serving): void {
  const { store, config, metrics } = serving
  const byId = new Map(metrics.map((metric) => [metric.id, metric]))
  const route = createRoute({
    method: 'get',
    path: '/v1/metrics/{id}/explain',
    operationId: 'explainChange',
    summary: 'Why a metric changed between two days: parts that add up to the change',
    ...secured(serving, 'metrics:read', { published: true }),
    request: {
      params: z.object({ id: metricId }),
      query: z.strictObject({
        date: dayText('the later day; the newest with a snapshot if absent').optional(),
        against: text(20)
          .refine(
            (given) => (AGAINST as readonly string[]).includes(given) || isDay(given),
            `is none of ${AGAINST.join(', ')}, nor a day`,
          )
          .default('previous_period')
          .meta({
            description: `the earlier day: ${AGAINST.join(', ')} or YYYY-MM-DD`,
            pattern: `^(${AGAINST.join('|')}|\\d{4}-\\d{2}-\\d{2})$`,
          }),
        window: text(10).optional().meta({ description: 'the shortest of the metric if absent', example: '28d' }),
        by: text(40).optional().meta({ description: 'the dimension to split by; `none` for none', example: 'channel' }),
        as_of: instantText('take the earlier day as it was known at that instant').optional(),
        format,
      }),
    },
    responses: readResponses('The explanation.', ExplainedBody, [...securedProblems, ...metricProblems, 'no-snapshot']),
  })
  api.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    const metric = byId.get(id)
    if (!metric) return unknownMetric(c, serving, id)
    const query = c.req.valid('query')
    const invalid = (name: string, reason: string) =>
      problem(c, 'invalid-request', { detail: 'a parameter does not fit', invalidParams: [{ name, reason }] })
    const windows = windowsOf(metric, config)
    const window = query.window === undefined ? windows[0]! : windows.find((one) => windowName(one) === query.window)
    if (window === undefined) {
      return invalid('window', `is no window of ${id}; expected ${windows.map(windowName).join(', ')}`)
    }
    const dimensions = metric.by ?? []
    if (query.by !== undefined && query.by !== 'none' && !dimensions.includes(query.by)) {
      return invalid('by', `is no dimension of ${id}; expected ${[...dimensions, 'none'].join(', ')}`)
    }
    const date = (query.date as Day | undefined) ?? (await newestDay(serving))
    const against = earlier(date, query.against, window)
    if (against === null) return invalid('against', 'all of time has no previous period; name a day')
    if (against === date && query.as_of === undefined) return invalid('against', `${against} is the day itself`)
    const [now, then] = await Promise.all([readSnapshot(store, date), readSnapshot(store, against)])
    const known = query.as_of === undefined ? then : await readSnapshot(store, against, query.as_of)
    for (const [snapshot, day, asOf] of [
      [now, date, undefined],
      [then, against, undefined],
      [known, against, query.as_of],
    ] as const) {
      if (!snapshot) return problem(c, 'no-snapshot', { detail: await whichExist(serving, day, asOf) })
    }
    const sides = [now!, then!, known!].map((snapshot) => sideOf(snapshot, id, windowName(window)))
    const missingSide = [date, against, against].find((_, i) => sides[i] === null)
    if (missingSide !== undefined) {
      return problem(c, 'no-snapshot', {
        detail: `the snapshot of ${missingSide} is older than ${id} under ${windowName(window)}; compute it again`,
      })
    }
    const [current, restated, baseline] = sides as [Side, Side, Side]
    const by = query.by === 'none' ? null : (query.by ?? usualDimension(dimensions, current, restated))
    const split = { per: metric.kind === 'ratio' ? (metric.per ?? 1) : 1, dimension: by }
    const explained = withRevision(explainChange(restated, current, split), restated, baseline, against)
    const cautions = cautionsOf(current, baseline, date, against)
    const currency = metric.unit === 'money' ? config.currency : undefined
    const revisions = (await Promise.all([date, against].map((day) => laterRevisions(serving, day)))).flat()
    const [first, last] = against < date ? [against, date] : [date, against]
    const annotations = await Array.fromAsync(annotationsBetween(store.table, { from: first, to: last }))
    const body: z.output<typeof ExplainedBody> = {
      metric: id,
      unit: metric.unit,
      ...(currency !== undefined && { currency }),
      window: windowName(window),
      timezone: config.timezone,
      current: sideBody(now!, id, current),
      baseline: sideBody(known!, id, baseline),
      change: explained?.change ?? null,
      change_pct:
        explained && !differsInPoints(metric) && baseline.value.value !== 0
          ? (explained.change / Math.abs(baseline.value.value!)) * 100
          : null,
      by,
      inputs: [...(explained?.inputs ?? [])],
      parts: [...(explained?.parts ?? [])],
      residual: explained?.residual ?? 0,
      unsplit: explained?.unsplit ?? null,
      revisions,
      cautions,
      annotations: annotations.map((one) => ({ ...one, tags: [...one.tags] })),
      sentence: sentenceOf(metric, currency, explained, current, baseline, date, against, by, cautions),
    }
    const final = current.value.finality === 'final' && baseline.value.finality === 'final'
    return answer(c, JSON.stringify(body), final ? 'final' : 'provisional', {
      csv: () => tableOf(COLUMNS, rowsOf(body)),
    })
  })
}

const COLUMNS = [
  'metric',
  'window',
  'date',
  'against',
  'kind',
  'key',
  'contribution',
  'unit',
  'currency',
  'finality',
  'definition_version',
] as const

/** The change, then the parts that add up to it; of a ratio, its inputs, which add up to it as well. */
function rowsOf({
  metric,
  window,
  unit,
  currency,
  current,
  baseline,
  change,
  inputs,
  parts,
}: z.output<typeof ExplainedBody>) {
  const final = current.finality === 'final' && baseline.finality === 'final'
  const { date, definition_version } = current
  const common = { metric, window, date, against: baseline.date, unit, currency, definition_version }
  return [{ kind: 'change', key: '', contribution: change }, ...inputs, ...parts].map((part) => ({
    ...common,
    ...part,
    finality: final ? 'final' : 'provisional',
  }))
}

/** The earlier day; null where there is none. */
function earlier(date: Day, against: string, window: number | 'all'): Day | null {
  switch (against) {
    case 'previous_period':
      return window === 'all' ? null : addDays(date, -window)
    case 'previous_year':
      return yearBefore(date)
    case 'same_weekday':
      return addDays(date, -7)
    default:
      return against as Day
  }
}

function sideOf({ metrics, sources }: Snapshot, id: string, window: string): Side | null {
  const metric = metrics[id]
  const value = metric?.windows[window]
  if (!metric || !value) return null
  const previous = metric.previous?.windows[window]
  return {
    value,
    version: metric.definition_version,
    previous: previous && { version: metric.previous!.definition_version, value: previous },
    missing: sources.filter(({ status }) => status !== 'ok').map(({ id }) => id),
  }
}

function sideBody({ date, revision }: Snapshot, _id: string, { value, version }: Side): z.output<typeof SideBody> {
  const { by: _, low_sample: __, ...rest } = value
  return { date, ...rest, revision, definition_version: version }
}

/** A source that is missing on one of the days is what people ask about first. */
function usualDimension(dimensions: readonly string[], current: Side, baseline: Side): string | null {
  const differs =
    current.missing.some((id) => !baseline.missing.includes(id)) || baseline.missing.length > current.missing.length
  if (differs && dimensions.includes('source')) return 'source'
  return dimensions[0] ?? null
}

/** What came of the earlier day being restated since it was known so. */
function withRevision(explained: Explained | null, restated: Side, baseline: Side, against: Day): Explained | null {
  if (!explained || baseline === restated || baseline.value.value === null) return explained
  const parts = restatedParts(baseline, restated, against)
  const change = explained.change + (restated.value.value! - baseline.value.value)
  return { ...explained, change, parts: [...parts, ...explained.parts] }
}

function cautionsOf(current: Side, baseline: Side, date: Day, against: Day): string[] {
  const cautions: string[] = []
  for (const [{ value, missing }, day] of [[current, date] as const, [baseline, against] as const]) {
    if (missing.length > 0 && value.coverage < 1) cautions.push(`${day} lacks data of ${missing.join(', ')}`)
    else if (value.coverage < 1) cautions.push(`${day} is covered to ${Math.floor(value.coverage * 100)} %`)
    if (value.finality === 'provisional') cautions.push(`${day} is provisional`)
    if (value.low_sample) cautions.push(`${day} has too few cases to act on`)
  }
  return cautions
}

async function laterRevisions({ store }: Serving, date: Day) {
  const { pk, sk } = keys.revision(date, 2)
  const rows = (await collectRows(store.table, pk, { from: sk })) as RevisionRow[]
  return rows.map((row) => ({ date, ...describeRevision(row) }))
}

function sentenceOf(
  { title, unit }: Metric,
  currency: string | undefined,
  explained: Explained | null,
  current: Side,
  baseline: Side,
  date: Day,
  against: Day,
  dimension: string | null,
  cautions: readonly string[],
): string {
  if (!explained || baseline.value.value === null || current.value.value === null) {
    const [side, day] = current.value.value === null ? [current.value, date] : [baseline.value, against]
    return `${title} has no value on ${day} (${reason(side)}), so there is no change to explain.`
  }
  const told = { title, unit, currency, date, against, dimension, cautions }
  return sayExplained(explained, { ...told, from: baseline.value.value, to: current.value.value })
}

const reason = ({ null_reason }: WindowValue) => (null_reason ?? 'no_data').replaceAll('_', ' ')
