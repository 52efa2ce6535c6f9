import type { ConfigData } from '../kit/config.ts'
import { addDays, type Day } from '../kit/day.ts'
import { type Period, periods } from '../kit/period.ts'
import type { Lake } from '../store/lake.ts'
import { type Cohort, type CohortsRow, keys } from '../store/rows.ts'
import type { Table } from '../store/table.ts'
import { type Calendar, type Calendars, calendarsOf, digestOf, inputsDigest, settledDay } from './cohort-basis.ts'
import { type DerivedIndex, objectsOf, saveIndex } from './derived.ts'
import type { Duck } from './duck.ts'
import { loadFacts } from './load-facts.ts'
import { POPULATION_PRESENCE, SPELLS } from './measure/spans.ts'
import { publishCohorts } from './publish-cohorts.ts'

/** Ages for which a cohort is followed: ten years. */
const MOST_AGES: Readonly<Record<Period, number>> = { week: 520, month: 120 }

/** What cohorts are computed with. */
export interface CohortDeps {
  readonly store: { readonly table: Table }
  readonly config: ConfigData
  readonly now: () => Date
}

/** Numbers of one period by cohort; where `retained` steps up and down, by the period in which it does. */
interface Counted {
  readonly sizes: Map<Day, number>
  readonly steps: Map<Day, Map<Day, number>>
}

/**
 * Brings retention cohorts, weekly and monthly, up to date in the table.
 *
 * A cohort is everybody whose first time as a customer began in that week or month, by the spells that the population
 * is counted from: people resolved, only the owner's rows, spells that ended on the day they began left out, contacts
 * only where nobody is a customer. Somebody who comes back stays in the cohort of the first time.
 *
 * Of them, at age k, those are retained who are there in the k-th period after their own (0 is their own): by contract,
 * whom a spell covers at the end of its last day, so that who leaves on that day is not; by inactivity, who did
 * something themselves on any of its days, whatever their spells, and at age 0 also before they became customers. Who
 * is away for a while and back counts again.
 *
 * A number is final once its cohort's days and the days it looks at have settled; its coverage is the lesser of the two.
 * One that nothing was read for is null. Periods that have not ended have none, and so has a cohort whose own has not.
 *
 * Nothing is computed unless a period ended, facts of ended ones moved, or what was read of them settled.
 */
export async function updateCohorts(
  { store: { table }, config, now }: CohortDeps,
  duck: Duck,
  lake: Lake,
  index: DerivedIndex,
  range: { readonly from: Day; readonly to: Day },
): Promise<void> {
  const { pk, sk } = keys.cohorts()
  const known = (await table.get(pk, sk)) as CohortsRow | undefined
  // Without a row, either nothing was computed yet or a rebuild has emptied the table.
  if (!known && !knowsCustomers(config, index)) return
  const through = settledDay(range.to)
  const inputs = inputsDigest(config, index, through)
  const first = known && known.first < range.from ? known.first : range.from
  const expected = calendarsOf(config, index, first, range.to)
  const dirty = index.cohortsDirty ?? null
  const moved = dirty !== null && dirty <= through && inputs !== known?.inputs
  if (known && !moved && known.basis === basisDigest(config, expected)) return

  const anybody = objectsOf(index, 'customers').length > 0
  if (anybody) await loadPresence(duck, lake, index, config, range.to)
  const earliest = anybody ? await earliestOf(duck) : null
  const start = earliest !== null && earliest < first ? earliest : first
  const calendars = start === first ? expected : calendarsOf(config, index, start, range.to)
  const counted = anybody ? await count(duck, config, calendars) : null
  const rows = periods.flatMap((period) =>
    calendars[period].starts.map((cohort, i) => ({
      period,
      cohort,
      row: assemble(calendars[period], i, MOST_AGES[period], counted?.[period], config.churn),
    })),
  )
  await publishCohorts(table, rows, now())
  const state: CohortsRow = {
    pk,
    sk,
    first: start,
    last: { week: calendars.week.starts.at(-1) ?? null, month: calendars.month.starts.at(-1) ?? null },
    basis: basisDigest(config, calendars),
    inputs,
  }
  await table.put(state)
  if (dirty === null) return
  index.cohortsDirty = null
  await saveIndex(lake, index)
}

/** Remembers the first day that changed until cohorts are computed, which is not whenever snapshots are. */
export function noteCohortsDirty(index: DerivedIndex): void {
  const { dirty, cohortsDirty = null } = index
  if (dirty !== null && (cohortsDirty === null || dirty < cohortsDirty)) index.cohortsDirty = dirty
}

const basisDigest = ({ churn }: ConfigData, calendars: Calendars) => digestOf([churn, calendars])

/** Whether any stream says, or may say, who is a customer. */
function knowsCustomers({ sources }: ConfigData, index: DerivedIndex): boolean {
  return sources.some(({ id, streams }) =>
    streams.some(({ name, facts }) => {
      const yields = facts ?? index.cursors[`${id} ${name}`]?.facts
      return yields === undefined || yields.includes('customers')
    }),
  )
}

/** Only who acted needs facts of single days; spells are loaded from the beginning in any case. */
async function loadPresence(duck: Duck, lake: Lake, index: DerivedIndex, config: ConfigData, to: Day): Promise<void> {
  await loadFacts(duck, lake, index, config, [], config.churn === 'contractual' ? addDays(to, 1) : null)
  await duck.run(SPELLS)
  if (config.churn === 'contractual') await duck.run(POPULATION_PRESENCE)
}

async function earliestOf(duck: Duck): Promise<Day | null> {
  const [found] = await duck.rows<{ first: Day | null }>('SELECT CAST(min(day) AS VARCHAR) AS first FROM spells')
  return found?.first ?? null
}

/** One statement for both periods: who joined when, and when how many of them came and went, or acted. */
async function count(
  duck: Duck,
  { churn }: ConfigData,
  calendars: Calendars,
): Promise<Readonly<Record<Period, Counted>>> {
  const contractual = churn === 'contractual'
  // Numbers are compared much faster than the keys of persons.
  const moves = contractual
    ? `SELECT j.nth, j.first, unnest([p.s, p.e]) AS day, unnest([1, -1]) AS n FROM population_presence p JOIN joined j ON p.key = j.person`
    : `SELECT DISTINCT j.nth, j.first, a.day, 1 AS n FROM f_interactions a JOIN joined j ON a.person = j.person WHERE a.actor = 'customer'`
  const selects = periods.flatMap((period) => {
    const last = calendars[period].starts.at(-1)
    if (last === undefined) return []
    const start = (day: string) => `CAST(date_trunc('${period}', ${day}) AS DATE)`
    const seen = `SELECT ${contractual ? '' : 'DISTINCT '}nth, ${start('first')} AS cohort, ${start('day')} AS seen, n FROM moves`
    return [
      `SELECT '${period}' AS period, ${start('first')} AS cohort, NULL AS seen, count(*) AS n FROM joined GROUP BY ALL`,
      `SELECT '${period}' AS period, cohort, seen, sum(n) AS n FROM (${seen}) WHERE seen >= cohort AND seen <= DATE '${last}' GROUP BY ALL`,
    ]
  })
  const found: Record<Period, Counted> = {
    week: { sizes: new Map(), steps: new Map() },
    month: { sizes: new Map(), steps: new Map() },
  }
  if (selects.length === 0) return found
  const rows = await duck.rows<{ period: Period; cohort: Day; seen: Day | null; n: number }>(
    `WITH joined AS MATERIALIZED (SELECT person, min(day) AS first, row_number() OVER () AS nth FROM spells GROUP BY person),
       moves AS MATERIALIZED (${moves})
     SELECT period, CAST(cohort AS VARCHAR) AS cohort, CAST(seen AS VARCHAR) AS seen, CAST(n AS INTEGER) AS n FROM (${selects.join(' UNION ALL ')})`,
  )
  for (const { period, cohort, seen, n } of rows) {
    const { sizes, steps } = found[period]
    if (seen === null) sizes.set(cohort, n)
    else steps.set(cohort, (steps.get(cohort) ?? new Map<Day, number>()).set(seen, n))
  }
  return found
}

function assemble(
  { starts, joined, present }: Calendar,
  i: number,
  most: number,
  counted: Counted | undefined,
  churn: ConfigData['churn'],
): Cohort {
  const own = joined[i]!
  const ages = starts.slice(i, i + most)
  const steps = counted?.steps.get(starts[i]!)
  let sum = 0
  const retained = ages.map((start) => {
    const step = steps?.get(start) ?? 0
    sum = churn === 'contractual' ? sum + step : step
    return sum
  })
  const bases = ages.map((_, age) => present[i + age]!)
  const reasons = bases.map(({ reason }) => own.reason ?? reason)
  return {
    size: own.reason === null ? (counted?.sizes.get(starts[i]!) ?? 0) : null,
    size_null_reason: own.reason,
    size_final: own.final,
    size_coverage: own.coverage,
    retained: retained.map((n, age) => (reasons[age] === null ? n : null)),
    null_reason: reasons,
    final: bases.map(({ final }) => own.final && final),
    coverage: bases.map(({ coverage }) => Math.min(own.coverage, coverage)),
  }
}
