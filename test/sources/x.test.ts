import { describe, expect, test } from 'vitest'
import { person } from '../../functions/kit/person.ts'
import { x } from '../../functions/sources/x.ts'
import { demoX } from '../../sandbox/x.ts'
import { columnsOf, inOrder, recordsOf } from './read-stream.ts'
import { ACCOUNT, DAY, mention, mentions, post, posts, read, source, start } from './x-account.ts'

const { streams } = x({ account: ACCOUNT, budget: 1 })
const minutes = (n: number) => new Date(Date.parse('2026-11-19T23:00:00Z') - n * 60_000).toISOString()
const encoded = (body: unknown) => new TextEncoder().encode(JSON.stringify(body))

describe('own posts', () => {
  test('carry their lifetime counters, read for the day', async () => {
    const sandbox = await start({
      posts: [
        post(1),
        post(2, { is: 'reply' }),
        post(3, { is: 'repost' }),
        post(4, { at: '2026-10-20T10:00:00Z' }),
        // Published after the day that is read.
        post(5, { at: '2026-11-20T01:00:00Z' }),
      ],
    })
    const { rows, notes } = await read(sandbox, 'posts')
    expect(columnsOf(rows, 'posts')).toEqual([
      {
        ...{ id: post(1).id, at: DAY, channel: 'social', published: '2026-11-19T09:00:00.000Z' },
        ...{ impressions: 1_000, likes: 10, comments: 2, shares: 4, saves: 4 },
      },
    ])
    expect(notes).toEqual([])
    expect(streams.posts).toMatchObject({ kind: 'level', past: false })
    expect(sandbox.requests.every(({ query }) => !/text/.test(query.get('tweet.fields') ?? ''))).toBe(true)
  })

  test('carry clicks where the account consented, and are then young enough', async () => {
    const old = post(9, { at: '2026-10-21T10:00:00Z' })
    const sandbox = await start({ posts: [post(1), old] })
    const { rows } = await read(sandbox, 'posts', {}, { clicks: true })
    expect(columnsOf(rows, 'posts').map(({ id, clicks }) => [id, clicks])).toEqual([[post(1).id, 7]])
    expect((await read(sandbox, 'posts')).rows).toHaveLength(2)
  })

  test.each([
    [{ retweet_count: 3, quote_count: 1 }, 4],
    [{ repost_count: 3, quote_count: 1 }, 4],
    [{ repost_count: 2 }, 2],
    [{}, undefined],
  ])('are shared %o: %s times', (counters, shares) => {
    const data = [{ id: '1', created_at: '2026-11-19T09:00:00.000Z', public_metrics: { ...counters, like_count: 0 } }]
    const page = { bytes: encoded({ data, meta: { result_count: 1 } }), context: { day: DAY } }
    const [record] = recordsOf(streams.posts!, page)
    expect(record!.rows[0]!.columns).toMatchObject({ likes: 0 })
    expect(record!.rows[0]!.columns.shares).toBe(shares)
  })

  test('keep ids that no number can hold', () => {
    const data = [{ id: '1346889436626259968', created_at: '2026-11-19T09:00:00.000Z', public_metrics: {} }]
    const [record] = recordsOf(streams.posts!, { bytes: encoded({ data, meta: {} }), context: { day: DAY } })
    expect([record!.key, record!.rows[0]!.columns.id]).toEqual(['1346889436626259968', '1346889436626259968'])
  })

  test('are the same in the other spelling, asked for by option', async () => {
    const all = posts(3)
    const { rows } = await read(await start({ posts: all }), 'posts')
    const renamed = await start({ posts: all, spelling: 'post' })
    expect((await read(renamed, 'posts', {}, { fields: 'post.fields' })).rows).toEqual(rows)
    await expect(read(renamed, 'posts')).rejects.toMatchObject({
      code: 'changed',
      message: expect.stringContaining("option 'fields'"),
    })
  })

  // docs.x.com, "Timelines", Volume limits: "User Posts (exclude=replies): 800 most recent", "beyond these limits returns a
  // successful response with no data".
  test('may lie beyond the newest 800 posts and replies, and it says so; replies make pages short', async () => {
    const replies = Array.from({ length: 799 }, (_, n) =>
      post(n, { id: `19100000000000${String(n).padStart(5, '0')}`, at: minutes(n), is: 'reply' }),
    )
    const seen = post(800, { at: minutes(799) })
    const sandbox = await start({ posts: [...replies, seen, post(801, { at: minutes(800) })] })
    const { rows, notes, pages } = await read(sandbox, 'posts')
    expect([pages.length, columnsOf(rows, 'posts').map(({ id }) => id)]).toEqual([8, [seen.id]])
    expect(notes).toEqual([
      { code: 'posts_cut', message: 'X looks only at the newest 800 posts and replies: earlier posts may be missing' },
    ])
    const fewer = await read(await start({ posts: replies.slice(0, 600) }), 'posts')
    expect([fewer.rows, fewer.notes]).toEqual([[], []])
  })

  test('come with nulls in place of what is absent', async () => {
    const data = [
      { id: '1', created_at: '2026-11-19T09:00:00.000Z', public_metrics: { like_count: null, quote_count: 2 } },
    ]
    const body = { data: [{ ...data[0], non_public_metrics: null }], errors: null, meta: { next_token: null } }
    const [record] = recordsOf(streams.posts!, { bytes: encoded(body), context: { day: DAY } })
    expect(record!.rows[0]!.columns).toMatchObject({ shares: 2 })
    expect(record!.rows[0]!.columns).not.toHaveProperty('likes')
    expect(recordsOf(streams.posts!, { bytes: encoded({ data: null, meta: {} }), context: { day: DAY } })).toEqual([])
  })

  test('that X leaves out beside data are a warning', async () => {
    const sandbox = await start({ posts: posts(5), withheld: [post(1).id, post(2).id] })
    const { rows, notes } = await read(sandbox, 'posts')
    expect(rows).toHaveLength(3)
    expect(notes).toEqual([
      { code: 'partial', message: 'X left something out of an answer: not-authorized-for-resource' },
    ])
    const none = await start({ posts: [post(1)], withheld: [post(1).id] })
    expect(await read(none, 'posts')).toMatchObject({ rows: [], notes: [{ code: 'partial' }], resume: null })
  })
})

describe('mentions', () => {
  test('are of customers, and replies are comments', async () => {
    const sandbox = await start({
      mentions: [
        mention(1),
        mention(2, { repliesTo: '77' }),
        mention(3, { by: ACCOUNT }),
        mention(4, { at: '2026-11-18T23:59:59Z' }),
        mention(5, { at: '2026-11-20T00:00:00Z' }),
      ],
    })
    const { rows, notes } = await read(sandbox, 'mentions')
    const row = (n: number, more: object) => ({ id: mention(n).id, at: mention(n).at, channel: 'social', ...more })
    const by = (n: number) => ({ initiator: 'customer', customer: person({ id: `99${n}`, of: 'x' }) })
    expect(columnsOf(rows, 'interactions')).toEqual(
      inOrder([
        row(1, { kind: 'mention', ...by(1) }),
        row(2, { kind: 'comment', content: '77', ...by(2) }),
        row(3, { kind: 'mention', initiator: 'company' }),
      ]),
    )
    expect(notes).toEqual([])
    expect(streams.mentions!.emits).toEqual(['social.comment'])
  })

  // The newer spelling knows accounts as expansions only (OpenAPI description 2.167, github.com/xdevplatform/docs), and what
  // an answer includes is charged ("charged per resource returned in the response").
  test('are the same in the other spelling, where their accounts come as expansions, and cost', async () => {
    const all = [mention(1), mention(2, { repliesTo: '77' }), mention(3, { by: ACCOUNT }), mention(4, { by: '991' })]
    const { rows } = await read(await start({ mentions: all }), 'mentions')
    const renamed = await start({ mentions: all, spelling: 'post' })
    const found = await read(renamed, 'mentions', {}, { fields: 'post.fields' })
    expect(found.rows).toEqual(rows)
    expect(Object.fromEntries(renamed.requests[0]!.query)).toMatchObject({
      'post.fields': 'created_at,conversation_id',
      expansions: 'author_id,in_reply_to_user_id',
    })
    // Four posts and three accounts, one of them its own.
    expect([renamed.charged(), found.quotas.at(-1)]).toEqual([0.05, { spent_usd: 0.05, left_usd: 19.95 }])
  })

  test('are kept since November 2010', () => {
    expect(streams.mentions!.since!(new Date())).toBe('2010-11-07')
  })

  test('beyond the newest 800 are missing, and it says so', async () => {
    const sandbox = await start({ mentions: mentions(850) })
    const { rows, notes } = await read(sandbox, 'mentions')
    expect([rows.length, notes.map(({ code }) => code)]).toEqual([800, ['mentions_cut']])
  })

  test('are left out where the config says so', async () => {
    const quiet = source(await start(), { mentions: false })
    expect(Object.keys(quiet.streams)).toEqual(['posts', 'followers'])
    expect(Object.values(quiet.streams).some(({ emits }) => emits)).toBe(false)
  })

  test('a day without any is empty', async () => {
    const sandbox = await start()
    for (const stream of ['mentions', 'posts']) {
      const { pages, rows, resume } = await read(sandbox, stream)
      expect([pages.length, rows, resume]).toEqual([1, [], null])
    }
    expect(sandbox.charged()).toBe(0)
  })
})

test('followers are known for now only', async () => {
  const { rows } = await read(await start(), 'followers')
  expect(columnsOf(rows, 'audience')).toEqual([{ at: DAY, channel: 'social', kind: 'followers', value: 1_010 }])
  expect(streams.followers).toMatchObject({ kind: 'level', past: false })
})

test('the demo has an account that grows', async () => {
  const past = Array.from({ length: 9 }, (_, i) => ({
    ...{ id: `12694770000000${i}0`, createdAt: `2026-11-1${i}T10:00:00Z`, reactions: 90, comments: 25, shares: 12 },
  }))
  let now = new Date('2026-11-19T12:00:00Z')
  const sandbox = await start({ ...demoX(past, () => now), now: () => now })
  const likes = async () => {
    const { rows } = await read(sandbox, 'posts', { from: '2026-11-18', now })
    return columnsOf(rows, 'posts').reduce((sum, row) => sum + Number(row.likes), 0)
  }
  const before = await likes()
  now = new Date('2026-11-19T23:00:00Z')
  expect(await likes()).toBeGreaterThan(before)
  const { rows } = await read(sandbox, 'mentions', { from: '2026-11-16', now })
  expect(new Set(columnsOf(rows, 'interactions').map(({ kind }) => kind))).toEqual(new Set(['mention', 'comment']))
})
