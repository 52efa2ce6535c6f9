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
export const COUNTER_CHANGES = `
  WITH counters AS (${COUNTERS}),
  readings AS (SELECT source, account, day, lag(day) OVER (PARTITION BY source, account ORDER BY day) AS previous FROM (SELECT DISTINCT source, account, day FROM counters WHERE basis = 'lifetime'))
  SELECT c.source, c.account, c.day, c.channel, c.id, c.kind, c.value AS change, false AS baseline FROM counters c WHERE basis = 'day'
  UNION ALL
  SELECT source, account, day, channel, id, kind, CASE
      WHEN earlier IS NOT NULL THEN value - earlier
      WHEN published >= coalesce(previous, day) THEN value
      ELSE 0 END, earlier IS NULL AND value > 0 AND (published >= coalesce(previous, day)) IS NOT TRUE
  FROM (SELECT c.*, r.previous, lag(value) OVER (PARTITION BY c.source, c.account, c.id, c.kind ORDER BY c.day) AS earlier
    FROM counters c JOIN readings r USING (source, account, day) WHERE c.basis = 'lifetime')`
