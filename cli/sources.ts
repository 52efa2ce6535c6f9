import { defineCommand } from 'citty'
import { askApi } from './ask-api.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'
import { textTable } from './text-table.ts'

/** What `GET /v1/sources` answers, as far as a person reads it here. */
export interface SourcesAnswer {
  readonly timezone: string
  readonly sources: readonly {
    readonly id: string
    readonly name: string
    readonly status: string
    readonly data_through: string | null
    readonly streams: readonly {
      readonly name: string
      readonly status: string
      readonly data_through: string | null
      readonly rows_quarantined: number
      readonly last_run: {
        readonly started: string
        readonly error: { code: string; message: string } | null
        readonly warnings: readonly { readonly code: string; readonly message: string }[]
        readonly quota: { readonly [name: string]: number } | null
      } | null
      readonly held: readonly { readonly date: string }[]
    }[]
  }[]
}

/** `tidemark sources` */
export const sources = defineCommand({
  meta: { name: 'sources', description: 'How fresh and complete each source is' },
  args: { json },
  async run(): Promise<Outcome> {
    await using deployment = await openDeployment()
    const body = await askApi(deployment, '/v1/sources')
    const { sources } = JSON.parse(body) as SourcesAnswer
    const rows = sources.flatMap(({ id, streams }) =>
      streams.map(({ name, status, data_through, last_run, rows_quarantined, held }) => [
        id,
        name,
        status,
        data_through,
        last_run?.started ?? null,
        rows_quarantined,
        held.length,
        quotaText(last_run?.quota ?? null),
        last_run?.error ? `${last_run.error.code}: ${last_run.error.message}` : (last_run?.warnings[0]?.message ?? ''),
      ]),
    )
    const headings = [
      'source',
      'stream',
      'status',
      'data through',
      'last run',
      'quarantined',
      'days held',
      'quota',
      'note',
    ]
    return { ok: true, json: body, text: textTable(headings, rows) }
  },
})

/** What is left at the vendor, or was spent there. */
export function quotaText(quota: { readonly [name: string]: number } | null): string | null {
  if (!quota) return null
  return Object.entries(quota)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}
