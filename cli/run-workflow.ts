import { randomUUID } from 'node:crypto'
import type { RunOptions, StateMachineDefinition } from 'aws-local-stepfunctions'
import type { Json } from '../functions/kit/page.ts'
import definition from '../lib/collect.asl.json' with { type: 'json' }
import { type AslDefinition, checkAsl, checkOutput } from './asl-guard.ts'

/** The input of a run of the workflow, here and in AWS. */
export interface WorkflowInput {
  /** First and last day; null means what is due. */
  readonly from: string | null
  readonly to: string | null
  /** Read those days again, even if they are committed. */
  readonly force: boolean
  readonly sources: readonly {
    readonly source: string
    readonly function: string
    readonly streams: readonly string[]
  }[]
  /** Name of the function that computes and reports. */
  readonly compute: string
  /** Where the closing message goes. */
  readonly topic: string
}

/** What went wrong, as Step Functions hands it to a Catch. */
export interface Failure {
  readonly Error: string
  readonly Cause: string
}

/** What became of a stream. The figures are absent where it failed. */
export interface StreamResult {
  readonly source: string
  /** `*`: each that has no other result, because the function did not answer. */
  readonly stream: string
  readonly status: string
  readonly run?: string | null
  readonly days?: number
  readonly pages?: number
  readonly records?: number
  readonly facts?: number
  readonly quarantined?: number
  readonly error?: Failure
}

/** What became of computing. */
export interface ComputeResult {
  readonly status: string
  readonly from?: string | null
  readonly to?: string | null
  readonly computed?: number
  readonly revisions?: number
  readonly changed?: readonly string[]
  readonly error?: Failure
}

export interface WorkflowOutput {
  readonly ok: boolean
  readonly attention: boolean
  readonly results: readonly StreamResult[]
  readonly compute: ComputeResult
}

/** The payload of `Read`. */
export interface ReadEvent {
  /** Names the run of the workflow. */
  readonly execution: string
  readonly source: string
  readonly streams: readonly string[]
  readonly from: string | null
  readonly to: string | null
  readonly force: boolean
  /** `results` of the source's last answer in this execution; empty at first. */
  readonly results: readonly StreamResult[]
  /** `state` of that answer; null at first. */
  readonly state: Json
}

/** The payload of `Compute` and of `Report`. */
export type ComputeEvent =
  | { readonly task: 'compute'; readonly from: string | null; readonly to: string | null }
  | { readonly task: 'report'; readonly results: readonly StreamResult[]; readonly compute: ComputeResult }

/** What the tasks of the workflow call. */
export interface WorkflowHandlers {
  readonly ingest: (event: ReadEvent) => Promise<unknown>
  readonly compute: (event: ComputeEvent) => Promise<unknown>
  readonly publish: (message: { readonly subject: string; readonly text: string }) => Promise<void>
}

/** For tests: pauses in milliseconds, by name of state. */
export type Pauses = Pick<NonNullable<RunOptions['overrides']>, 'waitTimeOverrides' | 'retryIntervalOverrides'>

/**
 * Runs `lib/collect.asl.json` in this process: the file that Step Functions runs in AWS, with the same handlers.
 * Waits and retries take their real time.
 *
 * @param file another workflow, for tests. @default - lib/collect.asl.json
 * @throws `invalid` for a workflow that would not run alike in AWS; what the report threw, if that failed
 */
export async function runWorkflow(
  input: WorkflowInput,
  handlers: WorkflowHandlers,
  pauses: Pauses = {},
  file: AslDefinition = definition,
): Promise<WorkflowOutput> {
  checkAsl(file)
  const { StateMachine } = await import('aws-local-stepfunctions')
  // Checked above and, against the full schema, by a test: that check takes 0.2 s.
  const machine = new StateMachine(file as unknown as StateMachineDefinition, {
    validationOptions: { noValidate: true },
  })
  const invoke =
    <E>(state: string, handler: (event: E) => Promise<unknown>) =>
    async (task: unknown) =>
      ({ Payload: await answer(state, handler, (task as { Payload: E }).Payload) }) as never
  const execution = machine.run(input as never, {
    context: { Execution: { Name: randomUUID() } },
    overrides: {
      ...pauses,
      taskResourceLocalHandlers: {
        Read: invoke('Read', handlers.ingest),
        Compute: invoke('Compute', handlers.compute),
        Report: invoke('Report', handlers.compute),
        Publish: (async (task: { Subject: string; Message: string }) => {
          await handlers.publish({ subject: task.Subject, text: task.Message })
          return {}
        }) as never,
      },
    },
  })
  try {
    return (await execution.result) as unknown as WorkflowOutput
  } catch (error) {
    throw original(error)
  }
}

/** Calls a handler as Lambda would: JSON in, JSON out, and an error that Step Functions knows by its name. */
async function answer<E>(state: string, handler: (event: E) => Promise<unknown>, event: E): Promise<unknown> {
  try {
    const json = JSON.stringify(await handler(JSON.parse(JSON.stringify(event))))
    checkOutput(state, json)
    return JSON.parse(json)
  } catch (error) {
    throw lambdaError(error)
  }
}

/** Step Functions gets `errorType` as the name of the error, and the whole JSON as its cause. */
function lambdaError(thrown: unknown): Error {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
  const cause = JSON.stringify({ errorType: name, errorMessage: message, trace: [] })
  return Object.assign(new Error(cause, { cause: thrown }), { name })
}

/** What a handler threw, where that ended the execution. */
function original(error: unknown): unknown {
  const failed = error instanceof Error ? error.cause : undefined
  return failed instanceof Error && failed.cause !== undefined ? failed.cause : error
}
