import { audience, interactions, posts } from '../../functions/facts.ts'
import { day } from '../../functions/kit/day.ts'
import { linkedin } from '../../functions/sources/linkedin.ts'
import { type LinkedinPage, simulateLinkedin } from '../../sandbox/linkedin.ts'
import { conformSource } from './conformance.ts'

const ORGANIZATION = '2414183'

const play = (more: Partial<LinkedinPage>) =>
  simulateLinkedin({
    organization: ORGANIZATION,
    since: day('2026-11-11'),
    now: () => new Date('2026-11-20T10:00:00Z'),
    calls: 10_000,
    ...more,
  })

const busy = { impressions: 900, viewers: 600, clicks: 20, likes: 30, comments: 4, shares: 5 }
const won = { organicFollowers: 7, paidFollowers: 2, buttonClicks: 3 }
/** The last two are not ready. */
const range = { from: '2026-11-11', to: '2026-11-19' }

conformSource('linkedin', {
  start: (account) =>
    play(
      {
        recorded: { days: { '2026-11-11': { ...busy, ...won } }, followers: 1_234 },
        long: {
          days: { '2026-11-11': { ...busy, ...won }, '2026-11-14': { ...busy, ...won }, '2026-11-17': { likes: 1 } },
          followers: 1_234,
          page: 2,
        },
        empty: {},
      }[account],
    ),
  source: ({ baseUrl, tokens }) => linkedin({ organization: ORGANIZATION, baseUrl, tokenUrl: tokens.url }),
  secrets: ({ consent }) => consent,
  streams: {
    shares: {
      ...range,
      empty: '2026-11-10',
      pages: 4,
      expected: [
        posts({
          ...{ id: `urn:li:organization:${ORGANIZATION}`, at: '2026-11-11', channel: 'social', basis: 'day' },
          ...{ impressions: 900, reach: 600, likes: 30, comments: 4, shares: 5, clicks: 20 },
        }),
      ],
    },
    follows: {
      ...range,
      pages: 4,
      expected: [
        interactions({ ...did('follow'), count: 7, initiator: 'customer', actor: 'customer' }),
        // Won by an advertisement.
        interactions({ ...did('follow'), count: 2, initiator: 'company', actor: 'customer' }),
      ],
    },
    page: {
      ...range,
      pages: 4,
      expected: [interactions({ ...did('action'), count: 3, initiator: 'customer' })],
    },
    followers: {
      pages: { skip: 'one answer of one number' },
      empty: { skip: 'a page has a number of followers on any day, if only zero' },
      expected: [audience({ at: '2026-11-19', channel: 'social', kind: 'followers', value: 1_234 })],
    },
  },
  tokens: {
    endpoint: ({ tokens }) => tokens,
    expire: (sandbox) => sandbox.expire(),
    revoke: (sandbox) => sandbox.revoke(),
    rotate: (sandbox) => sandbox.rotate(),
  },
  people: { skip: 'figures of many, and nobody in particular' },
  quota: { start: () => play({ calls: 0 }), stream: 'shares', seconds: 14 * 3_600 },
})

function did(kind: 'follow' | 'action') {
  return { at: '2026-11-11', channel: 'social', kind } as const
}
