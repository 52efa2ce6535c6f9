import type { Invocation } from '../kit/invocation.ts'
import { metrics } from '../metrics/index.ts'
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
  const handler = async (
    event: ComputeEvent | ReportEvent,
    invocation: Invocation,
  ): Promise<ComputeAnswer | ReportAnswer> =>
    event.task === 'report'
      ? report(event)
      : compute({ ...deps, metrics, holder: `${deps.host}:${invocation.awsRequestId}` }, event, invocation)
  return handler as ComputeHandler
}
