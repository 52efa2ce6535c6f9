import { calculatedOf } from '../kit/calculated.ts'
import type { ConfigData } from '../kit/config.ts'
import type { Day } from '../kit/day.ts'
import type { FactShape } from '../kit/fact.ts'
import type { Lake } from '../store/lake.ts'
import { makeDeals } from './deal-view.ts'
import { type DerivedIndex, objectsOf } from './derived.ts'
import { type Duck, quote } from './duck.ts'
import { fromParquet, shapes } from './fact-sql.ts'
import { makeInteractions } from './interaction-view.ts'
import { makeOrders } from './order-view.ts'
import { makePosts } from './post-view.ts'
import { onceFacts, saidOnce, saidTwice } from './said-once.ts'

/** Which channel and kind compute derives from which fact. */
const DERIVED_FROM = ['orders', 'responses', 'tickets', 'referrals', 'posts'] as const

/** Facts that make interactions: the fact itself and those from which compute derives them. */
export const interactionFacts: readonly string[] = ['interactions', ...DERIVED_FROM]

/**
 * Loaded from the beginning: spells, tickets and deals last, a counter changes since its last earlier reading, a level
 * holds for days, and the first line of an order, the order that a refund returns, or what is said again may be of any age.
 */
const WHOLE: readonly string[] = ['customers', 'orders', 'posts', 'audience', ...onceFacts]

/** Facts whose rows metrics read otherwise than as they were said; the others' `base` is what their owners said. */
const REMADE: readonly string[] = ['customers', 'orders', 'interactions', 'posts', 'deals']

/**
 * Makes the views `f_<fact>` that measures read: people resolved, rows of non-owners left out, money converted,
 * interactions derived, and the columns that metrics calculate. Every view has `day` and `source`.
 *
 * @param read the facts that measures read, with their calculated columns
 * @param from first day that any window looks at; null for all there is
 */
export async function loadFacts(
  duck: Duck,
  lake: Lake,
  index: DerivedIndex,
  config: ConfigData,
  read: readonly FactShape[],
  from: Day | null,
): Promise<void> {
  for (const fact of Object.keys(shapes)) {
    const files = await filesOf(lake, index, fact, WHOLE.includes(fact) ? null : from)
    const concerned = 'customer' in shapes[fact]!.columns
    const person = concerned ? ', coalesce(i.person, f.customer) AS person' : ''
    const join = concerned ? 'LEFT JOIN identity i ON f.customer = i.key' : ''
    await duck.run(`CREATE OR REPLACE TEMP VIEW raw_${fact} AS
      SELECT f.*${person} FROM (${fromParquet(fact, files)}) f ${join}`)
    await duck.run(
      `CREATE OR REPLACE TEMP VIEW counted_${fact} AS SELECT * FROM raw_${fact} f WHERE ${owned(fact, config)}`,
    )
    await makeOwned(duck, fact)
    if (!REMADE.includes(fact)) {
      await duck.run(`CREATE OR REPLACE TEMP VIEW base_${fact} AS SELECT * FROM owned_${fact}`)
    }
  }
  await duck.run(`CREATE OR REPLACE TEMP VIEW base_customers AS
    SELECT * REPLACE (coalesce(role, 'customer') AS role), CASE WHEN "left" IS NULL THEN NULL ELSE day_of("left") END AS left_day FROM owned_customers`)
  await makeOrders(duck, config)
  await makeInteractions(duck, config)
  await makePosts(duck)
  const dealt = objectsOf(index, 'deals').length > 0
  const told = dealt ? await filesOf(lake, index, 'interactions', null) : []
  await duck.run(`CREATE OR REPLACE TEMP VIEW deal_interactions AS
    SELECT * FROM (${fromParquet('interactions', told)}) f WHERE len(deals) > 0 AND ${owned('interactions', config)}`)
  await makeDeals(duck)
  await calculate(duck, read)
}

/** Makes `owned_<fact>`: what owners said, each thing once. A table only where something was said twice, which is rare. */
async function makeOwned(duck: Duck, fact: string): Promise<void> {
  const from = `counted_${fact}`
  const twice = saidTwice(fact, from)
  const isTwice = twice !== null && (await duck.rows(twice)).length > 0
  if (isTwice) await duck.run(`CREATE OR REPLACE TEMP TABLE once_${fact} AS ${saidOnce(fact, from)}`)
  await duck.run(`CREATE OR REPLACE TEMP VIEW owned_${fact} AS SELECT * FROM ${isTwice ? `once_${fact}` : from}`)
}

async function filesOf(lake: Lake, index: DerivedIndex, fact: string, from: Day | null): Promise<string[]> {
  return Promise.all(objectsOf(index, fact, from).map((key) => lake.file(key)))
}

/** Makes `f_<fact>` out of `base_<fact>` and every column that a metric calculates. */
async function calculate(duck: Duck, read: readonly FactShape[]): Promise<void> {
  for (const fact of Object.keys(shapes)) {
    const columns = new Map<string, string>()
    for (const shape of read.filter(({ name }) => name === fact)) {
      for (const [name, { sql }] of Object.entries(calculatedOf(shape))) {
        if (name in shapes[fact]!.columns || (columns.get(name) ?? sql) !== sql) {
          throw new Error(`two meanings of ${fact}.${name}`)
        }
        columns.set(name, sql)
      }
    }
    const added = [...columns].map(([name, sql]) => `, (${sql}) AS "${name}"`).join('')
    await duck.run(`CREATE OR REPLACE TEMP VIEW f_${fact} AS SELECT *${added} FROM base_${fact}`)
  }
}

/** Only the owner's rows count; `interactions` and `tickets` may have an owner per channel, which goes before their own. */
export function owned(fact: string, { owners }: Pick<ConfigData, 'owners'>): string {
  const whens = Object.entries(owners).flatMap(([what, source]) => {
    const [name, channel] = what.split('.')
    return name === fact && channel ? [`WHEN f.channel = ${quote(channel)} THEN f.source = ${quote(source)}`] : []
  })
  const otherwise = owners[fact] === undefined ? 'true' : `f.source = ${quote(owners[fact])}`
  return whens.length > 0 ? `CASE ${whens.join(' ')} ELSE ${otherwise} END` : otherwise
}
