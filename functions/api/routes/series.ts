import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { compare } from '../../analysis/compare.ts'
import { granularities, rollUpOf } from '../../analysis/roll-up.ts'
import { differsInPoints } from '../../analysis/say-value.ts'
import { addDays, type Day, daysBetween, isDay } from '../../kit/day.ts'
import type { Metric } from '../../kit/metric.ts'
import { windowsOf } from '../../kit/windows-of.ts'
import { windowName } from '../../store/rows.ts'
import { markOf } from '../annotation-body.ts'
import { annotationsBetween } from '../annotations.ts'
import { answer } from '../answer.ts'
import { newestDay } from '../newest-day.ts'
import { dayText, format, metricId, text } from '../parameters.ts'
import { problem } from '../problem.ts'
import { readResponses, securedProblems } from '../responses.ts'
import { pointsOf, rolledUp } from '../rolled-up.ts'
import { secured } from '../secured.ts'
import { noDimension } from '../segment.ts'
import { MOST_SEGMENTED_DAYS, readSegments } from '../segmented-series.ts'
import { finalityOf, readSeries, type SeriesColumns } from '../series.ts'
import { inRows, SeriesBody, type SeriesInColumns, seriesTable } from '../series-body.ts'
import type { Api, Serving } from '../serving.ts'
import { metricProblems, unknownMetric } from '../unknown-metric.ts'
import { yearBefore } from '../year-before.ts'

/** Ten years, leap days included. */
const MOST_DAYS = 3_653
const DEFAULT_DAYS = 28
const COMPARE = ['previous_period', 'previous_year', 'same_weekday_last_year'] as const

/** `GET /v1/metrics/{id}/series` */
export function series(api: Api, serving: Serving): void {
  const { store, config, metrics } = serving
  const byId = new Map(metrics.map((metric) => [metric.id, metric]))
  const windows = [...new Set([...config.windows, ...metrics.flatMap((one) => windowsOf(one, config))].map(windowName))]
  const route = createRoute({
    method: 'get',
    path: '/v1/metrics/{id}/series',
    operationId: 'getSeries',
    summary: 'One metric over a range of days, every day (or week, month, quarter) present',
    ...secured(serving, 'metrics:read', { published: true }),
    request: {
      params: z.object({ id: metricId }),
      query: z.strictObject({
        from: dayText(`first day; ${DEFAULT_DAYS} days up to \`to\` if absent`).optional(),
        to: dayText('last day, included; the newest day with a snapshot if absent').optional(),
        window: text(10)
          .refine((name) => windows.includes(name), `is no window of this deployment; expected ${windows.join(', ')}`)
          .meta({
            description: "trailing days that each point looks at; the metric's shortest if absent",
            enum: windows,
          })
          .optional(),
        compare: text(24)
          .refine(
            (given) => (COMPARE as readonly string[]).includes(given) || rangeOf(given) !== null,
            `is none of ${COMPARE.join(', ')}, nor two days as YYYY-MM-DD..YYYY-MM-DD`,
          )
          .meta({
            description: `the range to compare with: ${COMPARE.join(', ')} or YYYY-MM-DD..YYYY-MM-DD`,
            pattern: `^(${COMPARE.join('|')}|\\d{4}-\\d{2}-\\d{2}\\.\\.\\d{4}-\\d{2}-\\d{2})$`,
          })
          .optional(),
        granularity: z.enum(granularities).default('day').meta({
          description: 'weeks begin on Monday; a point is named by its first day, put together from the days of 1d',
        }),
        segment_by: text(40)
          .optional()
          .meta({
            description: `a dimension of the metric: adds the series of each of its values; at most ${MOST_SEGMENTED_DAYS} days`,
            example: 'channel',
          }),
        layout: z.enum(['columns', 'rows']).default('columns').meta({
          description: '`columns`: a list for each field, in the order of the dates; `rows`: an object for each point',
        }),
        format,
      }),
    },
    responses: readResponses('The series.', SeriesBody, [...securedProblems, ...metricProblems, 'not-additive']),
  })
  api.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    const metric = byId.get(id)
    if (!metric) return unknownMetric(c, serving, id)
    const query = c.req.valid('query')
    const to = (query.to as Day | undefined) ?? (await newestDay(serving))
    const from = (query.from as Day | undefined) ?? addDays(to, 1 - DEFAULT_DAYS)
    const days = daysBetween(from, to) + 1
    if (days < 1 || days > MOST_DAYS) {
      const reason =
        days < 1
          ? `${from} is later than 'to', which is ${to}`
          : `${from} to ${to} are ${days} days; at most ${MOST_DAYS}`
      return problem(c, 'invalid-request', {
        detail: 'the range of days is not valid',
        invalidParams: [{ name: 'from', reason }],
      })
    }
    const own = windowsOf(metric, config).map(windowName)
    const window = query.window ?? (own.includes('1d') ? '1d' : own[0]!)
    if (!own.includes(window)) {
      return problem(c, 'invalid-request', {
        detail: `${id} has no window ${window}`,
        invalidParams: [{ name: 'window', reason: `expected ${own.join(', ')}` }],
      })
    }
    const { granularity } = query
    const daily = await readSeries(store.table, { metric: id, window, from, to })
    const rule = rollUpOf(metric)
    if (granularity !== 'day' && (!rule || window !== '1d')) {
      return problem(c, 'not-additive', { detail: whyNotAdditive(metric, window, own, rule !== null) })
    }
    const other = query.compare === undefined ? null : comparedRange(query.compare, from, to)
    if (other && daysBetween(other.from, other.to) >= MOST_DAYS) {
      return problem(c, 'invalid-request', {
        detail: 'the range to compare with is too long',
        invalidParams: [{ name: 'compare', reason: `at most ${MOST_DAYS} days` }],
      })
    }
    const { segment_by } = query
    if (segment_by !== undefined) {
      if (!metric.by?.some((name) => name === segment_by)) return noDimension(c, 'segment_by', metric, segment_by)
      if (days > MOST_SEGMENTED_DAYS) {
        return problem(c, 'invalid-request', {
          detail: 'the range of days is not valid',
          invalidParams: [{ name: 'from', reason: `${days} days; at most ${MOST_SEGMENTED_DAYS} with 'segment_by'` }],
        })
      }
    }
    const [before, annotations] = await Promise.all([
      other && readSeries(store.table, { metric: id, window, ...other }),
      Array.fromAsync(annotationsBetween(store.table, { from, to }), markOf),
    ])
    const put = (series: SeriesColumns) => (granularity === 'day' ? series : rolledUp(series, metric, granularity))
    const per = metric.kind === 'ratio' ? (metric.per ?? 1) : 1
    const columns = put(daily)
    const question = { metric, window, from, to }
    const segments =
      segment_by === undefined ? undefined : await readSegments(serving, { ...question, dimension: segment_by })
    // Points of longer windows overlap: they are not added up.
    const summing = { rule: window === '1d' ? rule : null, per, inPoints: differsInPoints(metric) }
    const summary = before && compare(pointsOf(daily), pointsOf(before), { ...summing, minSample: metric.minSample })
    const body: SeriesInColumns = {
      metric: id,
      unit: metric.unit,
      ...(metric.unit === 'money' && { currency: config.currency }),
      window,
      granularity,
      timezone: config.timezone,
      from,
      to,
      ...(segment_by !== undefined && { segment_by }),
      layout: 'columns',
      columns,
      ...(segments && { segments: segments.map(({ key, columns }) => ({ key, columns: put(columns) })) }),
      ...(other && before && summary && { summary, comparison: { ...other, columns: put(before), summary } }),
      annotations,
    }
    const final = finalityOf(columns) === 'final' && (!before || finalityOf(before) === 'final')
    return answer(c, JSON.stringify(query.layout === 'rows' ? inRows(body) : body), final ? 'final' : 'provisional', {
      csv: () => seriesTable(body),
      range: { from, to },
    })
  })
}

/** `2026-01-01..2026-01-31`; null for anything else. */
function rangeOf(text: string): { from: Day; to: Day } | null {
  const [from, to, more] = text.split('..')
  return isDay(from) && isDay(to) && more === undefined && from <= to ? { from, to } : null
}

/** The days that are compared with `from` … `to`. */
function comparedRange(compared: string, from: Day, to: Day): { from: Day; to: Day } {
  const back = (days: number) => ({ from: addDays(from, -days), to: addDays(to, -days) })
  switch (compared) {
    case 'previous_period':
      return back(daysBetween(from, to) + 1)
    case 'same_weekday_last_year':
      return back(364)
    case 'previous_year':
      return { from: yearBefore(from), to: yearBefore(to) }
    default:
      return rangeOf(compared)!
  }
}

/** What to ask instead. */
function whyNotAdditive({ id }: Metric, window: string, own: readonly string[], adds: boolean): string {
  if (adds) return `points of ${window} overlap; ask for the window 1d to have them put together`
  const others = own.filter((name) => name !== '1d' && name !== 'all')
  const windows =
    others.length > 0 ? `ask for each day with window=${others.join(' or ')}` : 'add a window to the config'
  return `${id} of days does not add up to that of a week: ${windows}, or have it computed exactly with 'tidemark query ${id} --from <day> --granularity week'`
}
