import { defineCommand } from 'citty'
import type { Snapshot } from '../functions/store/rows.ts'
import { askApi } from './ask-api.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'
import { quotaText, type SourcesAnswer } from './sources.ts'
import { textTable } from './text-table.ts'
import { troubleLines } from './trouble-lines.ts'

type Stream = SourcesAnswer['sources'][number]['streams'][number]

/** `tidemark status` */
export const status = defineCommand({
  meta: { name: 'status', description: 'One screen: what there is, and what needs a person' },
  args: { json },
  async run(): Promise<Outcome> {
    await using deployment = await openDeployment()
    const { sources, timezone } = JSON.parse(await askApi(deployment, '/v1/sources')) as SourcesAnswer
    const { snapshots } = JSON.parse(await askApi(deployment, '/v1/metrics')) as {
      snapshots: { from: string; to: string } | null
    }
    const newest = snapshots && (JSON.parse(await askApi(deployment, `/v1/snapshots/${snapshots.to}`)) as Snapshot)
    const next = troubleLines(
      sources.flatMap(({ id, streams }) =>
        streams.map((stream) => ({ source: id, stream: stream.name, what: advise(stream) })),
      ),
    )
    const waiting = troubleLines(
      sources.flatMap(({ id, streams }) =>
        streams.map((stream) => ({ source: id, stream: stream.name, what: whyItWaits(stream) })),
      ),
    )
    if (!snapshots) next.push("there is no snapshot yet: run 'tidemark collect'")
    const latest = newest && {
      date: newest.date,
      revision: newest.revision,
      finality: newest.finality,
      final_on: newest.final_on,
    }
    const ok = next.length === 0
    return {
      ok,
      json: { ok, timezone, snapshots, newest: latest, sources, waiting, next },
      text: [
        snapshots ? `snapshots   ${snapshots.from} to ${snapshots.to}, days of ${timezone}` : 'snapshots   none',
        ...(latest
          ? [
              `newest      revision ${latest.revision}, ${latest.finality}${latest.final_on ? ` until ${latest.final_on}` : ''}`,
            ]
          : []),
        '',
        textTable(
          ['source', 'vendor', 'status', 'data through'],
          sources.map(({ id, name, status, data_through }) => [id, name, status, data_through]),
        ),
        '',
        ...waiting.map((line) => `… ${line}`),
        ...(ok ? ['nothing needs a person'] : next.map((line) => `→ ${line}`)),
      ].join('\n'),
    }
  },
})

/** Nobody has to act: it goes on by itself, or with the next reading. */
function whyItWaits({ status, last_run }: Stream): string | undefined {
  const reason = last_run?.warnings.find(({ code }) => code === 'waiting')?.message
  if (reason === undefined) {
    return status === 'pending'
      ? 'is first read when today has ended: the vendor tells only how things stand now'
      : undefined
  }
  const quota = quotaText(last_run?.quota ?? null)
  return `waits: ${reason}${quota === null ? '' : ` (${quota})`}`
}

function advise({ status, last_run, held }: Stream): string | undefined {
  switch (status) {
    case 'ok':
    case 'pending':
      return undefined
    case 'failed':
    case 'needs_reauth':
      return `failed: ${last_run?.error ? `${last_run.error.code}: ${last_run.error.message}` : 'see its newest run'}`
    case 'held':
      return `holds back ${held.map(({ date }) => date).join(', ')}: far fewer rows came than are there`
    case 'parked':
      return "was kept waiting too long: the next 'tidemark collect' goes on from there"
    case 'missing':
      return "was never read in full: run 'tidemark collect'"
    default:
      return `is ${status}: run 'tidemark collect'`
  }
}
