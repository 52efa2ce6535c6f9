import { defineCommand } from 'citty'
import { sayChange } from '../functions/analysis/say-value.ts'
import type { Unit } from '../functions/kit/metric.ts'
import { askApi } from './ask-api.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'
import { textTable } from './text-table.ts'

interface ExplainAnswer {
  readonly unit: Unit
  readonly currency?: string
  readonly by: string | null
  readonly parts: readonly { readonly kind: string; readonly key: string; readonly contribution: number }[]
  readonly unsplit: string | null
  readonly annotations?: readonly { readonly date_from: string; readonly title: string }[]
  readonly sentence: string
}

/** `tidemark explain` */
export const explain = defineCommand({
  meta: { name: 'explain', description: 'Why a metric changed between two days: parts that add up to the change' },
  args: {
    metric: { type: 'positional', description: 'Id of the metric', required: true },
    date: { type: 'string', valueHint: 'day', description: 'The later day (the newest, unless given)' },
    against: {
      type: 'string',
      valueHint: 'day',
      description: 'The earlier day: previous_period, previous_year, same_weekday or a day',
      default: 'previous_period',
    },
    window: { type: 'string', valueHint: 'window', description: 'Such as 28d (the first of the metric, unless given)' },
    by: { type: 'string', valueHint: 'dimension', description: 'What to split by, or none' },
    'as-of': { type: 'string', valueHint: 'instant', description: 'Take the earlier day as it was known then' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    const query = new URLSearchParams({ against: args.against })
    for (const [name, value] of [
      ['date', args.date],
      ['window', args.window],
      ['by', args.by],
      ['as_of', args['as-of']],
    ] as const) {
      if (value !== undefined) query.set(name, value)
    }
    await using deployment = await openDeployment()
    const body = await askApi(deployment, `/v1/metrics/${encodeURIComponent(args.metric)}/explain?${query}`)
    return { ok: true, json: body, text: describe(JSON.parse(body) as ExplainAnswer) }
  },
})

function describe({ unit, currency, by, parts, unsplit, annotations = [], sentence }: ExplainAnswer): string {
  const rows = parts.map(({ kind, key, contribution }) => [
    kind.replaceAll('_', ' '),
    key,
    sayChange(contribution, unit, currency),
  ])
  return [
    sentence,
    ...(rows.length > 0 ? ['', textTable(['part', by ?? 'input', 'contribution'], rows)] : []),
    ...(unsplit ? ['', `not split by ${by}: ${unsplit}`] : []),
    ...annotations.map(({ date_from, title }) => `noted on ${date_from}: ${title}`),
  ].join('\n')
}
