import { Duration } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { HouseFunction } from './house-function.ts'
import type { Lake } from './lake.ts'
import type { Table } from './table.ts'

export interface WatchProps {
  readonly stage: string
  readonly folder: string
  readonly lake: Lake
  readonly table: Table
}

/** The function that looks whether snapshots are late. It reads two rows. */
export class Watch extends HouseFunction {
  constructor(scope: Construct, { stage, folder, lake, table }: WatchProps) {
    super(scope, 'Watch', {
      functionName: `tidemark-${stage}-watch`,
      description: 'Says every quarter of an hour whether a snapshot is late',
      folder,
      memorySize: 256,
      timeout: Duration.minutes(1),
      environment: {
        TIDEMARK_STORE: 'aws',
        TIDEMARK_BUCKET: lake.bucket.bucketName,
        TIDEMARK_TABLE: table.table.tableName,
      },
      policy: table.access({ read: ['meta', 'snapshot#*'], write: [] }),
    })
  }
}
