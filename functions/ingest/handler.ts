import type { Invocation } from '../kit/invocation.ts'
import { openStore } from '../store/open.ts'
import { dropBox } from './drop-box.ts'
import { type IngestAnswer, type IngestEvent, ingest } from './ingest.ts'
import type { IngestDeps } from './ingest-deps.ts'

export type { IngestAnswer, IngestEvent } from './ingest.ts'

type IngestHandler = (event: IngestEvent, invocation: Invocation) => Promise<IngestAnswer>

/** Makes the handler that Lambda and the command line call. Throws on failure, so that the workflow retries or tells. */
export function createIngestHandler(deps: Omit<IngestDeps, 'holder'> & { readonly host: string }): IngestHandler {
  return (event, invocation) =>
    ingest({ ...deps, holder: `${deps.host}:${invocation.awsRequestId}` }, event, invocation)
}

/**
 * The Lambda function of one source, on the config that was bundled: the one that TIDEMARK_CONFIG named. The store is
 * opened anew each time, because its copies of files would otherwise fill the disk of a process that is called again.
 * What came of an invocation stands in its log too.
 */
export const handler: IngestHandler = async (event, invocation) => {
  const { default: config } = await import('../../tidemark.config.ts')
  const store = await openStore()
  try {
    const files = (source: string) => dropBox(store.lake, source)
    const handle = createIngestHandler({ store, config, now: () => new Date(), files, host: 'lambda' })
    const answer = await handle(event, invocation)
    const { state: _, ...told } = answer
    process.stdout.write(`${JSON.stringify({ level: 'info', message: 'read', ...told })}\n`)
    return answer
  } finally {
    await store.close()
  }
}
