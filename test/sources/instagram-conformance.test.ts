import { audience, interactions, posts } from '../../functions/facts.ts'
import { person } from '../../functions/kit/person.ts'
import { instagram } from '../../functions/sources/instagram.ts'
import { type InstagramAccount, simulateInstagram } from '../../sandbox/instagram.ts'
import { conformSource } from './conformance.ts'

const ACCOUNT = '17841400000000001'
const APP_SECRET = 'appcanary0123456789'
const ON = '2026-11-19'

const play = (more: Partial<InstagramAccount>) =>
  simulateInstagram({
    ...{ id: ACCOUNT, username: 'shop', token: 'IGAAcanary0123456789', tokenMadeAt: '2026-10-20T10:00:00Z' },
    ...{ now: () => new Date('2026-11-20T10:00:00Z'), followers: () => 1_010 },
    appSecret: APP_SECRET,
    ...more,
  })

const media = (n: number) => ({
  ...{ id: `180000${n}`, createdAt: '2026-11-18T10:00:00Z', likes: 10 },
  insights: { views: 300, reach: 200, saved: 4, shares: 2 },
})
const comment = (n: number, by = `commenter_${n}`) => ({ id: `c${n}`, at: `${ON}T09:00:00Z`, by })
const tag = (n: number) => ({ id: `tag${n}`, at: `${ON}T09:00:00Z`, by: `tagger_${n}` })
const list = (count: number) => Array.from({ length: count }, (_, n) => n)
const daily = () => ({ follows_and_unfollows: 5, profile_links_taps: 2, website_clicks: 0, replies: 3, likes: 99 })

const recorded = {
  media: [{ ...media(0), comments: [{ ...comment(0), replies: [comment(1, 'shop')] }] }],
  ...{ tags: [tag(0)], daily },
}
const long = {
  media: list(26).map((n) => ({
    ...media(n),
    // More than a page of one's, and some of another's that is on the next page.
    ...(n === 3 && { comments: list(52).map((i) => comment(i)) }),
    ...(n === 25 && { comments: [comment(60)] }),
  })),
  ...{ tags: list(26).map(tag), daily },
}

const did = { at: ON, channel: 'social', actor: 'customer' } as const
const said = { at: `${ON}T09:00:00Z`, channel: 'social' } as const
const named = (name: string) => person({ id: [`igsid-${name}`, `@${name}`] })

conformSource('instagram', {
  start: (account) => play({ recorded, long, empty: {} }[account]),
  source: ({ baseUrl }) => instagram({ account: ACCOUNT, login: 'instagram', comments: true, mentions: true, baseUrl }),
  secrets: (sandbox) => ({ token: sandbox.token(), appSecret: APP_SECRET }),
  streams: {
    activity: {
      expected: [
        interactions({ ...did, kind: 'follow', count: 5, initiator: 'customer' }),
        interactions({ ...did, kind: 'action', count: 2, initiator: 'customer' }),
        interactions({ ...did, kind: 'action', count: 0, initiator: 'customer' }),
        // To a story that the company posted.
        interactions({ ...did, kind: 'reply', count: 3, initiator: 'company' }),
      ],
    },
    followers: {
      pages: { skip: 'one answer of one number' },
      empty: { skip: 'an account has a number of followers on any day, if only zero' },
      expected: [audience({ at: ON, channel: 'social', kind: 'followers', value: 1_010 })],
    },
    media: {
      expected: [
        posts({
          ...{ id: '1800000', at: ON, channel: 'social', published: '2026-11-18T10:00:00Z' },
          ...{ impressions: 300, reach: 200, likes: 10, comments: 2, shares: 2, saves: 4 },
        }),
      ],
    },
    comments: {
      pages: 5,
      expected: [
        interactions({
          ...{ ...said, id: 'c0', kind: 'comment', content: '1800000', initiator: 'customer', actor: 'customer' },
          customer: named('commenter_0'),
        }),
        // Who answers did not begin.
        interactions({ ...said, id: 'c1', kind: 'comment', content: '1800000', actor: 'company' }),
      ],
    },
    mentions: {
      expected: [
        interactions({
          ...{ ...said, id: 'tag0', kind: 'mention', initiator: 'customer' },
          customer: person({ id: '@tagger_0' }),
        }),
      ],
    },
  },
  tokens: {
    endpoint: { skip: 'the token is refreshed by the server of all else, as the first request of every reading' },
    expire: { skip: 'a token lives for 60 days, and every reading refreshes it' },
    revoke: (sandbox) => sandbox.revoke(),
    // One that is a day old is replaced by every reading.
    rotate: () => {},
    serveOnce: true,
  },
  people: ['commenter_51', 'tagger_25'],
  quota: {
    start: () => play({ ...long, usage: () => ({ percent: 95, minutes: 7 }) }),
    ...{ stream: 'mentions', seconds: 420 },
  },
  samples: [
    {
      file: 'instagram/fixtures/user_insights.json',
      stream: 'activity',
      expected: [interactions({ ...did, at: '2024-01-14', kind: 'follow', count: 1_000, initiator: 'customer' })],
    },
  ],
})
