import { defineCommand } from 'citty'
import { day } from '../functions/kit/day.ts'
import { invalid } from '../functions/kit/errors.ts'
import { type Period, periods } from '../functions/kit/period.ts'
import { askApi } from './ask-api.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'
import { textTable } from './text-table.ts'

/** What `GET /v1/cohorts` answers, as far as a person reads it here. */
interface CohortsAnswer {
  readonly period: string
  readonly timezone: string
  readonly definition: string
  readonly cohorts: readonly string[]
  readonly size: readonly (number | null)[]
  readonly size_null_reason: readonly (string | null)[]
  readonly rate: readonly (readonly (number | null)[])[]
  readonly finality: readonly (readonly string[])[]
  readonly coverage: readonly (readonly number[])[]
}

/** Ages that fit on a screen. */
const MOST_AGES = 13

/** `tidemark cohorts` */
export const cohorts = defineCommand({
  meta: { name: 'cohorts', description: 'How many of those who joined in a week or month are still there' },
  args: {
    period: { type: 'string', valueHint: periods.join('|'), description: 'How customers are grouped (week)' },
    from: { type: 'string', valueHint: 'day', description: 'A day of the first cohort (12 cohorts, unless given)' },
    to: { type: 'string', valueHint: 'day', description: 'A day of the last cohort (the newest, unless given)' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    const query = new URLSearchParams()
    if (args.period !== undefined) query.set('period', periodOf(args.period))
    if (args.from !== undefined) query.set('from', day(args.from))
    if (args.to !== undefined) query.set('to', day(args.to))
    await using deployment = await openDeployment()
    const body = await askApi(deployment, `/v1/cohorts?${query}`)
    return { ok: true, json: body, text: describeCohorts(JSON.parse(body) as CohortsAnswer) }
  },
})

function periodOf(text: string): Period {
  const found = periods.find((period) => period === text)
  if (!found) throw invalid(`'${text.slice(0, 40)}' is no period; expected ${periods.join(' or ')}`)
  return found
}

/** The triangle, in percent of each cohort. */
export function describeCohorts(given: CohortsAnswer): string {
  const { period, timezone, definition, cohorts: names, size, size_null_reason, rate, finality, coverage } = given
  const most = Math.max(0, ...rate.map((ages) => ages.length))
  const ages = Math.min(most, MOST_AGES)
  const cell = (i: number, age: number): string | null => {
    const value = rate[i]![age]
    if (value === undefined) return ''
    const marks = `${finality[i]![age] === 'final' ? '' : '*'}${coverage[i]![age]! < 1 ? '?' : ''}`
    return `${value === null ? '–' : value.toFixed(1)}${marks}`
  }
  const cells = names.map((_, i) => Array.from({ length: ages }, (_, age) => cell(i, age)))
  const width = Math.max(0, ...cells.flat().map((text) => text?.length ?? 0))
  const rows = names.map((name, i) => [
    name,
    size[i] ?? (size_null_reason[i] ?? 'no_data').replaceAll('_', ' '),
    ...cells[i]!.map((text) => text?.padStart(width) ?? null),
  ])
  const headings = [period, 'size', ...Array.from({ length: ages }, (_, age) => String(age).padStart(width))]
  const notes = [
    cells.flat().some((text) => text?.includes('*')) && '* provisional',
    cells.flat().some((text) => text?.includes('?')) && '? not all of it was read',
    most > ages && `ages from ${ages} to ${most - 1}: with --json`,
  ].filter((note) => note !== false)
  return [
    `Percent of each cohort retained, by age in ${period}s; days of ${timezone}.`,
    definition,
    '',
    textTable(headings, rows),
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n')
}
