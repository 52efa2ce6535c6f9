import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { RemovalPolicy } from 'aws-cdk-lib'
import { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events'
import { SfnStateMachine, SnsTopic } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'
import type { Compute } from './compute.ts'
import type { Ingest } from './ingest.ts'

const WORKFLOW = fileURLToPath(new URL('collect.asl.json', import.meta.url))

export interface CollectProps {
  readonly stage: string
  readonly ingests: readonly Ingest[]
  readonly compute: Compute
  readonly topic: ITopic
  /** Where events go that a rule could not hand on. */
  readonly deadLetters: IQueue
}

/** The workflow that reads sources, computes, and tells what needs a person. The same file runs on a laptop. */
export class Collect extends Construct {
  readonly stateMachine: StateMachine
  readonly #props: CollectProps

  constructor(scope: Construct, id: string, props: CollectProps) {
    super(scope, id)
    this.#props = props
    const { stage, ingests, compute, topic } = props
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') })
    const functions = [...ingests, compute].map(({ functionArn }) => functionArn)
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: functions }))
    role.addToPolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [topic.topicArn] }))
    this.stateMachine = new StateMachine(this, 'Workflow', {
      stateMachineName: `tidemark-${stage}-collect`,
      // What it calls stands in its input, and what it may call in its role: nothing in the file is to be replaced.
      definitionBody: DefinitionBody.fromString(readFileSync(WORKFLOW, 'utf8')),
      role,
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, 'Log', {
          // Without this prefix, the account's policy for deliveries of logs may outgrow its limit.
          logGroupName: `/aws/vendedlogs/states/tidemark-${stage}-collect`,
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ERROR,
        includeExecutionData: true,
      },
    })
    acknowledge(role, {
      'AwsSolutions-IAM5[Resource::*]':
        'Deliveries of logs (logs:CreateLogDelivery and its kin) and X-Ray know no resources: they are granted on * or not at all.',
    })
    acknowledge(this.stateMachine, {
      'AwsSolutions-SF1': 'Errors are logged; every event of every run would cost more than the runs do.',
    })
    this.#tellOfExecutions()
  }

  /** The input of an execution that collects what is due of those sources. */
  input(ingests: readonly Ingest[]): Record<string, unknown> {
    return {
      from: null,
      to: null,
      force: false,
      sources: ingests.map(({ source, functionArn }) => ({
        source: source.id,
        function: functionArn,
        streams: source.streams,
      })),
      compute: this.#props.compute.functionArn,
      topic: this.#props.topic.topicArn,
    }
  }

  /** Collects a source when a file is dropped for it. */
  collectDrops(bucket: Bucket): void {
    for (const ingest of this.#props.ingests.filter(({ source }) => source.dropBox)) {
      const { id } = ingest.source
      new Rule(this, `Dropped-${id}`, {
        description: `A file was dropped for ${id}`,
        eventPattern: {
          source: ['aws.s3'],
          detailType: ['Object Created'],
          detail: { bucket: { name: [bucket.bucketName] }, object: { key: [{ prefix: `drop/${id}/` }] } },
        },
        targets: [
          new SfnStateMachine(this.stateMachine, {
            input: RuleTargetInput.fromObject(this.input([ingest])),
            deadLetterQueue: this.#props.deadLetters,
          }),
        ],
      })
    }
  }

  /** A workflow that did not end by itself has told nobody. */
  #tellOfExecutions(): void {
    const { stage, topic, deadLetters } = this.#props
    new Rule(this, 'NotEnded', {
      description: 'A run of the workflow failed, timed out or was aborted',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
          stateMachineArn: [this.stateMachine.stateMachineArn],
        },
      },
      targets: [
        new SnsTopic(topic, {
          deadLetterQueue: deadLetters,
          message: RuleTargetInput.fromText(
            `Tidemark ${stage}: a run of the workflow did not end by itself. To do: docs/operating.md, "a run did not end".`,
          ),
        }),
      ],
    })
  }
}
