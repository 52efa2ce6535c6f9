import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, BillingMode, type CfnTable, Table as DynamoTable } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'

/** Partition keys, or patterns of them, by what may be done with their rows. */
export interface TableAccess {
  readonly read: readonly string[]
  readonly write: readonly string[]
}

/** The table of pointers, snapshots and keys. Stays when the stack goes. @stateful */
export class Table extends Construct {
  readonly table: DynamoTable

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.table = new DynamoTable(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expires',
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    const resource = this.table.node.defaultChild as CfnTable
    resource.overrideLogicalId('Table')
  }

  /** What lets a role do that with those rows, and with no others. Who may write may read. */
  access({ read, write }: TableAccess): PolicyStatement[] {
    return [
      this.#statement('ReadRows', ['dynamodb:GetItem', 'dynamodb:Query'], [...read, ...write]),
      ...(write.length > 0
        ? [this.#statement('WriteRows', ['dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'], write)]
        : []),
    ]
  }

  #statement(sid: string, actions: string[], keys: readonly string[]): PolicyStatement {
    return new PolicyStatement({
      sid,
      actions,
      resources: [this.table.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
    })
  }
}
