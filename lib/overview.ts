import { Dashboard, GraphWidget, LogQueryWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { lateMetric } from './alarms.ts'
import type { Collect } from './collect.ts'
import type { Compute } from './compute.ts'
import type { Ingest } from './ingest.ts'

export interface OverviewProps {
  readonly stage: string
  readonly ingests: readonly Ingest[]
  readonly compute: Compute
  readonly collect: Collect
}

/** A CloudWatch dashboard: runs, freshness, durations, rows and errors per source. Only where it is asked for. */
export class Overview extends Construct {
  constructor(scope: Construct, id: string, { stage, ingests, compute, collect }: OverviewProps) {
    super(scope, id)
    const { stateMachine } = collect
    const durations = ingests.map((ingest) => ingest.metricDuration({ label: ingest.source.id }))
    // A stream that fails is an answer of its function, and no error of it.
    const logGroupNames = ingests.map(({ logGroup }) => logGroup.logGroupName)
    new Dashboard(this, 'Dashboard', {
      dashboardName: `tidemark-${stage}`,
      widgets: [
        [
          new GraphWidget({
            title: 'Runs of the workflow',
            width: 12,
            left: [stateMachine.metricSucceeded(), stateMachine.metricFailed(), stateMachine.metricTimedOut()],
          }),
          new GraphWidget({ title: 'Is a snapshot late?', width: 12, left: [lateMetric(stage)] }),
        ],
        [
          new LogQueryWidget({
            title: 'Errors by source',
            width: 12,
            logGroupNames,
            queryLines: ["filter message = 'read failed'", 'stats count(*) as errors by source, stream, bin(1d)'],
          }),
          new GraphWidget({
            title: 'Time taken',
            width: 12,
            left: [...durations, compute.metricDuration({ statistic: Stats.MAXIMUM, label: 'compute' })],
          }),
        ],
        [
          new LogQueryWidget({
            title: 'Rows by source',
            width: 24,
            logGroupNames,
            queryLines: [
              "filter message = 'read'",
              'stats sum(records) as read, sum(facts) as facts by source, bin(1d)',
            ],
          }),
        ],
      ],
    })
  }
}
