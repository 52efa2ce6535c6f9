import type { Invocation } from '../kit/invocation.ts'
import { openStore } from '../store/open.ts'
import { dropBox } from './drop-box.ts'
import {
  ingestSource,
  type SourceAnswer,
  type SourceDeps,
  type SourceEvent,
  type StreamWatch,
} from './ingest-source.ts'

export type { SourceAnswer, SourceEvent } from './ingest-source.ts'

type IngestHandler = (event: SourceEvent, invocation: Invocation) => Promise<SourceAnswer>

/** Makes the handler that Lambda and the command line call. */
export function createIngestHandler(deps: SourceDeps): IngestHandler {
  return (event, invocation) => ingestSource(deps, event, invocation)
}

/** What came of a stream stands in the function's log, and there alone stands where a fault of our own is. */
const log: StreamWatch = {
  answered({ state: _, ...told }) {
    print({ level: 'info', message: 'read', ...told })
  },
  failed(source, stream, error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    print({ level: 'error', message: 'read failed', source, stream, error: text })
  },
}

const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)

/**
 * The Lambda function of one source, on the config that was bundled: the one that TIDEMARK_CONFIG named. The store is
 * opened anew each time, because its copies of files would otherwise fill the disk of a process that is called again.
 */
export const handler: IngestHandler = async (event, invocation) => {
  const { default: config } = await import('../../tidemark.config.ts')
  const store = await openStore()
  try {
    const files = (source: string) => dropBox(store.lake, source)
    const handle = createIngestHandler({ store, config, now: () => new Date(), files, host: 'lambda', watch: log })
    return await handle(event, invocation)
  } finally {
    await store.close()
  }
}
