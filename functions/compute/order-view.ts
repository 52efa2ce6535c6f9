import type { ConfigData } from '../kit/config.ts'
import { type Duck, quote } from './duck.ts'

const minorDigits = (currency: string) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2

/**
 * Orders in the reporting currency: `value` is null where no rate is known for its day. A refund takes the rate of its
 * order's day, unless that lies after its own. Rows with one id are lines of one order: `order_day` is the day of the first.
 */
export async function makeOrders(duck: Duck, { currency, rates }: ConfigData): Promise<void> {
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
  await duck.run(`CREATE OR REPLACE TEMP VIEW base_orders AS
    WITH at_rate AS (
      SELECT o.*, CASE WHEN o.kind = 'refund' THEN least(coalesce(p.placed, o.day), o.day) ELSE o.day END AS rate_day
      FROM dated_orders o LEFT JOIN order_days p ON o.source = p.source AND o."order" = p.id)
    SELECT a.* EXCLUDE (amount), CASE WHEN a.currency = ${quote(currency)} THEN a.amount ELSE a.amount * r.factor END AS amount
    FROM at_rate a ASOF LEFT JOIN rates r ON a.currency = r.currency AND a.rate_day >= r.since`)
}
