import type { ConfigData } from '../kit/config.ts'
import type { Day } from '../kit/day.ts'
import { channels, classify, kinds } from '../kit/taxonomy.ts'
import type { Lake } from '../store/lake.ts'
import { type DerivedIndex, objectsOf } from './derived.ts'
import { type Duck, quote } from './duck.ts'
import { fromParquet } from './fact-sql.ts'

/** Which channel and kind compute derives from which fact. */
const DERIVED_FROM = ['orders', 'responses', 'tickets', 'referrals', 'posts'] as const

/** Facts that make interactions: the fact itself and those from which compute derives them. */
export const interactionFacts: readonly string[] = ['interactions', ...DERIVED_FROM]

/** Facts that values depend on so far. */
export const loadedFacts = [
  'interactions',
  'customers',
  'orders',
  'responses',
  'tickets',
  'referrals',
  'posts',
] as const

/**
 * Loaded from the beginning: spells last, a counter changes since its last earlier reading, and the first line of an
 * order, or the order that a refund returns, may be of any age.
 */
const WHOLE: readonly string[] = ['customers', 'orders', 'posts']

/**
 * Makes the views `f_<fact>` that measures read: people resolved, rows of non-owners left out, money converted,
 * interactions derived. Every view has `day` and `source`.
 *
 * @param from first day that any window looks at; null for all there is
 */
export async function loadFacts(
  duck: Duck,
  lake: Lake,
  index: DerivedIndex,
  config: ConfigData,
  from: Day | null,
): Promise<void> {
  for (const fact of loadedFacts) {
    const keys = objectsOf(index, fact, WHOLE.includes(fact) ? null : from)
    const files = await Promise.all(keys.map((key) => lake.file(key)))
    const person = fact === 'posts' ? '' : ', coalesce(i.person, f.customer) AS person'
    const join = fact === 'posts' ? '' : 'LEFT JOIN identity i ON f.customer = i.key'
    await duck.run(`CREATE OR REPLACE TEMP VIEW raw_${fact} AS
      SELECT f.*${person} FROM (${fromParquet(fact, files)}) f ${join}`)
    await duck.run(
      `CREATE OR REPLACE TEMP VIEW owned_${fact} AS SELECT * FROM raw_${fact} f WHERE ${owned(fact, config)}`,
    )
  }
  await duck.run(`CREATE OR REPLACE TEMP VIEW f_customers AS
    SELECT * REPLACE (coalesce(role, 'customer') AS role), CASE WHEN "left" IS NULL THEN NULL ELSE day_of("left") END AS left_day FROM owned_customers`)
  await makeOrders(duck, config)
  await makeInteractions(duck, config)
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

/** Exact to nine digits after the point, whatever the order of addition. */
export const EXACT = 'DECIMAL(38, 9)'

const minorDigits = (currency: string) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2

/**
 * Orders in the reporting currency: `value` is null where no rate is known for its day. A refund takes the rate of its
 * order's day, unless that lies after its own. Rows with one id are lines of one order: `order_day` is the day of the first.
 */
async function makeOrders(duck: Duck, { currency, rates }: ConfigData): Promise<void> {
  const rows = rates.map(({ currency: from, from: day, rate }) => {
    const factor = rate * 10 ** (minorDigits(currency) - minorDigits(from))
    return `(${quote(from)}, DATE ${quote(day)}, ${factor}::DOUBLE)`
  })
  const none = `SELECT '' AS currency, DATE '1900-01-01' AS since, 1.0::DOUBLE AS factor WHERE false`
  await duck.run(
    `CREATE OR REPLACE TEMP TABLE rates AS ${rows.length > 0 ? `SELECT * FROM (VALUES ${rows.join(', ')}) r(currency, since, factor)` : none}`,
  )
  await duck.run(`CREATE OR REPLACE TEMP VIEW dated_orders AS
    SELECT *, min(day) OVER (PARTITION BY source, id, kind = 'refund') AS order_day FROM owned_orders`)
  await duck.run(`CREATE OR REPLACE TEMP TABLE order_days AS
    SELECT source, id, min(day) AS placed FROM owned_orders WHERE kind <> 'refund' GROUP BY ALL`)
  await duck.run(`CREATE OR REPLACE TEMP VIEW f_orders AS
    WITH at_rate AS (
      SELECT o.*, CASE WHEN o.kind = 'refund' THEN least(coalesce(p.placed, o.day), o.day) ELSE o.day END AS rate_day
      FROM dated_orders o LEFT JOIN order_days p ON o.source = p.source AND o."order" = p.id)
    SELECT a.* EXCLUDE (amount), CASE WHEN a.currency = ${quote(currency)} THEN a.amount ELSE a.amount * r.factor END AS amount
    FROM at_rate a ASOF LEFT JOIN rates r ON a.currency = r.currency AND a.rate_day >= r.since`)
}

/** Interactions as sources said them, and those that follow from orders, answers, tickets, referrals and counters. */
async function makeInteractions(duck: Duck, config: ConfigData): Promise<void> {
  const combinations = channels.flatMap((channel) =>
    [...kinds, ...config.kinds].map((kind) => {
      const given = classify(channel, kind)
      const own = [config.engagement[`${channel}.${kind}`], config.engagement[kind]]
      const engagement = own.find((one) => one?.engagement)?.engagement ?? given.engagement
      const pillar = own.find((one) => one?.pillar)?.pillar ?? given.pillar
      const weight = config.weights[`${channel}.${kind}`] ?? config.weights[kind] ?? 0
      return `(${quote(channel)}, ${quote(kind)}, ${quote(engagement)}, ${quote(pillar)}, ${weight}::${EXACT})`
    }),
  )
  await duck.run(`CREATE OR REPLACE TEMP TABLE classes AS
    SELECT * FROM (VALUES ${combinations.join(', ')}) c(channel, kind, engagement, pillar, weight)`)
  const said = config.sources.flatMap(({ id, streams }) =>
    streams.flatMap(({ emits }) => emits.map((what) => `(${quote(id)}, ${quote(what)})`)),
  )
  await duck.run(
    `CREATE OR REPLACE TEMP TABLE said AS ${said.length > 0 ? `SELECT * FROM (VALUES ${said.join(', ')}) s(source, what)` : "SELECT '' AS source, '' AS what WHERE false"}`,
  )
  await duck.run(`CREATE OR REPLACE TEMP VIEW counter_changes AS ${COUNTER_CHANGES}`)
  await duck.run(`CREATE OR REPLACE TEMP VIEW derived_interactions AS
    SELECT source, order_day AS day, 'commerce' AS channel, 'purchase' AS kind, 1.0::DOUBLE AS count, 'customer' AS initiator, 'customer' AS actor, min(person) AS person
      FROM dated_orders WHERE kind = 'order' AND day = order_day GROUP BY source, id, order_day
    UNION ALL
    SELECT source, day, CASE WHEN survey IN ('rating', 'recommendation') THEN 'review' ELSE 'survey' END,
      CASE WHEN survey IN ('rating', 'recommendation') THEN 'review' ELSE 'response' END, 1.0, NULL, 'customer', person FROM owned_responses
    UNION ALL
    SELECT source, day, channel, 'ticket', 1.0, initiator, coalesce(initiator, 'customer'), person FROM owned_tickets
    UNION ALL
    SELECT source, day, 'referral', 'referral', 1.0, 'customer', 'customer', person FROM owned_referrals
    UNION ALL
    SELECT source, day, channel, kind, change, NULL, 'customer', NULL FROM counter_changes`)
  await duck.run(`CREATE OR REPLACE TEMP VIEW f_interactions AS
    WITH every AS (
      SELECT source, day, channel, kind, coalesce("count", 1) AS "count", initiator, coalesce(actor, initiator) AS actor, person FROM owned_interactions
      UNION ALL
      SELECT d.* FROM derived_interactions d ANTI JOIN said s ON s.source = d.source AND s.what = d.channel || '.' || d.kind)
    SELECT e.*, c.engagement, c.pillar, c.weight FROM every e LEFT JOIN classes c USING (channel, kind)`)
}

/** One row per post, day and counter, newest reading of the day; `like` is what `likes` counts. */
const COUNTERS = `
  SELECT source, channel, account, id, day, basis, CASE WHEN published IS NULL THEN NULL ELSE day_of(published) END AS published, kind, value
  FROM (SELECT source, channel, coalesce(account, source) AS account, id, day, coalesce(basis, 'lifetime') AS basis, published, "at",
    unnest(['like', 'comment', 'share', 'save', 'click']) AS kind, unnest([likes, comments, shares, saves, clicks]) AS value FROM owned_posts)
  WHERE value IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY source, account, id, day, basis, kind ORDER BY "at" DESC, value DESC, channel, published) = 1`

/**
 * What changed since the post's last earlier reading. First sight counts in full if the post was published since the
 * account was read before, or that day; else it is where counting starts (`baseline`).
 */
const COUNTER_CHANGES = `
  WITH counters AS (${COUNTERS}),
  readings AS (SELECT source, account, day, lag(day) OVER (PARTITION BY source, account ORDER BY day) AS previous FROM (SELECT DISTINCT source, account, day FROM counters WHERE basis = 'lifetime'))
  SELECT c.source, c.day, c.channel, c.id, c.kind, c.value AS change, false AS baseline FROM counters c WHERE basis = 'day'
  UNION ALL
  SELECT source, day, channel, id, kind, CASE
      WHEN earlier IS NOT NULL THEN value - earlier
      WHEN published >= coalesce(previous, day) THEN value
      ELSE 0 END, earlier IS NULL AND value > 0 AND (published >= coalesce(previous, day)) IS NOT TRUE
  FROM (SELECT c.*, r.previous, lag(value) OVER (PARTITION BY c.source, c.account, c.id, c.kind ORDER BY c.day) AS earlier
    FROM counters c JOIN readings r USING (source, account, day) WHERE c.basis = 'lifetime')`
