import { readFile } from 'node:fs/promises'
import type { ConfigData } from '../kit/config.ts'
import type { Invocation } from '../kit/invocation.ts'
import { metrics } from '../metrics/index.ts'
import { openStore } from '../store/open.ts'
import { type ComputeAnswer, type ComputeDeps, type ComputeEvent, compute } from './compute.ts'
import { type ReportAnswer, type ReportEvent, report } from './report.ts'

export type { ComputeAnswer, ComputeEvent } from './compute.ts'
export type { ReportAnswer, ReportEvent } from './report.ts'

/** The handler's two tasks. */
export interface ComputeHandler {
  (event: ComputeEvent, invocation: Invocation): Promise<ComputeAnswer>
  (event: ReportEvent, invocation: Invocation): Promise<ReportAnswer>
}

/** Makes the handler that Lambda and the command line call. */
export function createComputeHandler(
  deps: Omit<ComputeDeps, 'holder' | 'metrics'> & { readonly host: string },
): ComputeHandler {
  const handle = async (
    event: ComputeEvent | ReportEvent,
    invocation: Invocation,
  ): Promise<ComputeAnswer | ReportAnswer> =>
    event.task === 'report'
      ? report(event)
      : compute({ ...deps, metrics, holder: `${deps.host}:${invocation.awsRequestId}` }, event, invocation)
  return handle as ComputeHandler
}

/**
 * The Lambda function, on the data of the config that lies beside the bundle. The store is opened anew each time, because
 * its copies of files would otherwise fill the disk of a process that is called again. What came of an invocation stands
 * in its log too.
 */
export const handler = (async (event: ComputeEvent, invocation: Invocation) => {
  const config: ConfigData = JSON.parse(await readFile(new URL('config.json', import.meta.url), 'utf8'))
  const store = await openStore()
  try {
    const handle = createComputeHandler({ store, config, now: () => new Date(), host: 'lambda' })
    const answer: ComputeAnswer | ReportAnswer = await handle(event, invocation)
    const { task } = event as ComputeEvent | ReportEvent
    process.stdout.write(`${JSON.stringify({ level: 'info', message: task, ...answer })}\n`)
    return answer
  } finally {
    await store.close()
  }
}) as unknown as ComputeHandler
