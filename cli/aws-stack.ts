import { setTimeout as sleep } from 'node:timers/promises'
import { CloudFormationClient, DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation'
import { IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam'
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { DeleteParameterCommand, GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { invalid } from '../functions/kit/errors.ts'
import type { PricedTemplate } from './monthly-cost.ts'
import type { WorkflowInput } from './run-workflow.ts'

/** Outputs of the stack. */
export interface StackOutputs {
  readonly Url: string
  readonly Bucket: string
  readonly TableName: string
  readonly Workflow: string
  readonly Topic: string
}

/** How far a run of the workflow has come. */
export interface Execution {
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE'
  /** The state that it entered last. */
  readonly doing: string
  /** JSON, once it succeeded. */
  readonly output: string
  readonly error: string
}

/** What Lambda lets a function take. */
export interface Limits {
  readonly seconds: number
  readonly memory: number
}

export interface FoundFunction extends Limits {
  readonly arn: string
  readonly role: string
}

/** A deployed stack, as far as an operator may look at it and disturb it. */
export interface AwsStack {
  readonly stage: string
  /** ARN of the parameter `/tidemark/<stage>/<name>`. */
  parameterArn(name: string): string
  outputs(): Promise<StackOutputs>
  template(): Promise<PricedTemplate>
  start(workflow: string, input: WorkflowInput): Promise<string>
  execution(arn: string): Promise<Execution>
  stop(arn: string): Promise<void>
  function(name: string): Promise<FoundFunction>
  /** Resolves when the next invocation has them. */
  setLimits(name: string, limits: Limits): Promise<void>
  /** Null where there is none. */
  parameter(name: string): Promise<string | null>
  setParameter(name: string, value: string): Promise<void>
  deleteParameter(name: string): Promise<void>
  /**
   * What IAM's own simulator decides about a role reading each of those parameters.
   * https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
   */
  mayRead(role: string, parameters: readonly string[]): Promise<readonly boolean[]>
  close(): void
}

/** Lambda applies a changed configuration within seconds. */
const APPLIED_MS = 60_000

/** Finds what a stage consists of, with the credentials and the region of the environment. */
export function openAwsStack(stage: string): AwsStack {
  const cloudformation = new CloudFormationClient({})
  const iam = new IAMClient({})
  const lambda = new LambdaClient({})
  const sfn = new SFNClient({})
  const ssm = new SSMClient({})
  const stack = `tidemark-${stage}`
  const path = (name: string) => `/tidemark/${stage}/${name}`
  let owner = ''

  async function outputs(): Promise<StackOutputs> {
    const { Stacks = [] } = await cloudformation
      .send(new DescribeStacksCommand({ StackName: stack }))
      .catch((cause: Error) => {
        if (/does not exist/.test(cause.message)) throw missing(stage, cause)
        throw cause
      })
    const [found] = Stacks
    if (!found) throw missing(stage)
    const entries = (found.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])
    const [, , , region, account] = (found.StackId ?? '').split(':')
    owner = `${region}:${account}`
    return Object.fromEntries(entries)
  }

  return {
    stage,
    outputs,
    parameterArn: (name) => `arn:aws:ssm:${owner}:parameter${path(name)}`,
    async template() {
      const { TemplateBody = '' } = await cloudformation.send(
        new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' }),
      )
      return JSON.parse(TemplateBody)
    },
    async start(workflow, input) {
      const { executionArn = '' } = await sfn.send(
        new StartExecutionCommand({ stateMachineArn: workflow, input: JSON.stringify(input) }),
      )
      return executionArn
    },
    async execution(arn) {
      const [{ status, output = '', error = '' }, { events = [] }] = await Promise.all([
        sfn.send(new DescribeExecutionCommand({ executionArn: arn })),
        sfn.send(new GetExecutionHistoryCommand({ executionArn: arn, reverseOrder: true, maxResults: 20 })),
      ])
      const doing = events.find(({ stateEnteredEventDetails }) => stateEnteredEventDetails)
      return { status: status!, output, error, doing: doing?.stateEnteredEventDetails?.name ?? '' }
    },
    async stop(arn) {
      await sfn.send(new StopExecutionCommand({ executionArn: arn }))
    },
    async function(name) {
      const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: `${stack}-${name}` }))
      const { FunctionArn, Role, Timeout, MemorySize } = found
      return { arn: FunctionArn!, role: Role!, seconds: Timeout!, memory: MemorySize! }
    },
    async setLimits(name, { seconds, memory }) {
      const FunctionName = `${stack}-${name}`
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: seconds, MemorySize: memory }))
      for (let waited = 0; waited < APPLIED_MS; waited += 500) {
        const { LastUpdateStatus } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
        if (LastUpdateStatus !== 'InProgress') return
        await sleep(500)
      }
    },
    async parameter(name) {
      try {
        const { Parameter } = await ssm.send(new GetParameterCommand({ Name: path(name), WithDecryption: true }))
        return Parameter?.Value ?? null
      } catch (cause) {
        if ((cause as Error).name === 'ParameterNotFound') return null
        throw cause
      }
    },
    async setParameter(name, value) {
      await ssm.send(new PutParameterCommand({ Name: path(name), Value: value, Type: 'SecureString', Overwrite: true }))
    },
    async deleteParameter(name) {
      await ssm.send(new DeleteParameterCommand({ Name: path(name) }))
    },
    async mayRead(role, parameters) {
      const decide = async (ResourceArns: string[]) => {
        const { EvaluationResults = [] } = await iam.send(
          new SimulatePrincipalPolicyCommand({
            PolicySourceArn: role,
            ActionNames: ['ssm:GetParameter'],
            ResourceArns,
          }),
        )
        return EvaluationResults[0]
      }
      // Of several resources, what is said above is the most restrictive of all decisions.
      const { ResourceSpecificResults = [] } = (await decide([...parameters])) ?? {}
      const each = new Map(ResourceSpecificResults.map((one) => [one.EvalResourceName, one.EvalResourceDecision]))
      const decisions: boolean[] = []
      for (const parameter of parameters) {
        const decision = each.get(parameter) ?? (await decide([parameter]))?.EvalDecision
        decisions.push(decision === 'allowed')
      }
      return decisions
    },
    close() {
      for (const client of [cloudformation, iam, lambda, sfn, ssm]) client.destroy()
    },
  }
}

function missing(stage: string, cause?: unknown) {
  return invalid(
    `there is no stack tidemark-${stage} in this account and region; deploy it first: npm run deploy -- --stage ${stage}, or set AWS_REGION and AWS_PROFILE to where it is`,
    cause,
  )
}
