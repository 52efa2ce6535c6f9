import { Duration, Size } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'
import { HouseFunction } from './house-function.ts'
import { wildcards } from './ingest.ts'
import type { Lake } from './lake.ts'
import type { Table } from './table.ts'

export interface ComputeProps {
  readonly stage: string
  /** The bundle, with DuckDB for Lambda's processor. */
  readonly folder: string
  readonly lake: Lake
  readonly table: Table
}

/** The function that makes snapshots of what was read. It knows no secret, and nothing of vendors. */
export class Compute extends HouseFunction {
  constructor(scope: Construct, { stage, folder, lake, table }: ComputeProps) {
    const write = ['derived/*', 'snapshots/*', 'log/*']
    const read = ['facts/*', 'manifests/*', 'runs/*', ...write]
    super(scope, 'Compute', {
      functionName: `tidemark-${stage}-compute`,
      description: 'Computes snapshots, and says what came of a run',
      folder,
      // The most that a new account may ask for.
      memorySize: 3_008,
      timeout: Duration.minutes(15),
      ephemeralStorageSize: Size.gibibytes(4),
      environment: {
        TIDEMARK_STORE: 'aws',
        TIDEMARK_BUCKET: lake.bucket.bucketName,
        TIDEMARK_TABLE: table.table.tableName,
      },
      policy: [
        ...lake.access({ read, write, delete: ['derived/*'] }),
        ...table.access({
          read: ['part#*', 'held#*', 'cursor#*', 'run#*'],
          write: ['snapshot#*', 'series#*', 'cohort#*', 'definition', 'meta', 'lease#compute'],
        }),
      ],
    })
    acknowledge(this.role!, wildcards(read))
  }
}
