import { audience, interactions, posts } from '../facts.ts'
import { withColumns } from '../kit/calculated.ts'
import { latest, level, newest, ratio, sum, total } from '../kit/metric.ts'

/** Older readings of a level say nothing about today. */
const LEVEL_DAYS = 7

const engaging = withColumns(posts, {
  reactions: {
    description: 'likes, comments, shares, saves and clicks together; a counter that is absent adds nothing',
    sql: 'CASE WHEN coalesce(likes, comments, shares, saves, clicks) IS NOT NULL THEN coalesce(likes, 0) + coalesce(comments, 0) + coalesce(shares, 0) + coalesce(saves, 0) + coalesce(clicks, 0) END',
  },
  followers: {
    description: 'followers of the account on the day the post was published, read at most 7 days before',
    sql: 'followers_then',
  },
})

export const followers = level({
  id: 'followers',
  title: 'Followers',
  unit: 'count',
  direction: 'up',
  definition:
    'How many follow, subscribe to or belong to your accounts, by the newest reading of each that is at most 7 days old. Somebody who follows two accounts counts twice.',
  measure: latest(audience, 'value', {
    per: ['account', 'channel', 'kind'],
    within: LEVEL_DAYS,
    where: { kind: ['followers', 'subscribers', 'members'] },
  }),
  by: ['channel', 'account'],
})

export const socialInteractions = total({
  id: 'social_interactions',
  title: 'Social interactions',
  unit: 'count',
  direction: 'up',
  definition:
    'Likes, comments, shares, saves and clicks on what you posted, on the day they were seen to have come. One that is taken back counts as minus one.',
  measure: sum(interactions, 'count', { channel: 'social', kind: ['like', 'comment', 'share', 'save', 'click'] }),
  by: ['channel', 'kind', 'account', 'source'],
})

const pooled = {
  unit: 'percent',
  direction: 'up',
  per: 100,
  by: ['channel', 'account', 'source'],
} as const

export const engagementRateByReach = ratio({
  ...pooled,
  id: 'engagement_rate_by_reach',
  title: 'Engagement rate by reach',
  definition:
    'Reactions to the posts published in the window per 100 people reached. All posts are added up before dividing, so a small post does not weigh as much as a large one; somebody reached by two posts counts twice.',
  numerator: newest(engaging, 'reactions', 'reach'),
  denominator: newest(engaging, 'reach', 'reactions'),
})

export const engagementRateByImpressions = ratio({
  ...pooled,
  id: 'engagement_rate_by_impressions',
  title: 'Engagement rate by impressions',
  definition:
    'Reactions to the posts published in the window per 100 times they were shown. All posts are added up before dividing.',
  numerator: newest(engaging, 'reactions', 'impressions'),
  denominator: newest(engaging, 'impressions', 'reactions'),
})

export const engagementRateByFollowers = ratio({
  ...pooled,
  id: 'engagement_rate_by_followers',
  title: 'Engagement rate by followers',
  definition:
    'Reactions to the posts published in the window per 100 followers, those of the account on the day each post was published.',
  numerator: newest(engaging, 'reactions', 'followers'),
  denominator: newest(engaging, 'followers', 'reactions'),
})
