import { defineCommand } from 'citty'
import { bucketOf, type Granularity, granularities, nextBucket } from '../functions/analysis/roll-up.ts'
import { sayValue } from '../functions/analysis/say-value.ts'
import { type Answered, query as ask, type Bucket } from '../functions/compute/query.ts'
import { configData } from '../functions/kit/config.ts'
import { addDays, type Day } from '../functions/kit/day.ts'
import { invalid } from '../functions/kit/errors.ts'
import type { Metric } from '../functions/kit/metric.ts'
import { metrics } from '../functions/metrics/index.ts'
import { dayRange } from './day-range.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'
import { textTable } from './text-table.ts'

const CHOICES = [...granularities, 'total'] as const
type Choice = (typeof CHOICES)[number]

/** `tidemark query` */
export const query = defineCommand({
  meta: { name: 'query', description: 'A metric over any days, exact, from the facts themselves' },
  args: {
    metric: { type: 'positional', description: 'Id of the metric', required: true },
    from: { type: 'string', valueHint: 'day', description: 'First day', required: true },
    to: { type: 'string', valueHint: 'day', description: 'Last day (yesterday, unless given)' },
    by: { type: 'string', valueHint: 'dimension', description: 'What to split by' },
    granularity: { type: 'string', valueHint: 'g', description: CHOICES.join(', '), default: 'total' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    const metric = metrics.find(({ id }) => id === args.metric)
    if (!metric) throw invalid(`'${args.metric}' is no metric; 'tidemark metrics' lists them`)
    const by = args.by
    if (by !== undefined && !metric.by?.includes(by)) {
      throw invalid(`--by ${by}: ${metric.id} splits by ${metric.by?.join(', ') || 'nothing'}`)
    }
    const granularity = CHOICES.find((one) => one === args.granularity)
    if (!granularity) throw invalid(`--granularity ${args.granularity}: expected ${CHOICES.join(', ')}`)
    await using deployment = await openDeployment()
    const { config, store } = deployment
    const { from, to } = dayRange(deployment, args)!
    const buckets = bucketsOf(from, to, granularity)
    const values = await ask(store.lake, configData(config), { metric, buckets, ...(by !== undefined && { by }) })
    const currency = metric.unit === 'money' ? config.currency : undefined
    const body = {
      metric: metric.id,
      unit: metric.unit,
      ...(currency !== undefined && { currency }),
      timezone: config.timezone,
      granularity,
      by: by ?? null,
      values,
    }
    return { ok: true, json: body, text: describe(metric, currency, by, values) }
  },
})

/** Whole weeks, months or quarters, clipped to the range at both ends. */
function bucketsOf(from: Day, to: Day, granularity: Choice): Bucket[] {
  if (granularity === 'total') return [{ from, to }]
  const buckets: Bucket[] = []
  for (let first = from; first <= to; first = following(first, granularity)) {
    const last = addDays(following(first, granularity), -1)
    buckets.push({ from: first, to: last > to ? to : last })
  }
  return buckets
}

const following = (day: Day, granularity: Granularity) => nextBucket(bucketOf(day, granularity), granularity)

function describe(metric: Metric, currency: string | undefined, by: string | undefined, values: readonly Answered[]) {
  const say = (value: number | null, reason: string | undefined) =>
    value === null ? (reason ?? 'no_data').replaceAll('_', ' ') : sayValue(value, metric.unit, currency)
  const rows = values.flatMap(({ from, to, value, null_reason, finality, coverage, by: groups }) => {
    const covered = coverage < 1 ? `${Math.floor(coverage * 100)} % covered` : ''
    const days = from === to ? from : `${from} to ${to}`
    const whole = [days, ...(by === undefined ? [] : ['']), say(value, null_reason), finality, covered]
    const split = Object.entries((by !== undefined && groups?.[by]) || {})
    return [whole, ...split.map(([key, part]) => [days, key, say(part.value, part.null_reason), finality, covered])]
  })
  return textTable(['days', ...(by === undefined ? [] : [by]), metric.id, 'finality', ''], rows)
}
