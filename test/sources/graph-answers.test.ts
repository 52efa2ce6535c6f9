import { describe, expect, test } from 'vitest'
import { facebook } from '../../functions/sources/facebook.ts'
import type { SandboxAnswer } from '../../sandbox/messages.ts'
import { type Answer, type Call, DAY, more, ofAccount, ofPage, PAGE, refusal, TOKEN } from './graph-answering.ts'
import { columnsOf, recordsOf } from './read-stream.ts'

describe('insights of a Page', () => {
  const series = (name: string, value: unknown, period = 'day') => ({
    ...{ name, period, id: `${PAGE}/insights/${name}/${period}` },
    values: [{ value, end_time: '2026-09-05T07:00:00+0000' }],
  })
  const bytes = (data: unknown) => ({ bytes: new TextEncoder().encode(JSON.stringify({ data })) })
  const { activity, followers } = facebook({ page: PAGE }).streams

  // Sample answers hold several metrics (restfb: v16_0/page-with-insights.json has day, week and 28 days of one).
  test('only days of what was asked for count', () => {
    const data = [
      series('page_follows', 64),
      series('page_daily_follows', 3),
      series('page_daily_follows', 20, 'week'),
      series('page_daily_follows', 70, 'days_28'),
      series('page_impressions', 900),
      series('page_actions_post_reactions_total', { like: 5, love: 2 }),
      { name: 'page_total_actions', period: 'lifetime', values: [{ value: 7 }] },
    ]
    const counted = (stream: typeof activity) =>
      recordsOf(stream!, bytes(data)).flatMap(({ rows }) => rows.map(({ columns }) => columns.count ?? columns.value))
    expect([counted(activity), counted(followers)]).toEqual([[3], [64]])
  })

  test('a metric without a value is no data', () => {
    expect(recordsOf(activity!, bytes([series('page_daily_follows', null)])).flatMap(({ rows }) => rows)).toEqual([])
  })

  // Seen of Pages whose token lacks read_insights, on v19.0 to v26.0 in September 2026: 200 and an empty list.
  test('none at all is said', async () => {
    const { rows, notes } = await ofPage('activity', () => ({ data: [], paging: { previous: more('x').next } }))
    expect(rows).toEqual([])
    expect(notes).toEqual([{ code: 'no_insights', message: expect.stringContaining('read_insights') }])
  })
})

describe('lists', () => {
  const post = (id: string, more: object = {}) => ({ id, created_time: '2026-09-01T10:00:00+0000', ...more })
  const ids = ({ records }: { records: readonly { key: string }[] }) => records.map(({ key }) => key)

  // Guide "Paginated Results": a page may be empty, and only a missing `next` is the end.
  test('an empty page with a next one is not the last', async () => {
    const pages: Record<string, object> = {
      '': { data: [post('1')], paging: more('A') },
      A: { data: [], paging: more('B') },
      B: { data: [post('2')], paging: { cursors: { after: 'C' } } },
    }
    expect(ids(await ofPage('posts', ({ query }) => pages[query.get('after') ?? '']!))).toEqual(['1', '2'])
    const tags: Record<string, object> = {
      '': { data: [], paging: more('A') },
      A: { data: [{ id: 't', timestamp: `${DAY}T10:00:00+0000`, username: 'ann' }], paging: null },
    }
    const read = await ofAccount('mentions', ({ query }) => tags[query.get('after') ?? '']!, { mentions: true })
    expect(ids(read)).toEqual(['t'])
  })

  test.each([
    [null, 1],
    [{}, 1],
    [{ next: null, cursors: { after: 'A' } }, 1],
    [{ next: '/next', cursors: { after: 'A' } }, 2],
  ])('paging %j ends after %i pages', async (paging, pages) => {
    const read = await ofPage('posts', ({ query }) => ({ data: [post('1')], ...(!query.get('after') && { paging }) }))
    expect(read.pages).toHaveLength(pages)
  })

  test('of comments that come oldest first are read to the end', async () => {
    const at = (day: string, id: string) => ({ id, timestamp: `2026-${day}T10:00:00+0000`, username: 'ann' })
    const comments: Record<string, object> = {
      '': { data: [at('08-01', 'a'), at('08-02', 'b')], paging: more('A') },
      A: { data: [at('09-04', 'c')] },
    }
    const answer: Answer = ({ edge, query }) =>
      edge === 'media' ? { data: [{ id: '9', comments_count: 3 }] } : comments[query.get('after') ?? '']!
    expect(ids(await ofAccount('comments', answer, { comments: true }))).toEqual(['a', 'b', 'c'])
  })

  // "Please reduce the amount of data you're asking for": singer-io/tap-facebook issue 65, code 1 with status 500.
  test('a page that is too much is asked for in smaller ones', async () => {
    const large = "Please reduce the amount of data you're asking for, then retry your request"
    const most = (limit: number): Answer => {
      return ({ query }) =>
        Number(query.get('limit')) > limit
          ? refusal(1, large, {}, 500)
          : query.get('after')
            ? { data: [post('2')] }
            : { data: [post('1')], paging: more('A') }
    }
    const { records, requests } = await ofPage('posts', most(5))
    expect(records).toHaveLength(2)
    expect(requests.slice(-2).map(({ query }) => query.get('limit'))).toEqual(['5', '5'])
    await expect(ofPage('posts', most(0))).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('a Page’s own token is kept out of the lake as well, where fields are not heeded', async () => {
    const escaped = String.raw`https:\/\/x?access_token\u003d${TOKEN}\u0026a=1`
    const body = `{"data":[${JSON.stringify(post('1'))}],"access_token": "${TOKEN}","more":"${escaped}"}`
    const { pages } = await ofPage('posts', () => ({ status: 200, body }))
    const kept = Buffer.from(pages[0]!.bytes).toString()
    expect(kept).not.toContain('canary')
    expect(JSON.parse(kept)).toMatchObject({ more: 'https://x?access_token=***&a=1' })
  })

  // Guide "Conversations API" and reference "Page Ratings" have epoch seconds in their samples.
  test.each([1_788_516_000, '1788516000'])('the time %j is that of epoch seconds', async (time) => {
    const message = { id: 'm', created_time: time, from: { id: '7', name: 'Ann' }, to: { data: [{ id: PAGE }] } }
    const threads = { data: [{ id: 't', updated_time: time, messages: { data: [message] } }] }
    const { rows } = await ofPage('messages', () => threads, { messages: true })
    expect(columnsOf(rows, 'interactions')).toMatchObject([{ at: '2026-09-04T10:00:00.000Z', initiator: 'customer' }])
    const rating = { data: [{ created_time: time, recommendation_type: 'NEGATIVE', reviewer: { id: '7' } }] }
    const ratings = await ofPage('ratings', () => rating, { ratings: true, version: 21 }, { baseline: true })
    expect(columnsOf(ratings.rows, 'responses')).toMatchObject([{ at: '2026-09-04T10:00:00.000Z', value: 0 }])
  })
})

describe('posts of a Page', () => {
  const { posts } = facebook({ page: PAGE }).streams
  const map = (post: object) => {
    const data = [{ id: '1', created_time: '2026-09-01T10:00:00+0000', ...post }]
    const page = { bytes: new TextEncoder().encode(JSON.stringify({ data })), context: { day: DAY } }
    return recordsOf(posts!, page)[0]!.rows[0]!.columns
  }

  test('a metric that is given by day too counts by its whole life', () => {
    const clicks = (period: string | undefined, value: unknown) => ({
      name: 'post_clicks',
      period,
      values: [{ value }],
    })
    const of = (...data: object[]) => map({ insights: { data } }).clicks
    expect(of(clicks('day', 1), clicks('lifetime', 12))).toBe(12)
    expect(of(clicks(undefined, 12))).toBe(12)
    expect(of(clicks('lifetime', { 'link clicks': 4 }))).toBeUndefined()
    expect(of({ name: 'post_clicks', period: 'lifetime', values: [{}] })).toBeUndefined()
  })

  test('what has no summary, or is null, is unknown', () => {
    const counters = map({
      comments: { data: [] },
      reactions: { data: [], summary: null },
      insights: null,
      shares: null,
    })
    expect(counters).not.toHaveProperty('comments')
    expect(counters).not.toHaveProperty('likes')
    expect(map({ comments: { total_count: 3 } })).not.toHaveProperty('comments')
  })

  test('their comments are read where the count is unknown', async () => {
    const comment = { id: 'c', created_time: `${DAY}T10:00:00+0000`, from: { id: '7' } }
    const answer: Answer = ({ edge }) =>
      edge === 'published_posts' ? { data: [{ id: '1', comments: { data: [] } }] } : { data: [comment] }
    expect((await ofPage('comments', answer, { comments: true })).records).toHaveLength(1)
  })
})

describe('insights of an account', () => {
  const total = (name: string, total_value: unknown) => ({ name, period: 'day', total_value })
  const types = (...results: (readonly [string, number])[]) => ({
    breakdowns: [
      { dimension_keys: ['follow_type'], results: results.map(([of, value]) => ({ dimension_values: [of], value })) },
    ],
  })
  const follows =
    (value: object | undefined, others: readonly object[] = []): Answer =>
    ({ query }) => ({
      data: query.get('breakdown') ? [{ ...total('follows_and_unfollows', value), title: 'Follows' }] : others,
    })
  const counts = async (answer: Answer) => {
    const { rows } = await ofAccount('activity', answer)
    return columnsOf(rows, 'interactions').map(({ kind, count }) => [kind, count])
  }

  // Recorded in September 2026: of a day that is not counted yet, the answer has breakdowns without results.
  test('a day that is not counted yet has no followers, and no zero', async () => {
    const taps = total('profile_links_taps', { value: 0, breakdowns: [{ dimension_keys: ['contact_button_type'] }] })
    const skeleton = { breakdowns: [{ dimension_keys: ['follow_type'] }] }
    expect(await counts(follows(skeleton, [taps]))).toEqual([['action', 0]])
    expect(await counts(follows({ value: 0, ...skeleton }))).toEqual([])
    expect(await counts(follows(undefined))).toEqual([])
  })

  test('followers gained are those of the type, however it is written', async () => {
    const upper = types(['NON_FOLLOWER', 53], ['FOLLOWER', 267], ['UNKNOWN', 4])
    expect(await counts(follows(upper))).toEqual([['follow', 267]])
    expect(await counts(follows(types(['follower', 5], ['non_follower', 1])))).toEqual([['follow', 5]])
  })

  test('metrics that were not asked for are left out', async () => {
    const online = { name: 'online_followers', period: 'lifetime', values: [{ value: { 0: 100 } }] }
    const gained = {
      name: 'follower_count',
      period: 'day',
      values: [{ value: 9, end_time: '2026-09-05T07:00:00+0000' }],
    }
    const all = [total('website_clicks', { value: 112 }), total('follows_and_unfollows', types(['FOLLOWER', 2]))]
    expect(await counts(() => ({ data: [online, gained, ...all] }))).toEqual([
      ['action', 112],
      ['follow', 2],
    ])
  })

  test.each([
    ['2026-03-08', '2026-03-08T08:00:00Z', 23],
    ['2026-11-01', '2026-11-01T07:00:00Z', 25],
  ])('%s, on which the clocks change, begins at %s and has %i hours', async (day, begin, hours) => {
    const since = String(Date.parse(begin) / 1_000)
    const until = String(Date.parse(begin) / 1_000 + hours * 3_600)
    const asked: (string | null)[][] = []
    const now = new Date('2026-11-20T12:00:00Z')
    const answer: Answer = ({ query }) => {
      asked.push([query.get('since'), query.get('until')])
      return { data: [] }
    }
    await ofAccount('activity', answer, {}, { from: day, now })
    // An hour more for a Page, for values that end with the window.
    await ofPage('activity', answer, {}, { from: day, now })
    expect(asked).toEqual([
      [since, until],
      [since, until],
      [since, String(Number(until) + 3_600)],
    ])
  })

  // The Page's id in place of the account's: its insights refuse every metric, its media are no field.
  test('the id of something else is told apart from dead metrics', async () => {
    const metrics = () => refusal(100, '(#100) The value must be a valid insights metric')
    await expect(ofAccount('activity', metrics)).rejects.toMatchObject({
      code: 'changed',
      message: expect.stringContaining('instagram_business_account'),
    })
    const field = (type: string) => () =>
      refusal(100, `(#100) Tried accessing nonexisting field (x) on node type (${type})`)
    const wrong = { code: 'invalid', message: expect.stringContaining('the id in the config has to be') }
    await expect(ofAccount('media', field('Page'))).rejects.toMatchObject(wrong)
    await expect(ofAccount('activity', field('User'))).rejects.toMatchObject(wrong)
    await expect(ofPage('posts', field('User'))).rejects.toMatchObject(wrong)
    await expect(ofPage('posts', field('PagePost'))).rejects.toMatchObject({ code: 'changed' })
    // A wrong parameter is no dead metric, either.
    const range = () => refusal(100, '(#100) There cannot be more than 30 days (2592000 s) between since and until')
    await expect(ofAccount('activity', range)).rejects.toMatchObject({ code: 'changed' })
  })
})

describe('insights of media', () => {
  const one = (id: string, more: object = {}) => ({
    ...{ id, timestamp: '2026-09-01T10:00:00+0000', media_type: 'IMAGE', media_product_type: 'FEED' },
    ...{ like_count: 12, comments_count: null, ...more },
  })
  const found = (names: string | null) => ({
    data: (names ?? '').split(',').map((name) => ({ name, period: 'lifetime', values: [{ value: 9 }] })),
  })
  const listing =
    (media: readonly object[], refused: (call: Call) => SandboxAnswer | undefined): Answer =>
    (call) =>
      call.edge === 'media'
        ? { data: media, paging: { cursors: { before: 'x' } } }
        : (refused(call) ?? found(call.query.get('metric')))
  const first = (answer: SandboxAnswer) => listing([one('1'), one('2')], ({ id }) => (id === '1' ? answer : undefined))

  // Airbyte's source skips such media as well: "Application does not have permission" of one says nothing of others.
  test.each([
    ['insights_refused', refusal(10, '(#10) Application does not have permission for this action')],
    ['insights_refused', refusal(100, 'Invalid parameter')],
    [
      'gone',
      refusal(100, 'Invalid parameter', { error_subcode: 33, error_user_msg: 'Object with ID 1 does not exist' }),
    ],
    ['before_professional', refusal(100, 'Invalid parameter', { error_subcode: 2108006, error_user_title: 'Before' })],
    ['not_enough_viewers', refusal(10, '(#10) Not enough viewers for the media to show insights')],
  ])('%s: one media that is refused keeps its fields', async (code, answer) => {
    const { rows, notes } = await ofAccount('media', first(answer))
    expect(columnsOf(rows, 'posts').map(({ likes, reach, comments }) => [likes, reach, comments])).toEqual([
      [12, undefined, undefined],
      [12, 9, undefined],
    ])
    expect(notes.map((note) => note.code)).toEqual([code])
  })

  test('where all are refused, the token is', async () => {
    const no = refusal(10, '(#10) Application does not have permission for this action', {}, 403)
    const all = listing([one('1'), one('2')], () => no)
    await expect(ofAccount('media', all)).rejects.toMatchObject({ code: 'credentials' })
  })

  // "(#100) The metric shares is not supported for this media type": exileum/meta-mcp issue 120.
  test('what images lack, albums of the same product may have', async () => {
    const album = one('2', { media_type: 'CAROUSEL_ALBUM' })
    const shares = ({ id, query }: Call) =>
      id === '1' && query.get('metric')!.includes('shares')
        ? refusal(100, '(#100) The metric shares is not supported for this media type')
        : undefined
    const { rows } = await ofAccount('media', listing([one('1'), album], shares))
    expect(columnsOf(rows, 'posts').map(({ shares }) => shares)).toEqual([undefined, 9])
  })

  test('media older than what is followed are the end, where since is not heeded', async () => {
    const old = { timestamp: '2026-01-01T10:00:00+0000' }
    const { pages } = await ofAccount('media', ({ edge, query }) =>
      edge === 'media' ? { data: [one('1', old)], paging: more(`${query.get('after')}A`) } : found('views'),
    )
    expect(pages).toHaveLength(1)
  })
})
