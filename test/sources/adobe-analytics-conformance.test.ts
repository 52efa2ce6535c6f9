import { interactions, traffic } from '../../functions/facts.ts'
import { day, eachDay } from '../../functions/kit/day.ts'
import { adobeAnalytics } from '../../functions/sources/adobe-analytics.ts'
import { type AdobeSuite, simulateAdobeAnalytics } from '../../sandbox/adobe-analytics.ts'
import { conformSource } from './conformance.ts'

const [FIRST, LAST] = ['2026-08-01', '2026-11-18']
const suite = { company: 'tidema0', rsid: 'tidemarkprod' }

const play = (days: AdobeSuite['days'] = {}) =>
  simulateAdobeAnalytics({
    ...{ ...suite, zone: 'US/Pacific', days },
    now: () => new Date('2026-11-20T10:00:00Z'),
  })

const figures = { visits: 900, visitors: 600, pageviews: 2_000, orders: 9, revenue: 120.5 }

conformSource('adobe-analytics', {
  start: (account) =>
    ({
      recorded: () => play({ [FIRST]: figures }),
      long: () => play(Object.fromEntries(eachDay(day(FIRST), day(LAST)).map((one) => [one, figures]))),
      empty: () => play(),
    })[account](),
  source: ({ baseUrl, tokens }) =>
    adobeAnalytics({ ...suite, zone: 'America/Los_Angeles', baseUrl, tokenUrl: tokens.url }),
  secrets: ({ credential }) => credential,
  streams: {
    visits: {
      ...{ from: FIRST, to: LAST, pages: 3 },
      empty: { skip: 'Adobe answers for a quiet day with zeros' },
      expected: [
        traffic({ day: FIRST, sessions: 900, users: 600, views: 2_000 }),
        interactions({ at: FIRST, channel: 'web', kind: 'visit', count: 900, actor: 'customer' }),
      ],
    },
  },
  tokens: {
    endpoint: ({ tokens }) => tokens,
    expire: (sandbox) => sandbox.expire(),
    revoke: (sandbox) => sandbox.revoke(),
    rotate: { skip: 'the secret of a server-to-server credential is replaced by people only' },
  },
  people: { skip: 'figures of many, and nobody in particular' },
  quota: { skip: 'the only limit is of seconds, and is met as too_many is' },
})
