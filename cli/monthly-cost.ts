import { freeTier, priceList } from './price-list.ts'

/** A synthesised template, as far as it costs money. */
export interface PricedTemplate {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>
  >
}

/** What cannot be read from a template. */
export interface Volume {
  /** Interactions that arrive in a month. */
  readonly interactions: number
  /** Requests to the API in a month. @default 20,000: a dashboard that is looked at, and a report a day */
  readonly requests?: number
}

export interface CostLine {
  readonly what: string
  readonly count: number
  readonly dollars: number
  /** With what AWS gives every account. */
  readonly afterFreeTier: number
}

export interface MonthlyCost {
  readonly lines: readonly CostLine[]
  readonly dollars: number
  readonly afterFreeTier: number
  /** Date of the prices. */
  readonly prices: string
}

const HOURS = 730
const DAYS = HOURS / 24

/** Assumed, for a stream and for a run; measured on a laptop where that can be, and rounded up. */
const ASSUMED = {
  /** Reading and committing one stream, in seconds, beside what its rows take. */
  ingestSeconds: 2,
  /** Rows that a second reads, checks and writes on half a gigabyte. */
  rowsPerSecond: 5_000,
  computeSeconds: 6,
  /** Interactions of the window that a second of compute goes through. */
  computedPerSecond: 1_000_000,
  reportSeconds: 0.1,
  watchSeconds: 0.3,
  apiSeconds: 0.05,
  /** A function that starts anew, as after an hour: loading it and opening its store. */
  startSeconds: 0.7,
  /** A stream of which nothing is due: each day is read once, however often a schedule asks. */
  idleSeconds: 0.1,
  idleWrites: 2,
  /** Objects that a reading, and that a compute, writes and reads. */
  ingestPuts: 5,
  ingestGets: 4,
  computePuts: 12,
  computeGets: 60,
  /** Rows that a reading, and that a compute, writes: the bar S1 of a day's snapshot. */
  ingestWrites: 8,
  computeWrites: 400,
  readsPerRequest: 20,
  /** Bytes of an interaction in the lake, raw and as a fact, compressed. */
  bytesPerInteraction: 120,
  logBytesPerInvocation: 2_000,
  secretsPerReading: 3,
  monthsKept: 13,
} as const

/** States that a run of the workflow enters where a source needs one call: its own, and three for each source. */
export const statesEntered = (sources: number) => 9 + 3 * sources

/** What a month costs at list price, every resource of the template counted. */
export function monthlyCost(template: PricedTemplate, { interactions, requests = 20_000 }: Volume): MonthlyCost {
  const all = Object.values(template.Resources)
  const count = (type: string) => all.filter(({ Type }) => Type === type).length
  const memory = (name: string) => memoryOf(template, name) / 1024
  const schedules = all.filter(({ Type }) => Type === 'AWS::Scheduler::Schedule').map(scheduleOf)
  const runs = schedules.filter(({ streams }) => streams > 0)
  const total = (of: (run: Scheduled) => number) => runs.reduce((sum, run) => sum + run.perMonth * of(run), 0)

  const asked = total(({ streams }) => streams)
  const readings = runs.reduce((sum, run) => sum + Math.min(run.perMonth, DAYS) * run.streams, 0)
  const calls = total(({ sources }) => sources)
  const computes = total(() => 1)
  const snapshots = Math.min(computes, DAYS)
  const watches = schedules.reduce((sum, { streams, perMonth }) => sum + (streams === 0 ? perMonth : 0), 0)
  const invocations = calls + 2 * computes + watches + requests
  const gbSeconds =
    memory('ingest') *
      (calls * ASSUMED.startSeconds +
        readings * ASSUMED.ingestSeconds +
        (asked - readings) * ASSUMED.idleSeconds +
        interactions / ASSUMED.rowsPerSecond) +
    memory('compute') *
      computes *
      (ASSUMED.computeSeconds + ASSUMED.reportSeconds + interactions / ASSUMED.computedPerSecond) +
    memory('watch') * watches * ASSUMED.watchSeconds +
    memory('api') * requests * ASSUMED.apiSeconds
  const storedGb = (interactions * ASSUMED.bytesPerInteraction * ASSUMED.monthsKept) / 1e9
  const tableGb = 0.1
  const metrics = new Set(
    all
      .filter(({ Properties }) => Properties?.Namespace === 'Tidemark')
      .map(({ Properties }) => Properties!.MetricName),
  )
  const price = priceList
  const free = freeTier
  const lines = [
    line('CloudWatch alarms', count('AWS::CloudWatch::Alarm'), price.alarm, free.alarms),
    line('CloudWatch metrics of our own', metrics.size, price.metric, free.metrics),
    line('CloudWatch dashboards', count('AWS::CloudWatch::Dashboard'), price.dashboard, free.dashboards),
    line(
      'workflow: states entered',
      total(({ sources }) => statesEntered(sources)),
      price.stateTransition,
      free.stateTransitions,
    ),
    line('Lambda: invocations', invocations, price.lambdaRequest, free.lambdaRequests),
    line('Lambda: GB-seconds', gbSeconds, price.lambdaGbSecond, free.lambdaGbSeconds),
    line('schedules', runs.length > 0 ? computes + watches : watches, price.schedule, free.schedules),
    line('HTTP API: requests', requests, price.httpApiRequest),
    line(
      'table: writes',
      readings * ASSUMED.ingestWrites + (asked - readings) * ASSUMED.idleWrites + snapshots * ASSUMED.computeWrites,
      price.dynamodbWrite,
    ),
    line('table: reads', requests * ASSUMED.readsPerRequest + asked * 6 + computes * 200, price.dynamodbRead),
    line('table: GB', tableGb, price.dynamodbGb, free.dynamodbGb),
    line('table: GB of point-in-time recovery', tableGb, price.pitrGb),
    line('bucket: GB after a year', storedGb, price.s3Gb),
    line('bucket: writes', readings * ASSUMED.ingestPuts + snapshots * ASSUMED.computePuts, price.s3Put),
    line('bucket: reads', readings * ASSUMED.ingestGets + computes * ASSUMED.computeGets, price.s3Get),
    line('logs: GB', (invocations * ASSUMED.logBytesPerInvocation) / 1e9, price.logsGb, free.logsGb),
    // X-Ray records the first request of each second, and one in twenty of the others.
    line('traces', calls + computes + watches + requests / 4, price.trace, free.traces),
    line('secrets decrypted', readings * ASSUMED.secretsPerReading, price.kmsRequest, free.kmsRequests),
  ]
  const sum = (of: (one: CostLine) => number) => lines.reduce((dollars, one) => dollars + of(one), 0)
  return {
    lines,
    dollars: sum(({ dollars }) => dollars),
    afterFreeTier: sum(({ afterFreeTier }) => afterFreeTier),
    prices: `${price.region}, ${price.date}`,
  }
}

function line(what: string, count: number, price: number, free = 0): CostLine {
  return { what, count, dollars: count * price, afterFreeTier: Math.max(0, count - free) * price }
}

interface Scheduled {
  readonly perMonth: number
  /** None: the watch. */
  readonly sources: number
  readonly streams: number
}

function scheduleOf({ Properties = {} }: PricedTemplate['Resources'][string]): Scheduled {
  const { ScheduleExpression, Target } = Properties as { ScheduleExpression: string; Target: { Input?: unknown } }
  const input = inputOf(Target.Input)
  const [, minute = '0', hour = '0'] = /^cron\((\S+) (\S+)/.exec(ScheduleExpression) ?? []
  const perDay = times(minute, 60) * times(hour, 24)
  return {
    // Of a cadence that leaves days out, this counts too many runs.
    perMonth: perDay * DAYS,
    sources: input?.sources.length ?? 0,
    streams: input?.sources.reduce((sum, { streams }) => sum + streams.length, 0) ?? 0,
  }
}

/** How often a field of cron fits, of `of` values. */
function times(field: string, of: number): number {
  const [range = '', step] = field.split('/')
  if (range === '*' || step !== undefined) return Math.ceil(of / Number(step ?? 1))
  return range.split(',').reduce((sum, part) => {
    const [from = 0, to = from] = part.split('-').map(Number)
    return sum + Number(to) - Number(from) + 1
  }, 0)
}

interface Input {
  readonly sources: readonly { readonly streams: readonly string[] }[]
}

/** CloudFormation puts the input together from text and names of functions. */
function inputOf(input: unknown): Input | null {
  const parts = (input as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join']?.[1]
  const text = parts?.map((part) => (typeof part === 'string' ? part : 'arn')).join('')
  return text ? JSON.parse(text) : null
}

function memoryOf({ Resources }: PricedTemplate, name: string): number {
  const found = Object.values(Resources).find(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::Function' &&
      new RegExp(`^tidemark-[a-z0-9-]+-${name}(-|$)`).test(String(Properties?.FunctionName)),
  )
  return Number(found?.Properties?.MemorySize ?? 0)
}
