import { defineCommand } from 'citty'
import { day } from '../functions/kit/day.ts'
import type { Snapshot, WindowValue } from '../functions/store/rows.ts'
import { askApi } from './ask-api.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'
import { textTable } from './text-table.ts'

/** `tidemark snapshot` */
export const snapshot = defineCommand({
  meta: { name: 'snapshot', description: 'All metrics of one day, at their newest revision' },
  args: { date: { type: 'positional', description: 'The day, YYYY-MM-DD', required: true }, json },
  async run({ args }): Promise<Outcome> {
    const date = day(args.date)
    await using deployment = await openDeployment()
    const body = await askApi(deployment, `/v1/snapshots/${date}`)
    return { ok: true, json: body, text: describeSnapshot(JSON.parse(body) as Snapshot) }
  },
})

function describeSnapshot({ date, timezone, revision, finality, final_on, metrics, warnings }: Snapshot): string {
  const windows = [...new Set(Object.values(metrics).flatMap((metric) => Object.keys(metric.windows)))]
  const rows = Object.entries(metrics).map(([id, { unit, currency, windows: values }]) => [
    id,
    currency ?? unit,
    ...windows.map((window) => describeValue(values[window], currency)),
  ])
  const settles = final_on ? `, final on ${final_on} at the earliest` : ''
  const notes = warnings.map(({ code, source, stream, effect, message }) =>
    [code.replaceAll('_', ' '), [source, stream].filter(Boolean).join('.'), message ?? effect]
      .filter(Boolean)
      .join(': '),
  )
  return [
    `${date} in ${timezone}: revision ${revision}, ${finality}${settles}`,
    '',
    textTable(['metric', 'unit', ...windows], rows),
    ...(notes.length ? ['', ...notes] : []),
  ].join('\n')
}

/** Money is kept in minor units and shown in major ones. */
function describeValue(of: WindowValue | undefined, currency: string | undefined): string | null {
  if (!of) return null
  if (of.value === null) return (of.null_reason ?? 'no_data').replaceAll('_', ' ')
  const digits = currency
    ? (new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2)
    : 0
  const text = (of.value / 10 ** digits).toLocaleString('en', { maximumFractionDigits: 2 })
  return of.coverage < 1 ? `${text} (${Math.floor(of.coverage * 100)} % covered)` : text
}
