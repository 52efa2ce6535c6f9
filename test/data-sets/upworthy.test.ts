import { sameOfBoth } from './ask-both.ts'

const [FROM, TO] = ['2013-01-01', '2015-04-30']

sameOfBoth({
  large: true,
  folder: 'upworthy_ga_daily',
  config: 'test/data-sets/configs/upworthy.config.ts',
  program: 'upworthy.py',
  to: TO,
  facts: 850,
  questions: [
    ['sessions', FROM, TO],
    ['sessions', FROM, TO, 'month', 'source'],
    ['sessions', '2013-01-01', '2013-02-11', 'day'],
    ['pages_per_session', FROM, TO],
    ['pages_per_session', '2013-01-05', '2015-03-18', 'week'],
    ['new_user_share', '2014-11-01', '2014-12-31', 'day'],
    ['new_user_share', FROM, TO],
    ['bounce_rate', FROM, TO],
    ['average_session_duration', FROM, TO],
  ],
  more: [
    ['sessions', FROM, TO, 'day'],
    ['pages_per_session', FROM, TO, 'day'],
    ['new_user_share', FROM, TO, 'day'],
  ],
})
