/**
 * List prices in US dollars of us-east-1, without free tiers; other regions differ by up to a third. From AWS's price
 * pages, https://aws.amazon.com/<name of the product>/pricing/: compare them once a year, and change the date.
 */
export const priceList = {
  /** When these were the prices. */
  date: '2025-06-01',
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

/** What AWS gives every account each month, for ever, in the units of the list: it is left out where `free` is asked for. */
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
