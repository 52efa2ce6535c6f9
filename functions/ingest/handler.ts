import type { Invocation } from '../kit/invocation.ts'
import { type IngestAnswer, type IngestEvent, ingest } from './ingest.ts'
import type { IngestDeps } from './ingest-deps.ts'

export type { IngestAnswer, IngestEvent } from './ingest.ts'

/** Makes the handler that Lambda and the command line call. Throws on failure, so that the workflow retries or tells. */
export function createIngestHandler(deps: Omit<IngestDeps, 'holder'> & { readonly host: string }) {
  return (event: IngestEvent, invocation: Invocation): Promise<IngestAnswer> =>
    ingest({ ...deps, holder: `${deps.host}:${invocation.awsRequestId}` }, event, invocation)
}
