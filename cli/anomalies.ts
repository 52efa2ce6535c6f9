import { defineCommand } from 'citty'
import { day } from '../functions/kit/day.ts'
import { askApi } from './ask-api.ts'
import { plural } from './describe-progress.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'

/** What `GET /v1/anomalies` answers, as far as a person reads it here. */
export interface AnomaliesAnswer {
  readonly date: string
  readonly finality: string
  readonly unusual: number
  readonly usual: number
  readonly not_judged: number
  readonly metrics: readonly {
    readonly metric: string
    readonly status: 'usual' | 'unusual' | 'not_judged'
    readonly good: boolean | null
    readonly reason: string | null
    readonly sentence: string
  }[]
}

/** `tidemark anomalies` */
export const anomalies = defineCommand({
  meta: {
    name: 'anomalies',
    description: 'Which metrics were unusual for their weekday, and which cannot be judged yet',
  },
  args: {
    date: { type: 'string', valueHint: 'day', description: 'The day; the newest with a snapshot if absent' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    const query = args.date === undefined ? '' : `?date=${day(args.date)}`
    await using deployment = await openDeployment()
    const body = await askApi(deployment, `/v1/anomalies${query}`)
    const found = JSON.parse(body) as AnomaliesAnswer
    const { date, finality, unusual, usual, not_judged } = found
    const head = `${date}, ${finality}: ${unusual} unusual, ${usual} usual, ${not_judged} not judged`
    const lines = [...sayUnusual(found), ...sayNotJudged(found)]
    return { ok: true, json: body, text: [head, ...(lines.length > 0 ? ['', ...lines] : [])].join('\n') }
  },
})

/** A line for every metric that was unusual. */
export function sayUnusual({ metrics }: AnomaliesAnswer): string[] {
  return metrics
    .filter(({ status }) => status === 'unusual')
    .map(({ metric, sentence, good }) => {
      const verdict = good === null ? '' : good ? ', for the better' : ', for the worse'
      return `${metric}: ${sentence}${verdict}`
    })
}

/** A line for every reason not to judge, with the metrics that it holds back: all of them, or those of one reason. */
export function sayNotJudged({ metrics }: AnomaliesAnswer, only?: string): string[] {
  const held = metrics.filter(
    ({ status, reason }) => status === 'not_judged' && (only === undefined || reason === only),
  )
  return [...Map.groupBy(held, ({ sentence }) => sentence)].map(([sentence, of]) => {
    const named = of.slice(0, MOST_NAMED).map(({ metric }) => metric)
    const more = of.length > MOST_NAMED ? ', …' : ''
    return `${sentence} (${plural(of.length, 'metric')}: ${named.join(', ')}${more})`
  })
}

const MOST_NAMED = 4
