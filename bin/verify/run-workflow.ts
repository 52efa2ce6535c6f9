import type { WorkflowOutput } from '../../cli/run-workflow.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import type { Bench } from './claim.ts'

export interface Ran {
  readonly output: WorkflowOutput
  /** Whole seconds. */
  readonly seconds: number
}

export interface Wanted {
  readonly source: string
  readonly streams: readonly string[]
  /** Read yesterday again, even if that is done. @default false */
  readonly again?: boolean
}

const POLL_MS = 2_000
const SAY_EVERY = 5

/** Another run may be at it: a schedule's, or that of a file that is collected when it is dropped. */
const TRIES = 10
const BESIDE_MS = 15_000

/**
 * Runs the deployed workflow for one source, as a schedule would, and waits until it ends; once more, if another run was
 * at it.
 * @throws `unavailable` if it ends otherwise than by itself
 */
export async function runDeployed(bench: Bench, wanted: Wanted): Promise<Ran> {
  for (let tried = 1; ; tried++) {
    const ran = await runOnce(bench, wanted)
    const { results, compute } = ran.output
    const beside = [...results, compute].some(({ status }) => status === 'duplicate')
    if (!beside || tried === TRIES) return ran
    bench.say(`another run reads ${wanted.source}, or computes; once more when it may be done`)
    await bench.pause(BESIDE_MS)
  }
}

async function runOnce(bench: Bench, { source, streams, again = false }: Wanted): Promise<Ran> {
  const { stack, outputs, undo, say, pause, day } = bench
  const [reads, compute] = await Promise.all([stack.function(`ingest-${source}`), stack.function('compute')])
  const range = again ? { from: day, to: day } : { from: null, to: null }
  const begun = Date.now()
  const execution = await stack.start(outputs.Workflow, {
    ...range,
    force: again,
    sources: [{ source, function: reads.arn, streams }],
    compute: compute.arn,
    topic: outputs.Topic,
  })
  const ended = undo.add({
    what: `a run of the workflow, ${execution}`,
    byHand: `aws stepfunctions stop-execution --execution-arn ${execution}`,
    back: async () => {
      if ((await stack.execution(execution)).status === 'RUNNING') await stack.stop(execution)
    },
  })
  for (let polls = 0; ; polls++) {
    const { status, doing, output, error } = await stack.execution(execution)
    const seconds = Math.round((Date.now() - begun) / 1000)
    if (status !== 'RUNNING') await ended()
    if (status === 'SUCCEEDED') return { output: JSON.parse(output), seconds }
    if (status !== 'RUNNING') throw new TidemarkError('unavailable', `the workflow ended ${status} (${error})`)
    if (polls % SAY_EVERY === 0) say(`workflow, ${source}: ${doing || 'starting'}, ${seconds} s`)
    await pause(POLL_MS)
  }
}
