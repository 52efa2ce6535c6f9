import { beforeAll, describe, expect, it } from 'vitest'
import { arnText, cleanUp, type Synthesised, synthesise, testConfig } from './synthesised.ts'

cleanUp()

let made: Synthesised
beforeAll(() => {
  // With everything that can be asked for, in another stage. Throws where a check finds what is not acknowledged.
  made = synthesise(testConfig({ aws: { collectDrops: true, dashboard: true, schedule: 'cron(30 6 * * ? *)' } }), 'dev')
})

describe('what a config may ask for', () => {
  it('is to collect a file when it is dropped, for that source alone', () => {
    const [, bucket] = made.ofType('AWS::S3::Bucket')[0]!
    expect(bucket.Properties.NotificationConfiguration).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    })
    const rules = made.ofType('AWS::Events::Rule').filter(([id]) => id.includes('Dropped'))
    expect(rules).toHaveLength(1)
    const { EventPattern, Targets } = rules[0]![1].Properties
    expect(EventPattern).toMatchObject({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [{ Ref: 'LakeBucket' }] }, object: { key: [{ prefix: 'drop/shop/' }] } },
    })
    const [workflow] = made.ofType('AWS::StepFunctions::StateMachine')[0]!
    expect(arnText(Targets[0].Arn)).toBe(`<${workflow}>`)
    const input = JSON.parse(arnText(Targets[0].Input).replaceAll(/<(\w+)>/g, '$1'))
    expect(input.sources.map(({ source }: { source: string }) => source)).toEqual(['shop'])
  })

  it('makes no second function and no second role', () => {
    const names = made.ofType('AWS::Lambda::Function').map(([, { Properties }]) => Properties.FunctionName)
    expect(names).toHaveLength(8)
    expect(names.every((name) => name?.startsWith('tidemark-dev-'))).toBe(true)
  })

  it('is a CloudWatch dashboard', () => {
    const [, { Properties }] = made.ofType('AWS::CloudWatch::Dashboard')[0]!
    const body = arnText(Properties.DashboardBody)
    for (const title of ['Runs of the workflow', 'Is a snapshot late?', 'Errors by source', 'Rows by source']) {
      expect(body).toContain(title)
    }
  })

  it('is another hour', () => {
    const expressions = made
      .ofType('AWS::Scheduler::Schedule')
      .map(([, { Properties }]) => Properties.ScheduleExpression)
    expect(expressions.sort()).toEqual(['cron(30 6 * * ? *)', 'cron(5/15 * * * ? *)'])
  })

  it('is nobody to tell, and then nobody is subscribed', () => {
    expect(made.ofType('AWS::SNS::Subscription')).toEqual([])
  })
})

it('no name of one stage is a name of another', () => {
  const named = /^(FunctionName|AlarmName|StateMachineName|DashboardName|LogGroupName|Name)$/
  const names = Object.values(made.resources).flatMap(({ Properties = {} }) =>
    Object.entries(Properties).flatMap(([property, value]) =>
      named.test(property) && typeof value === 'string' ? [value] : [],
    ),
  )
  expect(names.length).toBeGreaterThan(15)
  expect(names.filter((name) => !name.includes('tidemark-dev'))).toEqual([])
})
