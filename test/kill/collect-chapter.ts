import { randomUUID } from 'node:crypto'
import { runWorkflow, type WorkflowOutput } from '../../cli/run-workflow.ts'
import { type ComputeEvent, createComputeHandler } from '../../functions/compute/handler.ts'
import { createIngestHandler, type SourceEvent } from '../../functions/ingest/handler.ts'
import { localFiles } from '../../functions/ingest/local-files.ts'
import { configData } from '../../functions/kit/config.ts'
import { localHolder } from '../../functions/store/lease.ts'
import type { Store } from '../../functions/store/open.ts'
import { chapters, configAt, writeFiles } from './kill-fixture.ts'

const invocation = () => ({ awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 900_000 })

/**
 * Lives through a chapter: the workflow that a schedule starts, with the handlers that Lambda calls. Waits take no time.
 *
 * @param home where the chapter's files are put
 */
export function collectChapter(store: Store, home: string, chapter: number): Promise<WorkflowOutput> {
  const config = configAt(chapter)
  const folder = writeFiles(home, chapter)
  const { now: instant, from, to } = chapters[chapter]!
  const now = () => new Date(instant)
  const host = localHolder()
  const watch = { answered: () => {}, failed: () => {} }
  const ingest = createIngestHandler({ store, config, now, files: () => localFiles(folder), host, watch })
  const compute = createComputeHandler({ store, config: configData(config), now, host })
  const sources = config.sources.map(({ id, streams }) => ({ source: id, function: id, streams: Object.keys(streams) }))
  return runWorkflow(
    { from, to, force: false, sources, compute: 'compute', topic: 'none' },
    {
      ingest: (event) => ingest(event as SourceEvent, invocation()),
      compute: (event) => compute(event as ComputeEvent, invocation()),
      publish: async () => {},
    },
    { waitTimeOverrides: { Wait: 0 } },
  )
}
