import { audience, interactions, posts } from '../../functions/facts.ts'
import { person } from '../../functions/kit/person.ts'
import { x } from '../../functions/sources/x.ts'
import { simulateX, type XAccount } from '../../sandbox/x.ts'
import { conformSource } from './conformance.ts'

const ACCOUNT = '2244994945'
const ON = '2026-11-19'

const play = (more: Partial<XAccount>) =>
  simulateX({ id: ACCOUNT, now: () => new Date('2026-11-20T10:00:00Z'), requests: 10_000, ...more })

const post = {
  ...{ id: '1900000000000000001', at: '2026-11-17T10:00:00Z' },
  ...{ likes: 10, replies: 2, reposts: 3, quotes: 1, bookmarks: 4, impressions: 1_000 },
}
const person1 = '9900000000000000001'
const reply = { id: '1800000000000000001', at: `${ON}T11:00:00Z`, by: person1, repliesTo: post.id }
const mention = { id: '1800000000000000002', at: `${ON}T12:00:00Z`, by: '9900000000000000002' }

const minute = (n: number) => new Date(Date.parse(`${ON}T20:00:00Z`) - n * 60_000).toISOString()
const many = (count: number) => Array.from({ length: count }, (_, n) => 10_000 + n)
const long = {
  posts: many(101).map((n) => ({ ...post, id: `19000000000000${n}`, at: minute(n - 10_000) })),
  mentions: many(101).map((n) => ({ id: `18000000000000${n}`, at: minute(n - 10_000), by: `99000000000000${n}` })),
  followers: 7,
}

const said = { channel: 'social', initiator: 'customer' } as const

conformSource('x', {
  start: (account) =>
    play({ recorded: { posts: [post], mentions: [reply, mention], followers: 1_010 }, long, empty: {} }[account]),
  source: ({ baseUrl, tokens }) => x({ account: ACCOUNT, budget: 20, baseUrl, tokenUrl: tokens.url }),
  secrets: ({ tokens }) => ({ ...tokens.consent, refreshToken: tokens.newest() }),
  streams: {
    posts: {
      expected: [
        posts({
          ...{ id: post.id, at: ON, channel: 'social', published: post.at, impressions: 1_000 },
          // Reposts and quotes pass a post on.
          ...{ likes: 10, comments: 2, shares: 4, saves: 4 },
        }),
      ],
    },
    mentions: {
      expected: [
        interactions({
          ...{ ...said, id: reply.id, at: reply.at, kind: 'comment', content: post.id },
          customer: person({ id: reply.by, of: 'x' }),
        }),
        interactions({
          ...{ ...said, id: mention.id, at: mention.at, kind: 'mention' },
          customer: person({ id: mention.by, of: 'x' }),
        }),
      ],
    },
    followers: {
      pages: { skip: 'one answer of one number' },
      empty: { skip: 'an account has a number of followers on any day, if only zero' },
      expected: [audience({ at: ON, channel: 'social', kind: 'followers', value: 1_010 })],
    },
  },
  tokens: {
    endpoint: ({ tokens }) => tokens,
    expire: ({ tokens }) => tokens.expire(),
    revoke: ({ tokens }) => tokens.revoke(),
    // Every use does.
    rotate: () => {},
    serveOnce: true,
  },
  people: [long.mentions[0]!.by, long.mentions[100]!.by],
  quota: { start: () => play({ ...long, requests: 0 }), stream: 'mentions', seconds: 900 },
})
