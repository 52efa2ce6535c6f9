import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Match } from 'aws-cdk-lib/assertions'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectedBy } from '../../bin/expected-by.ts'
import definition from '../../lib/collect.asl.json' with { type: 'json' }
import { arnText, cleanUp, listOf, type Synthesised, synthesise, testConfig, type Untyped } from './synthesised.ts'

cleanUp()

/** Minutes that CloudWatch takes to evaluate and to publish: it looks at every alarm once a minute. */
const EVALUATED = 5

/**
 * Periods beyond those asked for whose points stand in for missing ones: AWS's example has two, for three periods, and
 * people count up to three for one. Twice that is allowed for here.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
const STANDING_IN = 6

let made: Synthesised
beforeAll(() => {
  // Throws where AWS's own rules or those of cdk-nag find something that is not acknowledged.
  made = synthesise(testConfig())
})

const has = (type: string, properties: object) => made.template.hasResourceProperties(type, properties)
const whole = (type: string, resource: object) => made.template.hasResource(type, resource)

describe('what lasts', () => {
  it('has the names that the first deployment gave it: another name is another, empty one', () => {
    expect(made.ofType('AWS::S3::Bucket').map(([id]) => id)).toEqual(['LakeBucket'])
    expect(made.ofType('AWS::DynamoDB::Table').map(([id]) => id)).toEqual(['Table'])
  })

  it('stays when the stack goes', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::CloudFormation::CustomResource']) {
      whole(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
    }
  })

  it('is encrypted, closed to the public and to plain HTTP, and versioned for a week', () => {
    has('AWS::S3::Bucket', {
      BucketEncryption: Match.objectLike({}),
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ Prefix: 'raw/', ExpirationInDays: 400 }),
          Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 7 } }),
        ]),
      },
    })
    has('AWS::S3::BucketPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      }),
    })
  })

  it('is a table on demand, with point-in-time recovery, protected, whose rows expire', () => {
    has('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    })
  })
})

describe('functions', () => {
  it('are one for each source on one bundle, and compute, API, watch and setup', () => {
    const functions = made.ofType('AWS::Lambda::Function').map(([, { Properties }]) => Properties)
    expect(functions.map(({ FunctionName }) => FunctionName).sort()).toEqual(
      ['api', 'compute', 'ingest-facebook', 'ingest-hubspot', 'ingest-hubspot-2', 'ingest-shop', 'setup', 'watch'].map(
        (name) => `tidemark-prod-${name}`,
      ),
    )
    const bundles = functions.filter(({ FunctionName }) => FunctionName.includes('-ingest-'))
    expect(new Set(bundles.map(({ Code }) => JSON.stringify(Code.S3Key))).size).toBe(1)
  })

  it('run on arm64 and Node 24, write JSON logs to logs of their own, trace, and share no role', () => {
    const functions = made.ofType('AWS::Lambda::Function').map(([, { Properties }]) => Properties)
    for (const { Architectures, Runtime, LoggingConfig, TracingConfig, MemorySize } of functions) {
      expect({ Architectures, Runtime, TracingConfig }).toEqual({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        TracingConfig: { Mode: 'Active' },
      })
      expect(LoggingConfig.LogFormat).toBe('JSON')
      expect(MemorySize).toBeLessThanOrEqual(3_008)
    }
    expect(new Set(functions.map(({ Role }) => JSON.stringify(Role))).size).toBe(functions.length)
    expect(new Set(functions.map(({ LoggingConfig }) => JSON.stringify(LoggingConfig.LogGroup))).size).toBe(
      functions.length,
    )
    for (const [, { Properties }] of made.ofType('AWS::Logs::LogGroup')) expect(Properties.RetentionInDays).toBe(30)
  })

  it('that ingest are given options that Node takes from its environment', () => {
    const functions = made.ofType('AWS::Lambda::Function').map(([, { Properties }]) => Properties)
    const given = functions.flatMap(({ FunctionName, Environment }) =>
      (Environment?.Variables?.NODE_OPTIONS ?? '')
        .split(' ')
        .map((option: string) => [FunctionName, option.split('=')[0]]),
    )
    const some = given.filter(([, option]) => option !== '')
    expect(some.length).toBe(functions.filter(({ FunctionName }) => /-ingest-/.test(FunctionName)).length)
    expect(some.filter(([, option]) => !process.allowedNodeEnvironmentFlags.has(option))).toEqual([])
  })

  it('hold no concurrency that a new account does not have', () => {
    for (const [, { Properties }] of made.ofType('AWS::Lambda::Function')) {
      expect(Properties.ReservedConcurrentExecutions).toBeUndefined()
    }
  })

  it('lie in a stack without network, NAT or Secrets Manager', () => {
    const types = Object.values(made.resources).map(({ Type }) => Type)
    expect(types.filter((type) => /^AWS::(EC2|SecretsManager|KMS)::/.test(type))).toEqual([])
  })
})

describe('the workflow', () => {
  it('is the file that runs on a laptop', () => {
    const [, { Properties }] = made.ofType('AWS::StepFunctions::StateMachine')[0]!
    expect(JSON.parse(Properties.DefinitionString)).toEqual(definition)
    expect(definition.States.Sources.MaxConcurrency).toBe(5)
  })

  it('may call these functions and publish to this topic, and nothing else', () => {
    const role = made.ofType('AWS::StepFunctions::StateMachine')[0]![1].Properties.RoleArn['Fn::GetAtt'][0]
    const [, policy] = made.ofType('AWS::IAM::Policy').find(([, { Properties }]) => Properties.Roles[0].Ref === role)!
    const statements = policy.Properties.PolicyDocument.Statement
    const may = (action: string) =>
      statements
        .filter(({ Action }: Untyped) => listOf(Action).includes(action))
        .flatMap(({ Resource }: Untyped) => listOf(Resource).map(arnText))
    const called = made
      .ofType('AWS::Lambda::Function')
      .filter(([, { Properties }]) => /-(ingest-.*|compute)$/.test(Properties.FunctionName))
    expect(may('lambda:InvokeFunction').sort()).toEqual(called.map(([id]) => `<${id}>`).sort())
    expect(may('sns:Publish')).toEqual([`<${made.ofType('AWS::SNS::Topic')[0]![0]}>`])
  })

  it('retries what a new account throttles, in each of its tasks', () => {
    const tasks = [...JSON.stringify(definition).matchAll(/"Resource":"arn:aws:states:::lambda:invoke"/g)]
    const retries = [...JSON.stringify(definition).matchAll(/"Lambda\.TooManyRequestsException"/g)]
    expect(tasks.length).toBe(3)
    expect(retries.length).toBe(tasks.length)
  })
})

describe('schedules', () => {
  const schedule = (name: string) =>
    made
      .ofType('AWS::Scheduler::Schedule')
      .find(([, { Properties }]) => Properties.Name === `tidemark-prod-${name}`)![1].Properties

  it('are one for each cadence, by the clock of the reporting zone, each with its sources', () => {
    expect(schedule('daily')).toMatchObject({
      ScheduleExpression: 'cron(0 4 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
    })
    expect(schedule('hourly').ScheduleExpression).toBe('cron(0 * * * ? *)')
    const input = (name: string) => JSON.parse(arnText(schedule(name).Target.Input).replaceAll(/<(\w+)>/g, '$1'))
    expect(input('daily').sources.map(({ source }: Untyped) => source)).toEqual(['hubspot', 'hubspot-2', 'facebook'])
    expect(input('hourly')).toMatchObject({
      from: null,
      to: null,
      force: false,
      sources: [{ source: 'shop', streams: ['rows'], function: expect.stringContaining('Ingestshop') }],
      compute: expect.stringContaining('Compute'),
      topic: expect.stringContaining('Attention'),
    })
  })

  it('leave what they could not start in the queue that an alarm looks at', () => {
    const [queue] = made.ofType('AWS::SQS::Queue').map(([id]) => id)
    for (const [, { Properties }] of made.ofType('AWS::Scheduler::Schedule')) {
      expect(arnText(Properties.Target.DeadLetterConfig.Arn)).toBe(`<${queue}>`)
    }
    has('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 1,
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
    })
  })
})

describe('people are told', () => {
  it('by e-mail, of alarms and of messages alike', () => {
    has('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.com' })
    const topic = { Ref: made.ofType('AWS::SNS::Topic')[0]![0] }
    for (const [, { Properties }] of made.ofType('AWS::CloudWatch::Alarm'))
      expect(Properties.AlarmActions).toEqual([topic])
  })

  it('by four alarms at most: each costs ten cents a month', () => {
    expect(
      made
        .ofType('AWS::CloudWatch::Alarm')
        .map(([, { Properties }]) => Properties.AlarmName)
        .sort(),
    ).toEqual(['ApiErrors', 'NotStarted', 'SnapshotLate', 'Throttles'].map((name) => `tidemark-prod-${name}`))
  })

  it('within two hours after the time of the run whose snapshot is not there, also where no schedule ran at all', () => {
    const alarm = made.ofType('AWS::CloudWatch::Alarm').find(([id]) => id.includes('SnapshotLate'))![1].Properties
    const { Period, EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods } = alarm
    expect(alarm).toMatchObject({
      Namespace: 'Tidemark',
      MetricName: 'SnapshotLate',
      Dimensions: [{ Name: 'Stage', Value: 'prod' }],
      Statistic: 'Maximum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'breaching',
    })
    const crons = new Map(
      made.ofType('AWS::Scheduler::Schedule').map(([, { Properties }]) => [Properties.Name, Properties]),
    )
    const watch = /^cron\((\d+)\/(\d+) \* \* \* \? \*\)$/.exec(crons.get('tidemark-prod-watch')!.ScheduleExpression)!
    const [offset, every] = watch.slice(1).map(Number) as [number, number]
    const period = Period / 60
    // Each period has a point of its own, well inside it.
    expect([every, crons.get('tidemark-prod-watch')!.FlexibleTimeWindow.Mode]).toEqual([period, 'OFF'])
    expect(offset).toBeGreaterThan(2)
    expect(offset).toBeLessThan(period - 2)

    const daily = testConfig({ aws: {} })
    const [minute, hour] = crons.get('tidemark-prod-daily')!.ScheduleExpression.slice(5).split(' ').map(Number)
    const due = hour * 60 + minute
    // The workflow was not started, and the watch looks: its next point is bad, and its period ends.
    const seen = expectedBy(daily) + every + DatapointsToAlarm * period + EVALUATED
    // Nothing was started: the last good point came just before the run's time, and stands in for missing ones.
    const unseen = due + (EvaluationPeriods + STANDING_IN) * period + EVALUATED
    expect(seen - due).toBeLessThanOrEqual(120)
    expect(unseen - due).toBeLessThanOrEqual(120)
  })

  it('of answers with 5xx of this API, and of throttled functions of the whole account', () => {
    has('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/ApiGateway',
      MetricName: '5xx',
      Statistic: 'Sum',
      Dimensions: Match.arrayWith([{ Name: 'ApiId', Value: { Ref: made.ofType('AWS::ApiGatewayV2::Api')[0]![0] } }]),
    })
    has('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Throttles',
      Statistic: 'Sum',
      Threshold: 1,
      Dimensions: Match.absent(),
    })
  })

  it('of executions that failed, timed out or were aborted, with a queue for what cannot be told', () => {
    has('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: {
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
          stateMachineArn: [{ Ref: made.ofType('AWS::StepFunctions::StateMachine')[0]![0] }],
        },
      },
      Targets: [
        Match.objectLike({
          Arn: { Ref: made.ofType('AWS::SNS::Topic')[0]![0] },
          DeadLetterConfig: { Arn: Match.anyValue() },
        }),
      ],
    })
  })

  it('on a topic that takes messages of alarms, of rules, and of nobody over plain HTTP', () => {
    const [, { Properties }] = made.ofType('AWS::SNS::TopicPolicy')[0]!
    const statements: readonly Untyped[] = Properties.PolicyDocument.Statement
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow').map(({ Principal }) => Principal.Service)
    expect(allowed.sort()).toEqual(['cloudwatch.amazonaws.com', 'events.amazonaws.com'])
    const denied = statements.filter(({ Effect }) => Effect === 'Deny')
    expect(denied).toMatchObject([{ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }])
  })

  it('with words that docs/operating.md explains', () => {
    const runbook = readFileSync(join(import.meta.dirname, '../../docs/operating.md'), 'utf8')
    for (const [, { Properties }] of made.ofType('AWS::CloudWatch::Alarm')) {
      expect(runbook).toContain(`## ${Properties.AlarmName.replace('tidemark-prod-', '')}`)
    }
    expect(runbook.toLowerCase()).toContain('## a run did not end')
  })
})

describe('the API', () => {
  it('is throttled, and its log holds neither query nor header', () => {
    const [, { Properties }] = made.ofType('AWS::ApiGatewayV2::Stage')[0]!
    expect(Properties.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 })
    expect(Object.keys(JSON.parse(Properties.AccessLogSettings.Format))).toEqual(
      expect.arrayContaining(['time', 'path', 'status']),
    )
    expect(Properties.AccessLogSettings.Format).not.toMatch(/rawQuery|querystring|header|authorizer/i)
  })

  it('has its address among the outputs, which hold no key', () => {
    const outputs = made.template.toJSON().Outputs
    expect(Object.keys(outputs).sort()).toEqual(['Bucket', 'TableName', 'Topic', 'Url', 'Workflow'])
  })
})

describe('wildcards', () => {
  it('stand alone as a resource only where AWS knows no resources', () => {
    const alone = made
      .ofType('AWS::IAM::Policy')
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
      .filter(({ Resource }) => listOf(Resource).includes('*'))
      .flatMap(({ Action }) => listOf(Action))
    expect(
      alone.filter(
        (action) =>
          !/^(xray:Put|xray:GetSampling|logs:(\w*LogDelivery|\w*LogDeliveries|\w*ResourcePolic(y|ies)|DescribeLogGroups)$)/.test(
            action,
          ),
      ),
    ).toEqual([])
    expect(alone).toContain('xray:PutTraceSegments')
  })

  it('stand for no action', () => {
    const actions = made
      .ofType('AWS::IAM::Policy')
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
      .flatMap(({ Action }) => listOf(Action))
    expect(actions.filter((action) => action.includes('*'))).toEqual([])
  })

  it('are explained: every acknowledgement in lib/ has a reason', () => {
    const folder = join(import.meta.dirname, '../../lib')
    const text = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n')
    const acknowledged = [...text.matchAll(/'((?:AwsSolutions|Serverless)-[^']+)':\s*(?:'([^']*)')?/g)]
    expect(acknowledged.length).toBeGreaterThan(5)
    for (const [, , reason] of acknowledged) expect(reason?.length ?? 0).toBeGreaterThan(20)
  })
})
