import type { ConfigData } from '../kit/config.ts'
import { channels, classify, kinds } from '../kit/taxonomy.ts'
import { COUNTER_CHANGES } from './counter-changes.ts'
import { type Duck, quote } from './duck.ts'
import { EXACT } from './exact.ts'

/**
 * Makes `base_interactions`: interactions as sources said them, and those that follow from orders, answers, tickets,
 * referrals and counters. A table, since many measures read it; alike ones of a day are one row with their exact count.
 */
export async function makeInteractions(duck: Duck, config: ConfigData): Promise<void> {
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
    SELECT source, order_day AS day, 'commerce' AS channel, 'purchase' AS kind, 1.0::DOUBLE AS count, 'customer' AS initiator, 'customer' AS actor, min(person) AS person, source AS account
      FROM dated_orders WHERE kind = 'order' AND day = order_day GROUP BY source, id, order_day
    UNION ALL
    SELECT source, day, CASE WHEN survey IN ('rating', 'recommendation') THEN 'review' ELSE 'survey' END,
      CASE WHEN survey IN ('rating', 'recommendation') THEN 'review' ELSE 'response' END, 1.0, NULL, 'customer', person, source FROM owned_responses
    UNION ALL
    SELECT source, day, channel, 'ticket', 1.0, initiator, coalesce(initiator, 'customer'), person, source FROM owned_tickets
    UNION ALL
    SELECT source, day, 'referral', 'referral', 1.0, 'customer', 'customer', person, source FROM owned_referrals
    UNION ALL
    SELECT source, day, channel, kind, change, NULL, 'customer', NULL, account FROM counter_changes`)
  await duck.run(`CREATE OR REPLACE TEMP TABLE base_interactions AS
    WITH every AS (
      SELECT source, day, channel, kind, coalesce("count", 1) AS "count", initiator, coalesce(actor, initiator) AS actor, person, source AS account FROM owned_interactions
      UNION ALL
      SELECT d.* FROM derived_interactions d ANTI JOIN said s ON s.source = d.source AND s.what = d.channel || '.' || d.kind)
    SELECT e.* EXCLUDE ("count"), c.engagement, c.pillar, c.weight, sum(exact(e."count")) AS "count" FROM every e LEFT JOIN classes c USING (channel, kind) GROUP BY ALL`)
}
