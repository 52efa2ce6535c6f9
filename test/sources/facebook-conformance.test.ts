import { audience, interactions, posts, responses } from '../../functions/facts.ts'
import { person } from '../../functions/kit/person.ts'
import { facebook } from '../../functions/sources/facebook.ts'
import { type FacebookPage, simulateFacebook } from '../../sandbox/facebook.ts'
import { conformSource } from './conformance.ts'

const PAGE = '100200300400500'
const TOKEN = 'EAAusercanary0123456789'
const APP_SECRET = 'appcanary0123456789'
const ON = '2026-11-19'

const play = (more: Partial<FacebookPage>) =>
  simulateFacebook({
    ...{ id: PAGE, token: 'EAApagecanary0123456789', userTokens: [TOKEN], oldest: 21, followers: () => 0 },
    appSecret: APP_SECRET,
    now: () => new Date('2026-11-20T10:00:00Z'),
    ...more,
  })

const personOf = (n: number) => `77000000000${100 + n}`
/** Every twenty-fifth has a comment, and an answer to it. */
const post = (n: number) => ({
  ...{ id: `${PAGE}_${n}`, createdAt: '2026-11-18T10:00:00Z' },
  counters: () => ({ reactions: 10, comments: n % 25 ? 0 : 2, shares: 2, views: 500, viewers: 400, clicks: 7 }),
  ...(n % 25 === 0 && {
    comments: [
      {
        ...{ id: `c${n}-1`, at: `${ON}T09:00:00Z`, by: personOf(n) },
        replies: [{ id: `c${n}-2`, at: `${ON}T09:30:00Z`, by: PAGE }],
      },
    ],
  }),
})
const rating = (n: number) => ({
  ...{ createdAt: `${ON}T09:00:00Z`, recommends: true, reviewer: personOf(n), story: `story${n}` },
})
const talk = (n: number) => ({
  ...{ id: `t_${n}`, person: personOf(n) },
  messages: [
    { id: `m${n}-1`, at: `${ON}T09:00:00Z` },
    { id: `m${n}-2`, at: `${ON}T09:30:00Z`, byPage: true },
  ],
})
const account = (count: number): Partial<FacebookPage> => {
  const all = Array.from({ length: count }, (_, n) => n)
  return {
    posts: all.map(post),
    ratings: () => all.map(rating),
    conversations: all.map(talk),
    daily: () => ({ page_daily_follows: 5, page_total_actions: 2, page_follows: 1_005 }),
  }
}

const did = { at: ON, channel: 'social', initiator: 'customer' } as const
const commented = { channel: 'social', kind: 'comment', content: `${PAGE}_0` } as const
const wrote = { channel: 'messaging', kind: 'message', customer: person({ id: personOf(0) }) } as const

conformSource('facebook', {
  start: (name) => play({ recorded: account(1), long: account(26), empty: {} }[name]),
  source: ({ baseUrl }) =>
    facebook({ page: PAGE, version: 21, messages: true, ratings: true, comments: true, baseUrl }),
  secrets: () => ({ token: TOKEN, appSecret: APP_SECRET }),
  streams: {
    posts: {
      pages: 2,
      expected: [
        posts({
          ...{ id: `${PAGE}_0`, at: ON, channel: 'social', published: '2026-11-18T10:00:00Z' },
          ...{ impressions: 500, reach: 400, clicks: 7, likes: 10, comments: 2, shares: 2 },
        }),
      ],
    },
    activity: {
      pages: { skip: 'one answer holds 89 days' },
      expected: [
        interactions({ ...did, kind: 'follow', count: 5 }),
        interactions({ ...did, kind: 'action', count: 2 }),
      ],
    },
    followers: {
      pages: { skip: 'one answer holds 89 days' },
      // Of yesterday, a Page without insights still has a number.
      empty: '2026-11-10',
      expected: [audience({ at: ON, channel: 'social', kind: 'followers', value: 1_005 })],
    },
    comments: {
      pages: 4,
      expected: [
        interactions({
          ...{ ...commented, id: 'c0-1', at: `${ON}T09:00:00Z`, initiator: 'customer', actor: 'customer' },
          customer: person({ id: personOf(0) }),
        }),
        // Who answers did not begin.
        interactions({ ...commented, id: 'c0-2', at: `${ON}T09:30:00Z`, actor: 'company' }),
      ],
    },
    ratings: {
      pages: 2,
      expected: [
        responses({
          ...{ id: 'story0', at: `${ON}T09:00:00Z`, survey: 'recommendation', value: 1, scale: [0, 1] },
          customer: person({ id: personOf(0) }),
        }),
      ],
    },
    messages: {
      pages: 2,
      expected: [
        interactions({ ...wrote, id: 'm0-1', at: `${ON}T09:00:00Z`, initiator: 'customer', actor: 'customer' }),
        // Who answers did not begin.
        interactions({ ...wrote, id: 'm0-2', at: `${ON}T09:30:00Z`, actor: 'company' }),
      ],
    },
  },
  tokens: {
    endpoint: { skip: "the Page's token comes from the server of all else, as the first request of every reading" },
    expire: { skip: "a Page's token does not run out" },
    rotate: { skip: 'the token of a system user is replaced by people only' },
  },
  people: [personOf(0), personOf(25)],
  quota: {
    start: () => play({ ...account(26), usage: () => ({ percent: 95, minutes: 7 }) }),
    ...{ stream: 'posts', seconds: 420 },
  },
})
