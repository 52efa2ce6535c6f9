import type { Duck } from './duck.ts'

/** Readings of a level that are more days old say nothing about a day. */
const LEVEL_DAYS = 7

/**
 * Makes `base_posts`: readings of posts with the account filled in, the day of publication, `newness` (1 is the newest
 * of its day) and `followers_then`, the account's followers on the day of publication, as the metric `followers` counts
 * them. Counters of single days (`basis: day`) are added up to what the post had by then; their reach is left out, since
 * reach of days does not add up.
 */
export async function makePosts(duck: Duck): Promise<void> {
  await duck.run(`CREATE OR REPLACE TEMP VIEW audience_spans AS
    SELECT source, account, day AS s, value,
      least(day + ${LEVEL_DAYS + 1}, lead(day, 1, day + ${LEVEL_DAYS + 1}) OVER (PARTITION BY source, account, channel, kind ORDER BY day)) AS e
    FROM (
      SELECT source, coalesce(account, source) AS account, channel, kind, day, value FROM owned_audience WHERE kind IN ('followers', 'subscribers', 'members')
      QUALIFY row_number() OVER (PARTITION BY source, coalesce(account, source), channel, kind, day ORDER BY "at" DESC, value DESC) = 1)`)
  const counters = ['impressions', 'likes', 'comments', 'shares', 'saves', 'clicks'].map(
    (name) =>
      `CASE WHEN basis = 'day' THEN sum(${name}) OVER (PARTITION BY source, account, id, basis ORDER BY day) ELSE ${name} END AS ${name}`,
  )
  await duck.run(`CREATE OR REPLACE TEMP VIEW base_posts AS
    WITH readings AS (
      SELECT * REPLACE (coalesce(account, source) AS account, coalesce(basis, 'lifetime') AS basis), day_of(published) AS published_day,
        row_number() OVER (PARTITION BY source, coalesce(account, source), id, coalesce(basis, 'lifetime'), day ORDER BY "at" DESC, impressions DESC, reach DESC, likes DESC, comments DESC, shares DESC, saves DESC, clicks DESC) AS newness
      FROM owned_posts),
    totals AS (
      SELECT source, account, channel, id, basis, day, published_day, newness, CASE WHEN basis = 'day' THEN NULL ELSE reach END AS reach, ${counters.join(', ')} FROM readings WHERE basis = 'lifetime' OR newness = 1),
    followed AS (
      SELECT p.source, p.account, p.published_day, sum(a.value) AS followers_then FROM (SELECT DISTINCT source, account, published_day FROM totals) p
      JOIN audience_spans a ON p.source = a.source AND p.account = a.account AND p.published_day >= a.s AND p.published_day < a.e GROUP BY ALL)
    SELECT t.*, f.followers_then FROM totals t LEFT JOIN followed f USING (source, account, published_day)`)
}
