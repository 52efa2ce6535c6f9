import { Duration } from 'aws-cdk-lib'
import type { HttpStage } from 'aws-cdk-lib/aws-apigatewayv2'
import { Alarm, ComparisonOperator, type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

export interface AlarmsProps {
  readonly stage: string
  readonly topic: ITopic
  readonly httpStage: HttpStage
  readonly deadLetters: IQueue
}

/** How often the watch looks, and how long a point of its metric counts. */
export const WATCH_MINUTES = 15

/** The one metric that the functions themselves publish. */
export function lateMetric(stage: string): Metric {
  return new Metric({
    namespace: 'Tidemark',
    metricName: 'SnapshotLate',
    dimensionsMap: { Stage: stage },
    statistic: Stats.MAXIMUM,
    period: Duration.minutes(WATCH_MINUTES),
  })
}

/** Four, because each costs ten cents a month: what nobody would otherwise be told. What to do: docs/operating.md. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { stage, topic, httpStage, deadLetters }: AlarmsProps) {
    super(scope, id)
    const sum = { statistic: Stats.SUM, period: Duration.minutes(5) }
    const alarms: Record<string, { says: string; metric: IMetric; threshold: number; missing: TreatMissingData }> = {
      SnapshotLate: {
        says: "yesterday's snapshot is not there, or nobody looked",
        // CloudWatch lets a few earlier points stand in for missing ones: the shorter the period, the sooner it stops.
        metric: lateMetric(stage),
        threshold: 1,
        missing: TreatMissingData.BREACHING,
      },
      ApiErrors: {
        says: 'the API answered with 5xx five times in five minutes',
        metric: httpStage.metricServerError(sum),
        threshold: 5,
        missing: TreatMissingData.NOT_BREACHING,
      },
      Throttles: {
        // Of all functions of the account in this region: it is the account's quota that throttles.
        says: 'Lambda refused invocations of this account, because too many ran at once',
        metric: new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', ...sum }),
        threshold: 1,
        missing: TreatMissingData.NOT_BREACHING,
      },
      NotStarted: {
        says: 'a schedule could not start what it ought to',
        metric: deadLetters.metricApproximateNumberOfMessagesVisible({
          statistic: Stats.MAXIMUM,
          period: Duration.minutes(5),
        }),
        threshold: 1,
        missing: TreatMissingData.NOT_BREACHING,
      },
    }
    for (const [name, { says, metric, threshold, missing }] of Object.entries(alarms)) {
      new Alarm(this, name, {
        alarmName: `tidemark-${stage}-${name}`,
        alarmDescription: `${says}. To do: docs/operating.md, "${name}"`,
        metric,
        threshold,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: missing,
      }).addAlarmAction(new SnsAction(topic))
    }
  }
}
