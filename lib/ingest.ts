import { ArnFormat, Duration, Size, Stack } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'
import { HouseFunction } from './house-function.ts'
import { INGEST_NODE_OPTIONS } from './ingest-node-options.ts'
import type { Lake } from './lake.ts'
import type { Table } from './table.ts'

/** A source, as far as infrastructure knows it. */
export interface CollectedSource {
  readonly id: string
  readonly streams: readonly string[]
  /** Names of its secrets, optional ones too. */
  readonly secrets: readonly string[]
  /** Whether it reads files that somebody drops. */
  readonly dropBox: boolean
  /** `daily`, `hourly` or EventBridge's cron. */
  readonly cadence: string
}

export interface IngestProps {
  readonly stage: string
  readonly source: CollectedSource
  /** The bundle of all sources. */
  readonly folder: string
  readonly lake: Lake
  readonly table: Table
}

/** The function that reads one source. It knows its own secrets, and writes its own objects and rows. */
export class Ingest extends HouseFunction {
  readonly source: CollectedSource

  constructor(scope: Construct, { stage, source, folder, lake, table }: IngestProps) {
    const { id } = source
    const parameter = (name: string) =>
      Stack.of(scope).formatArn({
        service: 'ssm',
        resource: 'parameter',
        resourceName: `tidemark/${stage}/${name}`,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      })
    const secrets = source.secrets.map((name) => parameter(`${id}/${name}`))
    // A run's record and its entry in the log are named by the run alone.
    const own = [`raw/${id}/*`, `facts/*/day=*/${id}.*`, `manifests/${id}/*`, 'runs/*', 'log/*']
    super(scope, `Ingest-${id}`, {
      functionName: `tidemark-${stage}-ingest-${id}`,
      description: `Reads ${id}`,
      folder,
      memorySize: 512,
      timeout: Duration.minutes(15),
      ...(source.dropBox && { ephemeralStorageSize: Size.gibibytes(2) }),
      environment: {
        TIDEMARK_STORE: 'aws',
        TIDEMARK_STAGE: stage,
        TIDEMARK_BUCKET: lake.bucket.bucketName,
        TIDEMARK_TABLE: table.table.tableName,
        NODE_OPTIONS: INGEST_NODE_OPTIONS,
      },
      policy: [
        ...lake.access({
          read: [...own, ...(source.dropBox ? [`drop/${id}/*`] : [])],
          write: own,
          delete: [`facts/*/day=*/${id}.*`],
        }),
        ...table.access({
          read: [],
          write: [
            `part#${id}#*`,
            `held#${id}#*`,
            ...['cursor', 'lease', 'spend', 'parked', 'run'].map((kind) => `${kind}#${id}`),
          ],
        }),
        new PolicyStatement({
          sid: 'ReadSecrets',
          actions: ['ssm:GetParameter'],
          resources: [parameter('pepper'), ...secrets],
        }),
        // A vendor that rotates a token gives the next one only once.
        ...(secrets.length > 0
          ? [new PolicyStatement({ sid: 'KeepRotatedSecrets', actions: ['ssm:PutParameter'], resources: secrets })]
          : []),
      ],
    })
    this.source = source
    acknowledge(this.role!, wildcards([...own, `drop/${id}/*`]))
  }
}

/** Objects of a source are as many as its days: they are granted by how their keys begin. */
export function wildcards(keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    keys.map((key) => [
      `AwsSolutions-IAM5[Resource::<LakeBucket.Arn>/${key}]`,
      'Objects are made day by day, so that their keys can only be granted by how they begin.',
    ]),
  )
}
