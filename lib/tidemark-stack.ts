import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'
import { Alarms } from './alarms.ts'
import { Api } from './api.ts'
import { Collect } from './collect.ts'
import { Compute } from './compute.ts'
import { DeadLetters } from './dead-letters.ts'
import { type CollectedSource, Ingest } from './ingest.ts'
import { Lake } from './lake.ts'
import { Overview } from './overview.ts'
import { Schedules } from './schedules.ts'
import { Setup } from './setup.ts'
import { Table } from './table.ts'
import { Watch } from './watch.ts'

export interface TidemarkStackProps extends StackProps {
  /** Tells deployments in one account apart; part of every name. */
  readonly stage: string
  /** The reporting zone, by whose clock things run. */
  readonly timezone: string
  readonly sources: readonly CollectedSource[]
  /** A folder for each function of that name, with `handler.mjs` and all that it needs. */
  readonly folders: Readonly<Record<'ingest' | 'compute' | 'api' | 'watch' | 'setup', string>>
  /** Who is told what needs a person. @default - whoever subscribes to the topic */
  readonly email?: string
  /** Collect a file as soon as it is dropped. @default false */
  readonly collectDrops?: boolean
  /** A CloudWatch dashboard. @default false */
  readonly dashboard?: boolean
}

/** A role's policies hold 10,240 characters, and the workflow's names the function of every source. */
const MOST_SOURCES = 80

/**
 * Everything that Tidemark is in AWS. Read it from top to bottom: what lasts, what runs, what starts it, who is told.
 */
export class TidemarkStack extends Stack {
  constructor(scope: Construct, id: string, props: TidemarkStackProps) {
    const { stage, timezone, sources, folders, email, collectDrops = false, dashboard = false, ...rest } = props
    if (!/^[a-z][a-z0-9-]{0,11}$/.test(stage)) {
      throw new Error(`stage '${stage}' is no name; expected at most 12 of a-z 0-9 -, a letter first: --stage prod`)
    }
    if (sources.length > MOST_SOURCES) {
      throw new Error(
        `the config has ${sources.length} sources; expected at most ${MOST_SOURCES}, because the policy that lets the ` +
          'workflow call their functions would outgrow what IAM takes: split them over two configs and two stages',
      )
    }
    super(scope, id, { ...rest, stackName: `tidemark-${stage}`, description: `Tidemark, ${stage}` })
    Tags.of(this).add('tidemark:stage', stage)

    const lake = new Lake(this, 'Lake')
    const table = new Table(this, 'Storage')
    const stored = { stage, lake, table }

    const ingests = sources.map((source) => new Ingest(this, { ...stored, source, folder: folders.ingest }))
    const compute = new Compute(this, { ...stored, folder: folders.compute })
    const api = new Api(this, 'Api', { ...stored, folder: folders.api })
    const watch = new Watch(this, { ...stored, folder: folders.watch })
    new Setup(this, 'Setup', { ...stored, folder: folders.setup })

    const deadLetters = new DeadLetters(this, 'DeadLetters')
    const topic = new Topic(this, 'Attention', { displayName: `Tidemark ${stage}`, enforceSSL: true })
    acknowledge(topic, {
      'AwsSolutions-SNS2':
        'Alarms and rules can publish to an encrypted topic only with a key of its own, for a dollar a month; messages hold no data of customers and no secret.',
    })
    // A policy of its own replaces the one by which alarms may publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    )
    if (email) topic.addSubscription(new EmailSubscription(email, { deadLetterQueue: deadLetters }))

    const collect = new Collect(this, 'Collect', { stage, ingests, compute, topic, deadLetters })
    if (collectDrops) {
      lake.sendEvents()
      collect.collectDrops(lake.bucket)
    }
    new Schedules(this, 'Schedules', { stage, timezone, ingests, collect, watch, deadLetters })
    new Alarms(this, 'Alarms', { stage, topic, httpStage: api.httpStage, deadLetters })
    if (dashboard) new Overview(this, 'Overview', { stage, ingests, compute, collect })

    new CfnOutput(this, 'Url', { value: api.httpApi.apiEndpoint })
    new CfnOutput(this, 'Bucket', { value: lake.bucket.bucketName })
    new CfnOutput(this, 'TableName', { value: table.table.tableName })
    new CfnOutput(this, 'Workflow', { value: collect.stateMachine.stateMachineArn })
    new CfnOutput(this, 'Topic', { value: topic.topicArn })
  }
}
