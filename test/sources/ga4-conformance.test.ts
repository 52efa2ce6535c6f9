import { interactions, traffic } from '../../functions/facts.ts'
import { day } from '../../functions/kit/day.ts'
import { ga4 } from '../../functions/sources/ga4.ts'
import { type Ga4Property, type Ga4Visit, simulateGa4, visitsOf } from '../../sandbox/ga4.ts'
import { conformSource } from './conformance.ts'

const ON = '2026-11-18'
const zone = 'America/New_York'

const visit = (user: string, group: string, more: Partial<Ga4Visit> = {}): Ga4Visit => ({
  ...{ day: day(ON), user, group },
  ...more,
})
/** Two people, each for the first time: one found the site, one was sent a mail. */
const recorded = [
  visit('ann', 'Organic Search', { engaged: true, seconds: 90, views: 4, events: ['sign_up', 'scroll'] }),
  visit('bob', 'Email', { seconds: 30, views: 2, events: ['sign_up', 'sign_up'] }),
]
const long = [
  ...recorded,
  visit('cid', 'Direct', { events: ['sign_up'] }),
  visit('dan', 'Referral', { day: day('2026-11-12') }),
]

const play = (visits: readonly Ga4Visit[], more: Partial<Ga4Property> = {}) =>
  simulateGa4({
    ...{ property: '123', timeZone: zone, data: visitsOf(visits) },
    now: () => new Date('2026-11-20T10:00:00Z'),
    ...more,
  })

const one = { users: 1, new_users: 1 }
const two = { users: 2, new_users: 2 }
const [found, mailed] = ['Organic Search', 'Email']
const came = { at: ON, channel: 'web', actor: 'customer' } as const

conformSource('ga4', {
  start: (account) =>
    ({ recorded: () => play(recorded), long: () => play(long, { maxRows: 2 }), empty: () => play([]) })[account](),
  source: ({ baseUrl, tokens }) =>
    ga4({ property: '123', zone, keyEvents: ['sign_up'], baseUrl, tokenUrl: tokens.url }),
  secrets: ({ tokens }) => ({ credentials: tokens.keyFile }),
  streams: {
    traffic: {
      from: ON,
      pages: 5,
      expected: [
        traffic({ day: ON, ...two, sessions: 2, engaged_sessions: 1, views: 6, seconds: 120 }),
        traffic({ day: ON, group: found, ...one, sessions: 1, engaged_sessions: 1, views: 4, seconds: 90 }),
        traffic({ day: ON, group: mailed, ...one, sessions: 1, engaged_sessions: 0, views: 2, seconds: 30 }),
        traffic({ day: ON, span: 7, ...two }),
        traffic({ day: ON, span: 28, ...two }),
        ...[found, mailed].flatMap((group) => [
          traffic({ day: ON, group, span: 7, ...one }),
          traffic({ day: ON, group, span: 28, ...one }),
        ]),
        interactions({ ...came, kind: 'visit', count: 1, initiator: 'customer' }),
        interactions({ ...came, kind: 'visit', count: 1, initiator: 'company' }),
      ],
    },
    key_events: {
      from: ON,
      expected: [
        interactions({ ...came, kind: 'action', content: 'sign_up', count: 1, initiator: 'customer' }),
        interactions({ ...came, kind: 'action', content: 'sign_up', count: 2, initiator: 'company' }),
      ],
    },
  },
  tokens: {
    endpoint: ({ tokens }) => tokens,
    expire: ({ tokens }) => tokens.expire(),
    revoke: ({ tokens }) => tokens.revoke(),
    rotate: { skip: 'the key of a service account is replaced by people only' },
  },
  people: { skip: 'figures of many, and nobody in particular' },
  // Until midnight in California.
  quota: { start: () => play(long, { quota: { perDay: 4 } }), stream: 'traffic', seconds: 22 * 3_600 },
})
