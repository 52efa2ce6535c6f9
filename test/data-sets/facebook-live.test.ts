import { sameOfBoth } from './ask-both.ts'

const [FROM, TO] = ['2012-07-15', '2018-06-13']

sameOfBoth({
  large: true,
  folder: 'facebook_live_sellers',
  config: 'test/data-sets/configs/facebook-live.config.ts',
  program: 'facebook_live.py',
  to: TO,
  facts: 7_050,
  questions: [
    ['social_interactions', FROM, TO, 'total', 'kind'],
    ['social_interactions', '2017-11-03', '2018-02-06', 'week', 'account'],
    ['engagement_rate_by_reach', FROM, TO],
    ['engagement_rate_by_followers', FROM, TO],
  ],
  more: [
    ['social_interactions', FROM, TO, 'week', 'kind'],
    ['social_interactions', FROM, TO, 'month', 'account'],
    ['interactions', '2013-09-09', '2014-05-01', 'month', 'kind'],
    ['engagement_rate_by_impressions', FROM, TO],
  ],
})
