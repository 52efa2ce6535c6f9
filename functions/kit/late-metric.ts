/**
 * A point of the metric that says whether a snapshot is late (1) or not (0), in CloudWatch's embedded metric format: a
 * line of a function's log is all it takes.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function lateMetric(stage: string, late: boolean, now: Date): string {
  return JSON.stringify({
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [
        { Namespace: 'Tidemark', Dimensions: [['Stage']], Metrics: [{ Name: 'SnapshotLate', Unit: 'Count' }] },
      ],
    },
    Stage: stage,
    SnapshotLate: late ? 1 : 0,
  })
}
