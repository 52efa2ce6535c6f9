import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'
import { HouseFunction } from './house-function.ts'
import { wildcards } from './ingest.ts'
import type { Lake } from './lake.ts'
import type { Table } from './table.ts'

export interface ApiProps {
  readonly stage: string
  /** The bundle, with the dashboard. */
  readonly folder: string
  readonly lake: Lake
  readonly table: Table
}

/** The HTTP API, and the dashboard that reads it. The function checks keys and tokens itself. */
export class Api extends Construct {
  readonly httpApi: HttpApi
  readonly httpStage: HttpStage
  readonly function: HouseFunction

  constructor(scope: Construct, id: string, { stage, folder, lake, table }: ApiProps) {
    super(scope, id)
    const read = ['snapshots/*']
    const write = ['log/*']
    this.function = new HouseFunction(this, 'Function', {
      functionName: `tidemark-${stage}-api`,
      description: 'Answers /v1, and serves the dashboard',
      folder,
      memorySize: 512,
      timeout: Duration.seconds(25),
      environment: {
        TIDEMARK_STORE: 'aws',
        TIDEMARK_BUCKET: lake.bucket.bucketName,
        TIDEMARK_TABLE: table.table.tableName,
      },
      policy: [
        ...lake.access({ read, write, delete: [] }),
        ...table.access({
          read: [
            'held#*',
            'cursor#*',
            'parked#*',
            'credential#*',
            'run#*',
            'snapshot#*',
            'series#*',
            'cohort#*',
            'definition',
            'key',
          ],
          write: ['annotation', 'idempotency#*', 'quota#*', 'meta', 'key-use'],
        }),
      ],
    })
    acknowledge(this.function.role!, wildcards([...read, ...write]))

    this.httpApi = new HttpApi(this, 'HttpApi', {
      apiName: `tidemark-${stage}`,
      createDefaultStage: false,
    })
    const integration = new HttpLambdaIntegration('Integration', this.function)
    const routes = this.httpApi.addRoutes({ path: '/{proxy+}', methods: [HttpMethod.ANY], integration })
    const root = this.httpApi.addRoutes({ path: '/', methods: [HttpMethod.GET, HttpMethod.HEAD], integration })
    const logGroup = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.httpStage = new HttpStage(this, 'Stage', {
      httpApi: this.httpApi,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 50, burstLimit: 100 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        // No query, no header: nothing that a caller may have put a key into by mistake.
        format: AccessLogFormat.custom(
          JSON.stringify({
            time: '$context.requestTimeEpoch',
            id: '$context.requestId',
            ip: '$context.identity.sourceIp',
            method: '$context.httpMethod',
            path: '$context.path',
            status: '$context.status',
            bytes: '$context.responseLength',
            ms: '$context.responseLatency',
            error: '$context.integrationErrorMessage',
          }),
        ),
      },
    })
    for (const route of [...routes, ...root]) {
      acknowledge(route, {
        'AwsSolutions-APIG4':
          'The function itself demands a bearer key or an OIDC token on every route but health, the OpenAPI document and the page, which hold no data.',
      })
    }
  }
}
