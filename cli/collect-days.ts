import { randomUUID } from 'node:crypto'
import {
  type ComputeAnswer,
  type ComputeEvent,
  createComputeHandler,
  type ReportEvent,
} from '../functions/compute/handler.ts'
import { createIngestHandler, type SourceEvent } from '../functions/ingest/handler.ts'
import { localFiles } from '../functions/ingest/local-files.ts'
import { configData } from '../functions/kit/config.ts'
import type { Day } from '../functions/kit/day.ts'
import { TidemarkError } from '../functions/kit/errors.ts'
import type { Invocation, Progress } from '../functions/kit/invocation.ts'
import type { Source } from '../functions/kit/source.ts'
import { localHolder } from '../functions/store/lease.ts'
import { keys, type RunRow } from '../functions/store/rows.ts'
import type { Table } from '../functions/store/table.ts'
import type { Deployment } from './open-deployment.ts'
import type { ProgressView } from './progress-view.ts'
import { runWorkflow, type StreamResult, type WorkflowOutput } from './run-workflow.ts'

export interface CollectRequest {
  /** Null: what is due. */
  readonly from: Day | null
  readonly to: Day | null
  /** Read those days again, even if they are committed. */
  readonly force: boolean
  readonly sources: readonly Source[]
}

/** What came of computing, over all its turns. */
export type Swept = Pick<ComputeAnswer, 'computed' | 'revisions' | 'changed' | 'reads'>

export interface Collected extends WorkflowOutput {
  /** Absent where computing failed before it did anything. */
  readonly swept: Swept | undefined
  /** Faults of our own, by `source.stream` or `compute`; the workflow keeps only their names. */
  readonly faults: ReadonlyMap<string, Error>
  /** What the runs warn of, by `source.stream`. */
  readonly warnings: ReadonlyMap<string, RunRow['warnings']>
}

/** As long as Lambda gives an invocation. */
const INVOCATION_MS = 900_000

/** Runs the workflow over the sources, with the handlers that Lambda calls. */
export async function collectDays(
  { config, folder, store, now }: Deployment,
  { sources, ...range }: CollectRequest,
  view: ProgressView,
): Promise<Collected> {
  const host = localHolder()
  const compute = createComputeHandler({ store, config: configData(config), now, host })
  const input = {
    ...range,
    sources: sources.map(({ id, streams }) => ({
      source: id,
      function: `ingest-${id}`,
      streams: Object.keys(streams),
    })),
    compute: 'compute',
    topic: 'none',
  }
  const faults = new Map<string, Error>()
  const noteFault = (what: string, error: unknown): string => {
    if (error instanceof TidemarkError) return `${error.code}: ${error.message}`
    faults.set(what, error as Error)
    return String(error)
  }
  const ingest = createIngestHandler({
    store,
    config,
    now,
    files: () => localFiles(folder),
    host,
    watch: {
      answered(answer) {
        const { source, stream, status, waitSeconds } = answer
        if (status === 'wait') view.waiting(source, stream, waitSeconds, answer.state?.unfinished?.waitedFor ?? null)
        else if (status !== 'more') view.read(source, stream, answer)
      },
      failed(source, stream, error) {
        view.failed(source, stream, noteFault(`${source}.${stream}`, error))
      },
    },
  })
  const reading = (progress: Progress) => view.reading(progress.source!, progress.stream!, progress)
  let swept: Swept | undefined
  const output = await runWorkflow(input, {
    ingest: (event) => ingest(event as SourceEvent, invocation(reading)),
    async compute(event) {
      if (event.task === 'report') return compute(event as ReportEvent, invocation())
      try {
        const answer = await compute(event as ComputeEvent, invocation(view.computing))
        swept = swept ? addUp(swept, answer) : answer
        return answer
      } catch (error) {
        view.computeFailed(noteFault('compute', error))
        throw error
      }
    },
    publish: async () => {},
  })
  return { ...output, swept, faults, warnings: await warningsOf(store.table, output.results) }
}

async function warningsOf(table: Table, results: readonly StreamResult[]): Promise<Map<string, RunRow['warnings']>> {
  const found = new Map<string, RunRow['warnings']>()
  for (const { source, stream, status, run, quarantined } of results) {
    if (!run || !(quarantined || status === 'parked')) continue
    const { pk, sk } = keys.run(source, run)
    const row = (await table.get(pk, sk)) as RunRow | undefined
    if (row?.warnings.length) found.set(`${source}.${stream}`, row.warnings)
  }
  return found
}

function addUp(a: Swept, b: Swept): Swept {
  const days = [a.reads.factsFrom, b.reads.factsFrom, a.reads.factsTo, b.reads.factsTo]
    .filter((day) => day !== null)
    .sort()
  return {
    computed: a.computed + b.computed,
    revisions: a.revisions + b.revisions,
    changed: [...a.changed, ...b.changed],
    reads: {
      facts: a.reads.facts + b.reads.facts,
      factsFrom: days[0] ?? null,
      factsTo: days.at(-1) ?? null,
      manifests: a.reads.manifests + b.reads.manifests,
      derived: a.reads.derived + b.reads.derived,
    },
  }
}

function invocation(progress: (progress: Progress) => void = () => {}): Invocation {
  const end = performance.now() + INVOCATION_MS
  return { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => end - performance.now(), progress }
}
