import { randomUUID } from 'node:crypto'
import { defineCommand } from 'citty'
import { WHAT_TO_DO } from '../functions/compute/report.ts'
import { type Remapped, remap as remapStream } from '../functions/ingest/remap.ts'
import { TidemarkError } from '../functions/kit/errors.ts'
import { localHolder } from '../functions/store/lease.ts'
import { chosenSources } from './chosen-sources.ts'
import { collectDays } from './collect-days.ts'
import { collectedOutcome } from './collected-outcome.ts'
import { plural } from './describe-progress.ts'
import { openDeployment } from './open-deployment.ts'
import { openProgress } from './open-progress.ts'
import { json, type Outcome } from './outcome.ts'
import { textTable } from './text-table.ts'

interface Failed {
  readonly source: string
  readonly stream: string
  readonly status: 'failed'
  readonly error: { readonly code: string; readonly message: string }
}

/** `tidemark remap` */
export const remap = defineCommand({
  meta: {
    name: 'remap',
    description: 'Derive facts again from the pages in the lake, without any vendor, then compute',
  },
  args: { source: { type: 'string', valueHint: 'id,…', description: 'Only these sources' }, json },
  async run({ args }): Promise<Outcome> {
    await using deployment = await openDeployment()
    const sources = chosenSources(deployment.config.sources, args.source)
    const view = await openProgress(sources.map(({ id }) => id))
    try {
      const results: (Remapped | Failed)[] = []
      for (const { id, streams } of sources) {
        for (const name of Object.keys(streams)) {
          const holder = `${localHolder()}:${randomUUID()}`
          const progress = view.reading.bind(view, id, name)
          try {
            const result = await remapStream({ ...deployment, holder, progress }, id, name)
            results.push(result)
            const { status, readings, records } = result
            view.read(id, name, { status, days: result.parts, pages: readings, records })
          } catch (error) {
            const failure = describe(error)
            results.push({ source: id, stream: name, status: 'failed', error: failure })
            view.failed(id, name, `${failure.code}: ${failure.message}`)
          }
        }
      }
      const range = { from: null, to: null, force: false }
      const computed = collectedOutcome(await collectDays(deployment, { ...range, sources: [] }, view))
      const { ok: isComputed, compute } = computed.json as { ok: boolean; compute: object }
      const ok = isComputed && results.every(({ status }) => status === 'ok' || status === 'unchanged')
      const unchanged = results.every(({ status }) => status === 'unchanged')
      const said = unchanged ? ['the mappings of today say what is there already: nothing was written'] : []
      return {
        ok,
        json: { ok, streams: results, compute },
        text: [table(results), '', ...results.flatMap(trouble), ...said, computed.text].join('\n'),
      }
    } finally {
      await view.close()
    }
  },
})

function describe(error: unknown): Failed['error'] {
  if (error instanceof TidemarkError) return { code: error.code, message: error.message }
  if (process.env.TIDEMARK_DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
  return { code: 'changed', message: `the mapping failed: ${String(error)}; TIDEMARK_DEBUG=1 shows where` }
}

function table(results: readonly (Remapped | Failed)[]): string {
  return textTable(
    ['source', 'stream', 'status', 'readings', 'records', 'parts changed'],
    results.map((result) => [
      result.source,
      result.stream,
      result.status,
      ...(result.status === 'failed' ? [null, null, null] : [result.readings, result.records, result.parts]),
    ]),
  )
}

/** What a person should know of a stream. */
function trouble(result: Remapped | Failed): string[] {
  const name = `${result.source}.${result.stream}`
  if (result.status === 'failed') return [`${name} failed: ${result.error.code}: ${result.error.message}`]
  if (result.status === 'parked') return [`${name} has a reading under way: collect, then remap again`]
  if (result.status === 'duplicate') return [`${name} duplicate: ${WHAT_TO_DO.duplicate}`]
  return result.left.map(({ run, days, why }) => {
    const [first, last] = [days[0], days.at(-1)]
    const range = first === last ? first : `${first} … ${last}`
    const what = `${name} keeps ${plural(days.length, 'part')} of run ${run} (${range})`
    return why === 'expired'
      ? `${what}: its pages are no longer in the lake`
      : `${what}: newer ones are held; accept them or collect, then remap again`
  })
}
