import type { Duck } from './duck.ts'

/** Readings of a level older than this say nothing about a day. */
const LEVEL_DAYS = 7

/**
 * Makes `base_posts`: one row per post and day of reading, newest reading of the day, with the account filled in, the
 * day of publication and `followers_then`, the account's followers on it. Counters of single days (`basis: day`) are
 * added up to what the post had by then; their reach is left out, since reach of days does not add up.
 */
export async function makePosts(duck: Duck): Promise<void> {
  await duck.run(`CREATE OR REPLACE TEMP VIEW audience_by_day AS
    SELECT source, account, day, sum(value) AS value FROM (
      SELECT source, coalesce(account, source) AS account, day, value FROM owned_audience WHERE kind IN ('followers', 'subscribers', 'members')
      QUALIFY row_number() OVER (PARTITION BY source, coalesce(account, source), channel, kind, day ORDER BY "at" DESC, value DESC) = 1) GROUP BY ALL`)
  const counters = ['impressions', 'likes', 'comments', 'shares', 'saves', 'clicks'].map(
    (name) =>
      `CASE WHEN basis = 'day' THEN sum(${name}) OVER (PARTITION BY source, account, id, basis ORDER BY day) ELSE ${name} END AS ${name}`,
  )
  await duck.run(`CREATE OR REPLACE TEMP VIEW base_posts AS
    WITH readings AS (
      SELECT * REPLACE (coalesce(account, source) AS account, coalesce(basis, 'lifetime') AS basis), day_of(published) AS published_day FROM owned_posts
      QUALIFY row_number() OVER (PARTITION BY source, coalesce(account, source), id, coalesce(basis, 'lifetime'), day ORDER BY "at" DESC, impressions DESC, reach DESC, likes DESC, comments DESC, shares DESC, saves DESC, clicks DESC) = 1),
    totals AS (
      SELECT source, account, channel, id, basis, day, published_day, CASE WHEN basis = 'day' THEN NULL ELSE reach END AS reach, ${counters.join(', ')} FROM readings)
    SELECT p.*, CASE WHEN a.day > p.published_day - ${LEVEL_DAYS} THEN a.value END AS followers_then
    FROM totals p ASOF LEFT JOIN audience_by_day a ON p.source = a.source AND p.account = a.account AND p.published_day >= a.day`)
}
