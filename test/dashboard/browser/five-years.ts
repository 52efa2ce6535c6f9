import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addDays, type Day, day, daysBetween, eachDay } from '../../../functions/kit/day.ts'
import { runCommands } from '../../cli/in-one-process.ts'

const checkout = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')

/** Eight in the morning in Berlin: yesterday is the newest day, and the vendors have settled what is older than three. */
export const NOW = '2026-11-20T07:00:00Z'
export const LAST = day('2026-11-19')
export const FIRST = day('2021-11-20')

/** A company of its own: every metric of the first page has data, for five years. */
const CONFIG = `import { customers, interactions, orders, responses, tickets } from '${checkout}/functions/facts.ts'
import { defineConfig } from '${checkout}/functions/kit/config.ts'
import { person } from '${checkout}/functions/kit/person.ts'
import { csv } from '${checkout}/functions/sources/csv.ts'

const zone = 'Europe/Berlin'
const customer = (row) => person({ id: row.who })

export default defineConfig({
  timezone: zone,
  currency: 'EUR',
  windows: [1, 7, 28],
  weights: { purchase: 10, ticket: 4, comment: 2, open: 1 },
  targets: { nps: 60, customer_interaction_rate: 60 },
  score: [
    { metric: 'engagement_points_per_customer', window: 28, weight: 4, floor: 0, target: 12, engagement: 'contextual', pillar: 'product' },
    { metric: 'nps', window: 28, weight: 2, floor: -100, target: 100, engagement: 'emotional', pillar: 'brand' },
    { metric: 'first_response_time', window: 28, weight: 1, floor: 86400, target: 3600, engagement: 'convenience', pillar: 'agent' },
  ],
  sources: [
    csv({ file: 'people.csv', zone, map: (row) => customers({ customer: customer(row), since: row.since, ...(row.left && { left: row.left }) }) }, { id: 'crm' }),
    csv({ file: 'events.csv', zone, settles: 3, map: (row) => interactions({ at: row.at, channel: row.channel, kind: row.kind, count: Number(row.count), initiator: row.initiator }) }, { id: 'app' }),
    csv({ file: 'orders.csv', zone, map: (row) => orders({ id: row.id, at: row.at, amount: Number(row.cents), currency: 'EUR', kind: 'order', customer: customer(row) }) }, { id: 'shop' }),
    csv({ file: 'answers.csv', zone, map: (row) => responses({ id: row.id, at: row.at, survey: row.survey, value: Number(row.value), scale: row.survey === 'nps' ? [0, 10] : [1, 5], customer: customer(row) }) }, { id: 'survey' }),
    csv({ file: 'tickets.csv', zone, map: (row) => tickets({ id: row.id, opened: row.at, channel: 'email', initiator: 'customer', first_reply: row.replied, first_solved: row.solved, solved: row.solved, customer: customer(row) }) }, { id: 'desk' }),
  ],
})
`

/** Ups and downs that anybody can compute again: a year, a week, and a little noise from the day's number. */
function busy(one: Day): number {
  const n = daysBetween(FIRST, one)
  const week = [0.7, 1, 1.1, 1.1, 1.05, 1, 0.6][n % 7]!
  return week * (1 + 0.3 * Math.sin((2 * Math.PI * n) / 365)) * (0.9 + (((n * 7919) % 101) / 101) * 0.2)
}

/** People come at about one a day, and one in five leaves after ten months. */
function people(): string[] {
  return eachDay(addDays(FIRST, -300), LAST).map((since, i) => {
    const left = addDays(since, 300)
    return `p${i},${since},${i % 5 === 0 && left <= LAST ? left : ''}`
  })
}

const files: Readonly<Record<string, { header: string; rows: (one: Day, n: number) => string[] }>> = {
  'events.csv': {
    header: 'at,channel,kind,count,initiator',
    rows: (one) => [
      `${one}T10:00,web,action,${Math.round(60 * busy(one))},customer`,
      `${one}T11:00,social,comment,${Math.round(25 * busy(one))},customer`,
      `${one}T12:00,email,open,${Math.round(90 * busy(one))},customer`,
    ],
  },
  'orders.csv': {
    header: 'id,at,cents,who',
    rows: (one, n) =>
      Array.from(
        { length: Math.round(4 * busy(one)) },
        (_, i) =>
          `o${n}-${i},${one}T15:0${i % 10},${2000 + ((n * 37 + i * 911) % 9000)},p${(n * 3 + i * 17) % (n + 250)}`,
      ),
  },
  'answers.csv': {
    header: 'id,at,survey,value,who',
    rows: (one, n) => [
      ...Array.from(
        { length: 2 },
        (_, i) => `n${n}-${i},${one}T16:00,nps,${[10, 9, 8, 10, 6, 9, 3][(n + i * 3) % 7]},p${(n + i) % 250}`,
      ),
      `c${n},${one}T17:00,csat,${[5, 4, 3, 5, 2][n % 5]},p${n % 250}`,
    ],
  },
  'tickets.csv': {
    header: 'id,at,replied,solved,who',
    rows: (one, n) =>
      Array.from(
        { length: 1 + (n % 3) },
        (_, i) => `t${n}-${i},${one}T09:00,${one}T${10 + ((n + i) % 8)}:30,${one}T20:00,p${(n * 5 + i) % 250}`,
      ),
  },
}

/** Makes a home of five years by the commands that a user types, and returns the environment that opens it. */
export async function fiveYears(): Promise<{ folder: string; env: Record<string, string> }> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-five-years-'))
  const home = join(folder, 'home')
  mkdirSync(home)
  writeFileSync(join(folder, 'tidemark.config.ts'), CONFIG)
  writeFileSync(join(folder, 'people.csv'), ['who,since,left', ...people()].join('\n'))
  const days = eachDay(FIRST, LAST)
  for (const [name, { header, rows }] of Object.entries(files)) {
    writeFileSync(join(folder, name), [header, ...days.flatMap((one, n) => rows(one, n))].join('\n'))
  }
  const env = { TIDEMARK_CONFIG: join(folder, 'tidemark.config.ts'), TIDEMARK_HOME: home, TIDEMARK_NOW: NOW }
  const quiz = ['annotate', 'add', 'Weekly quiz', '--from', '2026-10-05', '--to', '2026-10-11', '--channel', 'email']
  const ended = await runCommands([['collect', '--from', FIRST, '--to', LAST, '--json'], quiz], env)
  for (const { code, stdout, stderr } of ended) if (code !== 0) throw new Error(`${stdout}\n${stderr}`)
  return { folder, env }
}
