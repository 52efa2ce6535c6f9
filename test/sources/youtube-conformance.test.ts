import { audience, interactions, posts } from '../../functions/facts.ts'
import { day } from '../../functions/kit/day.ts'
import { person } from '../../functions/kit/person.ts'
import { youtube } from '../../functions/sources/youtube.ts'
import { simulateYoutube, type YoutubeAccount } from '../../sandbox/youtube.ts'
import { conformSource } from './conformance.ts'

const CHANNEL = `UC${'a'.repeat(22)}`
/** The last day that is ready. */
const READY = '2026-11-17'

const play = (more: Partial<YoutubeAccount>) =>
  simulateYoutube({
    ...{ channel: CHANNEL, since: day('2026-11-11'), now: () => new Date('2026-11-20T10:00:00Z') },
    ...more,
  })

const busy = { views: 900, likes: 30, comments: 4, shares: 5, subscribersGained: 7, subscribersLost: 2 }
const author = (n: number) => `UC${String(n).padStart(22, 'b')}`
const AT = '2026-11-19T12:00:00Z'

const conversation = [
  {
    id: 't1',
    at: AT,
    author: author(1),
    video: 'vid1',
    replies: [{ id: 'r1', at: '2026-11-19T13:00:00Z', author: CHANNEL }],
  },
]
const threads = Array.from({ length: 5 }, (_, n) => ({
  ...{ id: `t${n}`, at: AT, author: author(n), video: 'vid1' },
  replies: Array.from({ length: 4 - n }, (_, i) => ({ id: `r${n}-${i}`, at: AT, author: author(10 + i) })),
}))

/** Nothing happened to it later: a report on videos does not say which day it is of. */
const video = {
  id: 'vid1',
  published: '2026-11-11T18:00:00Z',
  days: { '2026-11-11': { views: 90, likes: 3, shares: 1 } },
}

const said = { channel: 'social', kind: 'comment', content: 'vid1' } as const
const done = { at: '2026-11-11', channel: 'social', actor: 'customer' } as const

conformSource('youtube', {
  start: (account) =>
    play(
      {
        recorded: { days: { '2026-11-11': busy }, subscribers: 1_234_567, comments: conversation, videos: [video] },
        long: {
          ...{ days: { '2026-11-11': busy, '2026-11-14': busy }, subscribers: 12 },
          ...{ comments: threads, page: 2, inThread: 1, videos: [video] },
        },
        empty: { hidesSubscribers: true },
      }[account],
    ),
  source: ({ baseUrl, tokens }) =>
    youtube({ channel: CHANNEL, comments: true, videos: true, baseUrl, tokenUrl: tokens.url }),
  secrets: ({ tokens }) => tokens.consent,
  streams: {
    channel: {
      ...{ from: '2026-11-11', to: READY, empty: '2026-11-10' },
      pages: { skip: 'all days come in one answer' },
      expected: [
        // Comments are read one by one.
        interactions({ ...done, kind: 'like', count: 30 }),
        interactions({ ...done, kind: 'share', count: 5 }),
        interactions({ at: '2026-11-11', channel: 'social', kind: 'follow', count: 7, initiator: 'customer' }),
      ],
    },
    videos: {
      ...{ from: '2026-11-11', to: '2026-11-13', empty: '2026-11-10' },
      pages: 4,
      expected: [
        posts({
          ...{ id: 'vid1', at: '2026-11-11', channel: 'social', published: '2026-11-11T18:00:00Z' },
          ...{ impressions: 90, likes: 3, shares: 1, comments: 0 },
        }),
      ],
    },
    subscribers: {
      pages: { skip: 'one answer of one number' },
      // Rounded down to three figures by YouTube.
      expected: [audience({ at: '2026-11-19', channel: 'social', kind: 'subscribers', value: 1_230_000 })],
    },
    comments: {
      pages: 6,
      expected: [
        interactions({
          ...{ ...said, id: 't1', at: AT, initiator: 'customer' },
          customer: person({ id: author(1), of: 'youtube' }),
        }),
        interactions({ ...said, id: 'r1', at: '2026-11-19T13:00:00Z', initiator: 'company' }),
      ],
    },
  },
  tokens: {
    endpoint: ({ tokens }) => tokens,
    expire: ({ tokens }) => tokens.expire(),
    revoke: ({ tokens }) => tokens.revoke(),
    rotate: ({ tokens }) => tokens.rotate(),
  },
  people: [author(1), author(11)],
  // Until midnight in California.
  quota: { start: () => play({ units: 0 }), stream: 'subscribers', seconds: 22 * 3_600 },
})
