import { type Duration, RemovalPolicy, type Size } from 'aws-cdk-lib'
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'

export interface HouseFunctionProps {
  /** Unique in the account and region: it is also what operators look for. */
  readonly functionName: string
  readonly description: string
  /** Folder with `handler.mjs` and all that it needs. */
  readonly folder: string
  /** In MB; Lambda gives processors in proportion. */
  readonly memorySize: number
  readonly timeout: Duration
  /** What it may do beside writing its log and its traces. */
  readonly policy: readonly PolicyStatement[]
  /** @default - none */
  readonly environment?: Readonly<Record<string, string>>
  /** For files. @default - Lambda's 512 MB */
  readonly ephemeralStorageSize?: Size
}

/** A function as all of them are: arm64, the Node that tests run on, JSON logs, traces, and a role and log of its own. */
export class HouseFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: HouseFunctionProps) {
    const { functionName, folder, policy, ephemeralStorageSize, environment, ...rest } = props
    // Before the function: its own name is not yet known inside its constructor's arguments.
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    super(scope, id, {
      ...rest,
      functionName,
      handler: 'handler.handler',
      code: Code.fromAsset(folder),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      logGroup,
      role,
      ...(environment && { environment }),
      ...(ephemeralStorageSize && { ephemeralStorageSize }),
    })
    logGroup.grantWrite(role)
    for (const statement of policy) role.addToPolicy(statement)
    acknowledge(this, {
      'Serverless-LambdaDLQ':
        'Who calls it waits for its answer: the workflow, the gateway, CloudFormation. Where nobody waits (the watch), a call that fails is a missing point of its metric, which is an alarm.',
    })
    acknowledge(role, {
      'AwsSolutions-IAM5[Resource::*]':
        'X-Ray knows no resources: PutTraceSegments and PutTelemetryRecords are granted on * or not at all.',
    })
  }
}
