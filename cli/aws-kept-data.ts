import {
  DeleteTableCommand,
  DynamoDBClient,
  paginateListTables,
  UpdateTableCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { DeleteParametersCommand, paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm'

/** What a deployment leaves behind: what was collected, the pepper, and the secrets. */
export interface KeptData {
  readonly buckets: readonly string[]
  readonly tables: readonly string[]
  readonly parameters: readonly string[]
}

/** How many names DeleteParameters takes. */
const PARAMETERS_AT_ONCE = 10
const ACTIVE_SECONDS = 120

/** Finds it by its names, so that it is found after the stack is gone as well. */
export async function findKeptData(stage: string): Promise<KeptData> {
  const [s3, dynamodb, ssm] = [new S3Client({}), new DynamoDBClient({}), new SSMClient({})]
  try {
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({ Prefix: `tidemark-${stage}-lakebucket-` }))
    // CloudFormation puts names together from the stack's, the logical id, and what makes them unique.
    const isBucket = new RegExp(`^tidemark-${stage}-lakebucket-[a-z0-9]+$`)
    const isTable = new RegExp(`^tidemark-${stage}-Table-[A-Za-z0-9]+$`)
    const tables: string[] = []
    for await (const { TableNames = [] } of paginateListTables({ client: dynamodb }, {})) {
      tables.push(...TableNames.filter((name) => isTable.test(name)))
    }
    const parameters: string[] = []
    const path = { Path: `/tidemark/${stage}`, Recursive: true }
    for await (const { Parameters = [] } of paginateGetParametersByPath({ client: ssm }, path)) {
      parameters.push(...Parameters.map(({ Name = '' }) => Name))
    }
    const buckets = Buckets.map(({ Name = '' }) => Name).filter((name) => isBucket.test(name))
    return { buckets, tables, parameters }
  } finally {
    for (const client of [s3, dynamodb, ssm]) client.destroy()
  }
}

/** Deletes it for good, older versions and protected tables too. @param say is told what is gone */
export async function deleteKeptData(kept: KeptData, say: (line: string) => void): Promise<void> {
  const [s3, dynamodb, ssm] = [new S3Client({}), new DynamoDBClient({}), new SSMClient({})]
  try {
    for (const bucket of kept.buckets) {
      const versions = await emptyBucket(s3, bucket)
      await s3.send(new DeleteBucketCommand({ Bucket: bucket }))
      say(`deleted bucket ${bucket}, with ${versions} versions of objects`)
    }
    for (const table of kept.tables) {
      await dynamodb.send(new UpdateTableCommand({ TableName: table, DeletionProtectionEnabled: false }))
      await waitUntilTableExists({ client: dynamodb, maxWaitTime: ACTIVE_SECONDS }, { TableName: table })
      await dynamodb.send(new DeleteTableCommand({ TableName: table }))
      say(`deleted table ${table}`)
    }
    for (let i = 0; i < kept.parameters.length; i += PARAMETERS_AT_ONCE) {
      const Names = kept.parameters.slice(i, i + PARAMETERS_AT_ONCE)
      await ssm.send(new DeleteParametersCommand({ Names }))
    }
    if (kept.parameters.length > 0) say(`deleted ${kept.parameters.length} parameters, the pepper among them`)
  } finally {
    for (const client of [s3, dynamodb, ssm]) client.destroy()
  }
}

/** Deletes every version and every marker. @returns how many there were */
async function emptyBucket(s3: S3Client, bucket: string): Promise<number> {
  let deleted = 0
  for (;;) {
    // Always the first page: what was on it is gone by the next look.
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }))
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }))
    if (Objects.length === 0) return deleted
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    )
    const [first] = Errors
    if (first) throw new Error(`S3 does not delete ${first.Key} of ${bucket} (${first.Code}: ${first.Message})`)
    deleted += Objects.length
  }
}
