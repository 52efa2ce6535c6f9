import { defineCommand } from 'citty'
import { day } from '../functions/kit/day.ts'
import type { Snapshot, WindowValue } from '../functions/store/rows.ts'
import { type AnomaliesAnswer, sayNotJudged, sayUnusual } from './anomalies.ts'
import { askApi } from './ask-api.ts'
import { describeTarget, type Target } from './describe-target.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'
import { textTable } from './text-table.ts'

/** `tidemark snapshot` */
export const snapshot = defineCommand({
  meta: {
    name: 'snapshot',
    description: 'All metrics of one day, at their newest revision or as they were known at an instant',
  },
  args: {
    date: { type: 'positional', description: 'The day, YYYY-MM-DD', required: true },
    'as-of': { type: 'string', valueHint: 'instant', description: 'As it was known then' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    const date = day(args.date)
    const asOf = args['as-of']
    await using deployment = await openDeployment()
    const query = asOf === undefined ? '' : `?${new URLSearchParams({ as_of: asOf })}`
    const body = await askApi(deployment, `/v1/snapshots/${date}${query}`)
    if (args.json) return { ok: true, json: body, text: '' }
    // What is unusual is judged by what is known now.
    const found =
      asOf === undefined
        ? (JSON.parse(await askApi(deployment, `/v1/anomalies?date=${date}`)) as AnomaliesAnswer)
        : undefined
    const { metrics } = JSON.parse(await askApi(deployment, '/v1/metrics')) as MetricsAnswer
    const targets = new Map(metrics.map((metric) => [metric.id, metric]))
    const { revisions } = JSON.parse(await askApi(deployment, `/v1/snapshots/${date}/revisions`)) as RevisionsAnswer
    return { ok: true, json: body, text: describeSnapshot(JSON.parse(body) as Snapshot, targets, found, revisions) }
  },
})

interface MetricsAnswer {
  readonly metrics: readonly (Target & { readonly id: string })[]
}

interface RevisionsAnswer {
  readonly revisions: readonly {
    readonly revision: number
    readonly at: string
    readonly cause: string | null
    readonly changed_metrics: readonly string[]
  }[]
}

function describeSnapshot(
  { date, timezone, revision, finality, final_on, metrics, warnings }: Snapshot,
  targets: ReadonlyMap<string, Target>,
  anomalies: AnomaliesAnswer | undefined,
  revisions: RevisionsAnswer['revisions'],
): string {
  const aimed = Object.keys(metrics).some((id) => targets.get(id)?.target !== undefined)
  const windows = [...new Set(Object.values(metrics).flatMap((metric) => Object.keys(metric.windows)))]
  const rows = Object.entries(metrics).map(([id, { unit, currency, windows: values }]) => [
    id,
    currency ?? unit,
    ...windows.map((window) => describeValue(values[window], currency)),
    ...(aimed
      ? [describeTarget(targets.get(id) ?? { direction: null }, values, (value) => describeNumber(value, currency))]
      : []),
  ])
  const settles = final_on ? `, final on ${final_on} at the earliest` : ''
  const notes = warnings.map(({ code, source, stream, effect, message }) =>
    [code.replaceAll('_', ' '), [source, stream].filter(Boolean).join('.'), message ?? effect]
      .filter(Boolean)
      .join(': '),
  )
  const restated = revisions.filter((one) => one.cause !== null && one.revision <= revision).map(describeRevision)
  const judged = anomalies ? [...sayUnusual(anomalies), ...sayNotJudged(anomalies, 'source_late')] : []
  return [
    `${date} in ${timezone}: revision ${revision}, ${finality}${settles}`,
    ...restated,
    '',
    textTable(['metric', 'unit', ...windows, ...(aimed ? ['target'] : [])], rows),
    ...(notes.length ? ['', ...notes] : []),
    ...(judged.length ? ['', ...judged] : []),
  ].join('\n')
}

/** Metrics that are named where many changed. */
const NAMED = 4

function describeRevision({ revision, at, cause, changed_metrics: changed }: RevisionsAnswer['revisions'][number]) {
  const more = changed.length > NAMED ? `, … (${changed.length} metrics)` : ''
  const what = changed.length > 0 ? `: ${changed.slice(0, NAMED).join(', ')}${more}` : ''
  return `revision ${revision} at ${at}, ${cause!.replaceAll('_', ' ')}${what}`
}

function describeValue(of: WindowValue | undefined, currency: string | undefined): string | null {
  if (!of) return null
  if (of.value === null) return (of.null_reason ?? 'no_data').replaceAll('_', ' ')
  const text = describeNumber(of.value, currency)
  return of.coverage < 1 ? `${text} (${Math.floor(of.coverage * 100)} % covered)` : text
}

/** Money is kept in minor units and shown in major ones. */
export function describeNumber(value: number, currency: string | undefined): string {
  const digits = currency
    ? (new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2)
    : 0
  return (value / 10 ** digits).toLocaleString('en', { maximumFractionDigits: 2 })
}
