/**
 * List prices in US dollars of us-east-1, without free tiers; other regions differ by up to a third. From AWS's price
 * pages, https://aws.amazon.com/<name of the product>/pricing/: compare them once a year, and change the date.
 *
 * Compared on the date below with stored copies of pages: Step Functions (the same in Frankfurt), X-Ray, KMS and the free
 * tiers of CloudWatch with AWS's own; HTTP API with the worked example of AWS's page; Lambda on arm64, DynamoDB (halved in
 * November 2024), its recovery, EventBridge Scheduler, logs, alarms, metrics and dashboards with what others quote from
 * AWS's pages in 2025 and 2026. No readable copy was found of the tables for S3.
 */
export const priceList = {
  /** When they were compared. */
  date: '2026-11-22',
  region: 'us-east-1',
  lambdaRequest: 0.2e-6,
  lambdaGbSecond: 0.0000133334,
  stateTransition: 25e-6,
  schedule: 1e-6,
  httpApiRequest: 1e-6,
  dynamodbWrite: 0.625e-6,
  dynamodbRead: 0.125e-6,
  dynamodbGb: 0.25,
  pitrGb: 0.2,
  s3Gb: 0.023,
  s3Put: 5e-6,
  s3Get: 0.4e-6,
  alarm: 0.1,
  metric: 0.3,
  dashboard: 3,
  logsGb: 0.5,
  trace: 5e-6,
  kmsRequest: 3e-6,
} as const

/**
 * What AWS gives every account each month, for ever (not the credits of new ones, nor what ends after twelve months), in the units of the list: it is left out
 * where `free` is asked for.
 */
export const freeTier = {
  lambdaRequests: 1e6,
  lambdaGbSeconds: 400_000,
  stateTransitions: 4_000,
  dynamodbGb: 25,
  alarms: 10,
  metrics: 10,
  dashboards: 3,
  logsGb: 5,
  traces: 100_000,
  kmsRequests: 20_000,
  schedules: 14e6,
} as const
