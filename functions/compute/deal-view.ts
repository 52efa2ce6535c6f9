import type { Duck } from './duck.ts'

/**
 * Makes `base_deals`: deals with `interactions_before`, how many interactions name the deal and came before it closed;
 * null while it is open. Where one of the two times is only a day, those of the closing day count. An interaction
 * means the deal of its own source, if that has one of the id; else that of any source.
 */
export async function makeDeals(duck: Duck): Promise<void> {
  await duck.run(`CREATE OR REPLACE TEMP VIEW base_deals AS
    WITH touches AS (SELECT source, unnest(deals) AS deal, "at", coalesce("count", 1) AS n FROM deal_interactions),
    meant AS (
      SELECT t.*, coalesce(own.source, d.source) AS owner FROM touches t
      LEFT JOIN (SELECT DISTINCT source, id FROM owned_deals) own ON own.id = t.deal AND own.source = t.source
      LEFT JOIN (SELECT DISTINCT source, id FROM owned_deals) d ON d.id = t.deal AND own.source IS NULL),
    counted AS (
      SELECT d.source, d.id, d.closed, sum(m.n) AS n FROM (SELECT DISTINCT source, id, closed FROM owned_deals) d JOIN meant m ON m.deal = d.id AND m.owner = d.source
      WHERE CASE WHEN length(m."at") = 10 OR length(d.closed) = 10 THEN day_of(m."at") <= day_of(d.closed) ELSE coalesce(seconds_between(m."at", d.closed) > 0, false) END GROUP BY ALL)
    SELECT d.*, CASE WHEN d.closed IS NOT NULL THEN coalesce(c.n, 0) END AS interactions_before
    FROM owned_deals d LEFT JOIN counted c ON c.source = d.source AND c.id = d.id AND c.closed = d.closed`)
}
