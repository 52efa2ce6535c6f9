import { traffic } from '../facts.ts'
import { withColumns } from '../kit/calculated.ts'
import { ratio, sum, total, unique } from '../kit/metric.ts'

const visits = withColumns(traffic, {
  bounced_sessions: {
    description: 'sessions that the tool does not call engaged',
    sql: 'sessions - engaged_sessions',
  },
})

const by = ['group', 'source']

export const sessions = total({
  id: 'sessions',
  title: 'Sessions',
  unit: 'count',
  direction: 'up',
  definition: 'Visits, as the web analytics tool counts them. Its own total counts where it gives one.',
  measure: sum(visits, 'sessions'),
  by,
})

export const engagedSessionRate = ratio({
  id: 'engaged_session_rate',
  title: 'Engaged session rate',
  unit: 'percent',
  direction: 'up',
  definition:
    'Of 100 sessions, how many the tool calls engaged, by its own rule. Tools differ, so there is a total only where one of them gives it.',
  numerator: sum(visits, 'engaged_sessions'),
  denominator: sum(visits, 'sessions'),
  per: 100,
  by,
  oneSource: true,
})

export const bounceRate = ratio({
  id: 'bounce_rate',
  title: 'Bounce rate',
  unit: 'percent',
  direction: 'down',
  definition:
    'Of 100 sessions, how many the tool does not call engaged, by its own rule. Tools differ, so there is a total only where one of them gives it.',
  numerator: sum(visits, 'bounced_sessions'),
  denominator: sum(visits, 'sessions'),
  per: 100,
  by,
  oneSource: true,
})

export const pagesPerSession = ratio({
  id: 'pages_per_session',
  title: 'Pages per session',
  unit: 'ratio',
  direction: 'up',
  definition: 'Pages or screens seen, divided by sessions.',
  numerator: sum(visits, 'views'),
  denominator: sum(visits, 'sessions'),
  by,
})

export const averageSessionDuration = ratio({
  id: 'average_session_duration',
  title: 'Average session duration',
  unit: 'seconds',
  direction: 'up',
  definition: 'Time spent in sessions, divided by sessions.',
  numerator: sum(visits, 'seconds'),
  denominator: sum(visits, 'sessions'),
  by,
})

export const newUserShare = ratio({
  id: 'new_user_share',
  title: 'New user share',
  unit: 'percent',
  direction: null,
  definition:
    'Of 100 different visitors, how many were never seen before. Different visitors of days cannot be added, so it exists only for windows that the tool counts itself.',
  numerator: unique(visits, 'new_users'),
  denominator: unique(visits, 'users'),
  per: 100,
  by,
  oneSource: true,
})
