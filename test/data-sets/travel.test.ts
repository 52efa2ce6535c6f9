import { sameOfBoth } from './ask-both.ts'

const [FROM, TO] = ['2011-06-21', '2017-08-27']

sameOfBoth({
  large: true,
  folder: 'travel_stackexchange',
  config: 'test/data-sets/configs/travel.config.ts',
  program: 'travel.py',
  to: TO,
  facts: 68_193,
  questions: [
    ['community_posts', FROM, TO, 'total', 'kind'],
    ['community_active_members', FROM, TO, 'total', 'kind'],
    ['community_active_members', '2016-11-11', '2017-01-06', 'month', 'kind'],
    ['stickiness', '2017-02-01', '2017-02-28'],
  ],
  more: [
    ['community_posts', FROM, TO, 'week', 'kind'],
    ['community_active_members', FROM, TO, 'week'],
    ['active_customers', FROM, TO, 'month'],
    ['interactions_per_active_customer', '2014-01-31', '2014-03-02'],
    ['stickiness', '2013-08-05', '2013-09-01'],
  ],
})
