import { ArnFormat, type CfnResource, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { HouseFunction } from './house-function.ts'
import type { Lake } from './lake.ts'
import type { Table } from './table.ts'

export interface SetupProps {
  readonly stage: string
  readonly folder: string
  readonly lake: Lake
  readonly table: Table
}

/**
 * Makes the pepper if there is none, and never another: without it nobody would be recognized any more, so it stays when
 * the stack goes. Publishes the first point of the metric whose absence is an alarm.
 */
export class Setup extends Construct {
  readonly resource: CustomResource

  constructor(scope: Construct, id: string, { stage, folder, lake, table }: SetupProps) {
    super(scope, id)
    const pepper = Stack.of(this).formatArn({
      service: 'ssm',
      resource: 'parameter',
      resourceName: `tidemark/${stage}/pepper`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    })
    const setup = new HouseFunction(this, 'Function', {
      functionName: `tidemark-${stage}-setup`,
      description: 'Makes the pepper if there is none',
      folder,
      memorySize: 256,
      timeout: Duration.minutes(1),
      environment: {
        TIDEMARK_STORE: 'aws',
        TIDEMARK_STAGE: stage,
        TIDEMARK_BUCKET: lake.bucket.bucketName,
        TIDEMARK_TABLE: table.table.tableName,
      },
      policy: [
        new PolicyStatement({
          sid: 'MakePepper',
          actions: ['ssm:GetParameter', 'ssm:PutParameter'],
          resources: [pepper],
        }),
        ...table.access({ read: [], write: ['meta'] }),
      ],
    })
    this.resource = new CustomResource(this, 'Pepper', {
      serviceToken: setup.functionArn,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    // In seconds, as a number: the construct itself writes text, which CloudFormation has to convert.
    const resource = this.resource.node.defaultChild as CfnResource
    resource.addPropertyOverride('ServiceTimeout', 300)
    // The function may be called once its role may do what it does.
    this.resource.node.addDependency(setup, setup.role!)
  }
}
