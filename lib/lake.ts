import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'

export interface LakeProps {
  /** Days that the vendors' own answers are kept. @default 400 */
  readonly rawDays?: number
}

/** What may be done with objects, by patterns of their keys. */
export interface LakeAccess {
  readonly read: readonly string[]
  readonly write: readonly string[]
  readonly delete: readonly string[]
}

/** The bucket of everything that was read and derived. Stays when the stack goes. @stateful */
export class Lake extends Construct {
  readonly bucket: Bucket

  constructor(scope: Construct, id: string, { rawDays = 400 }: LakeProps = {}) {
    super(scope, id)
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { id: 'raw', prefix: 'raw/', expiration: Duration.days(rawDays) },
        {
          id: 'short-lived-versions',
          noncurrentVersionExpiration: Duration.days(7),
          expiredObjectDeleteMarker: true,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    })
    const resource = this.bucket.node.defaultChild as CfnBucket
    resource.overrideLogicalId('LakeBucket')
    acknowledge(this.bucket, {
      'AwsSolutions-S1':
        'Access logs would be a second bucket to keep: who needs to know who read what turns on CloudTrail data events for this one.',
    })
  }

  /** Tells EventBridge of every new object. The construct's own way of asking for it would add a function and a role. */
  sendEvents(): void {
    const resource = this.bucket.node.defaultChild as CfnBucket
    resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } }
  }

  /**
   * What lets a role do that, and nothing beside it. It may list the bucket, because S3 says only to those who may that
   * an object does not exist; keys hold ids of sources and runs, and nobody's data.
   */
  access({ read, write, delete: gone }: LakeAccess): PolicyStatement[] {
    const statements = [
      { sid: 'ReadObjects', actions: ['s3:GetObject'], keys: read },
      { sid: 'WriteObjects', actions: ['s3:PutObject'], keys: write },
      { sid: 'DeleteObjects', actions: ['s3:DeleteObject'], keys: gone },
    ]
    return [
      new PolicyStatement({ sid: 'ListKeys', actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
      ...statements
        .filter(({ keys }) => keys.length > 0)
        .map(
          ({ keys, ...statement }) =>
            new PolicyStatement({ ...statement, resources: keys.map((key) => this.bucket.arnForObjects(key)) }),
        ),
    ]
  }
}
