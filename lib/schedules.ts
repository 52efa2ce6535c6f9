import { type CfnElement, Duration, RemovalPolicy, Stack, TimeZone } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Schedule, ScheduleExpression, ScheduleGroup, ScheduleTargetInput, TimeWindow } from 'aws-cdk-lib/aws-scheduler'
import { LambdaInvoke, StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'
import { WATCH_MINUTES } from './alarms.ts'
import type { Collect } from './collect.ts'
import type { HouseFunction } from './house-function.ts'
import type { Ingest } from './ingest.ts'

export interface SchedulesProps {
  readonly stage: string
  /** By whose clock it is four in the morning. */
  readonly timezone: string
  readonly ingests: readonly Ingest[]
  readonly collect: Collect
  readonly watch: HouseFunction
  /** Where what could not be started goes. */
  readonly deadLetters: Queue
}

/** How long after its time a run may begin: many accounts, and many vendors, have the same midnight. */
const SPREAD = Duration.minutes(15)

/** What runs when: the workflow, once per cadence with its sources, and the watch four times an hour. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, props: SchedulesProps) {
    const { stage, timezone, ingests, collect, watch, deadLetters } = props
    super(scope, id)
    const scheduleGroup = new ScheduleGroup(this, 'Group', {
      scheduleGroupName: `tidemark-${stage}`,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const timeZone = TimeZone.of(timezone)
    const failing = { deadLetterQueue: deadLetters, retryAttempts: 5, maxEventAge: Duration.hours(1) }
    const cadences = new Set(ingests.map(({ source }) => source.cadence))
    for (const [nth, cadence] of [...cadences].sort().entries()) {
      const due = ingests.filter(({ source }) => source.cadence === cadence)
      const name = /^[a-z]+$/.test(cadence) ? cadence : `cron-${nth}`
      new Schedule(this, name, {
        scheduleGroup,
        scheduleName: `tidemark-${stage}-${name}`,
        description: `Collects ${due.length} sources: ${cadence}`,
        schedule: ScheduleExpression.expression(expressionOf(cadence), timeZone),
        timeWindow: TimeWindow.flexible(SPREAD),
        target: new StepFunctionsStartExecution(collect.stateMachine, {
          input: ScheduleTargetInput.fromObject(collect.input(due)),
          ...failing,
        }),
      })
    }
    const role = new Role(this, 'WatchRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') })
    const functionId = Stack.of(this).resolve((watch.node.defaultChild as CfnElement).logicalId)
    acknowledge(role, {
      [`AwsSolutions-IAM5[Resource::<${functionId}.Arn>:*]`]: 'The versions of that one function.',
    })
    new Schedule(this, 'watch', {
      scheduleGroup,
      scheduleName: `tidemark-${stage}-watch`,
      description: "Looks whether yesterday's snapshot is there",
      // Not at the edge of a period, where a late start would leave one empty.
      schedule: ScheduleExpression.cron({ minute: `5/${WATCH_MINUTES}`, timeZone }),
      target: new LambdaInvoke(watch, { ...failing, role }),
    })
  }
}

const expressionOf = (cadence: string) =>
  ({ daily: 'cron(0 4 * * ? *)', hourly: 'cron(0 * * * ? *)' })[cadence] ?? cadence
