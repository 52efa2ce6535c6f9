import { afterEach, describe, expect, test } from 'vitest'
import { addDays, day } from '../../functions/kit/day.ts'
import { person } from '../../functions/kit/person.ts'
import { youtube } from '../../functions/sources/youtube.ts'
import { demoYoutube, type YoutubeComment } from '../../sandbox/youtube.ts'
import { columnsOf, recordsOf } from './read-stream.ts'
import { CHANNEL, READY, read, source, start, stop } from './youtube-channel.ts'

afterEach(stop)

describe("the channel's days", () => {
  test('are counters of that day, and new subscribers as follows', async () => {
    const { rows, through } = await read(await start(), 'channel', {}, { comments: false })
    const post = { id: CHANNEL, channel: 'social', basis: 'day' }
    expect(columnsOf(rows, 'posts')).toEqual([
      { ...post, at: '2026-11-16', likes: 30, comments: 4, shares: 5 },
      { ...post, at: '2026-11-17', likes: 1, comments: 0, shares: 0 },
    ])
    expect(columnsOf(rows, 'interactions')).toEqual([
      { at: '2026-11-16', channel: 'social', kind: 'follow', count: 7, initiator: 'customer' },
    ])
    expect(through).toBeUndefined()
  })

  test('leave comments out where they are read one by one', async () => {
    const sandbox = await start()
    const { rows } = await read(sandbox, 'channel')
    expect(columnsOf(rows, 'posts').every((row) => !('comments' in row))).toBe(true)
    expect(sandbox.requests[0]!.query.get('metrics')).not.toContain('comments')
    const { streams } = source(sandbox)
    expect(streams.comments!.emits).toEqual(['social.comment'])
    expect(Object.keys(source(sandbox, { comments: false }).streams)).toEqual(['channel', 'subscribers'])
  })

  test('need both consents, as the reference says', async () => {
    for (const one of ['yt-analytics.readonly', 'youtube.readonly']) {
      const reading = read(await start({ granted: [one] }), 'channel')
      await expect(reading).rejects.toMatchObject({
        code: 'credentials',
        message: expect.stringContaining('youtube.readonly'),
      })
    }
  })

  test('are asked in one request, by Pacific day', async () => {
    const sandbox = await start()
    const { records } = await read(sandbox, 'channel', { from: '2026-01-01' })
    expect(sandbox.requests).toHaveLength(1)
    expect(records).toHaveLength(321)
    expect(source(sandbox).streams.channel).toMatchObject({ zone: 'America/Los_Angeles', settles: 3, repull: 5 })
  })

  test('that are not ready are not claimed', async () => {
    const sandbox = await start()
    expect((await read(sandbox, 'channel', { to: '2026-11-19' })).through).toBe(READY)
    const none = await read(sandbox, 'channel', { from: '2026-11-18', to: '2026-11-19' })
    expect(none.rows).toEqual([])
    expect(none.through! < '2026-11-18').toBe(true)
    expect(new TextDecoder().decode(none.pages[0]!.bytes)).not.toContain('"rows"')
  })

  test('without a row are empty once they are a week old, and late before', async () => {
    const sandbox = await start({ since: day('2026-11-30') })
    const { through, rows } = await read(sandbox, 'channel', { from: '2026-11-01', to: '2026-11-19' })
    expect(rows).toEqual([])
    expect(through).toBe('2026-11-12')
    expect((await read(sandbox, 'channel', { from: '2026-11-01', to: '2026-11-12' })).through).toBeUndefined()
  })

  test('with a counter below zero keep the others, and say so', async () => {
    const sandbox = await start({ days: { [READY]: { likes: -3, shares: 2, subscribersGained: -1 } } })
    const { rows, notes } = await read(sandbox, 'channel', { from: READY })
    expect(rows.map(({ columns }) => columns)).toEqual([
      { id: CHANNEL, at: READY, channel: 'social', basis: 'day', shares: 2 },
    ])
    expect(notes.map(({ message }) => message.split(' ')[0])).toEqual(['likes', 'subscribersGained'])
  })

  test('come by name, in whatever order the columns stand', () => {
    const { channel } = source({
      baseUrl: 'http://127.0.0.1:1/',
      tokens: { url: 'http://127.0.0.1:1/t' },
    } as never).streams
    const headers = ['shares', 'day', 'likes'].map((name) => ({ name, columnType: 'METRIC', dataType: 'INTEGER' }))
    const body = { kind: 'youtubeAnalytics#resultTable', columnHeaders: headers, rows: [[2.0, READY, 5]] }
    const [record] = recordsOf(channel!, { bytes: new TextEncoder().encode(JSON.stringify(body)) })
    expect(record!.rows[0]!.columns).toMatchObject({ at: READY, likes: 5, shares: 2 })
  })
})

describe('subscribers', () => {
  test('are a level of the day that ended, rounded by YouTube', async () => {
    const { rows, notes } = await read(await start({ subscribers: 133_417 }), 'subscribers', {
      from: '2026-11-19',
      to: '2026-11-19',
    })
    expect(rows).toEqual([
      { fact: 'audience', columns: { at: '2026-11-19', channel: 'social', kind: 'subscribers', value: 133_000 } },
    ])
    expect(notes).toEqual([])
    expect(source(await start()).streams.subscribers).toMatchObject({ kind: 'level', past: false })
  })

  test('that are hidden are no level, and no zero', async () => {
    const { rows, notes } = await read(await start({ hidesSubscribers: true }), 'subscribers')
    expect(rows).toEqual([])
    expect(notes).toEqual([{ code: 'hidden', message: expect.any(String) }])
  })

  test('of a channel that is not there are for the author of the config', async () => {
    const channel = `UC${'b'.repeat(22)}`
    await expect(read(await start(), 'subscribers', {}, { channel })).rejects.toMatchObject({ code: 'invalid' })
    expect(() => youtube({ channel: '@handle' })).toThrow(/channel/)
  })
})

describe('comments', () => {
  const at = (hour: number, on = '2026-11-16') => `${on}T${String(hour).padStart(2, '0')}:00:00Z`
  const thread = (id: string, more: Partial<YoutubeComment> = {}): YoutubeComment => ({
    ...{ id, author: 'UCann', at: at(12), video: 'vid1' },
    ...more,
  })

  test('are interactions with their authors, replies too; the own ones are those of the company', async () => {
    const comments = [
      thread('t1', {
        replies: [
          { id: 'r1', author: CHANNEL, at: at(13) },
          { id: 'r2', at: at(14) },
        ],
      }),
      thread('t2', { at: at(12, '2026-11-10'), replies: [{ id: 'r3', author: 'UCbob', at: at(9) }] }),
    ]
    const sandbox = await start({ comments })
    const { rows } = await read(sandbox, 'comments')
    const shared = { channel: 'social', kind: 'comment', content: 'vid1' }
    const customer = (id: string) => person({ id, of: 'youtube' })
    const first = columnsOf(rows, 'interactions').filter(({ id }) => ['t1', 'r1', 'r2'].includes(id as string))
    expect(first).toHaveLength(3)
    expect(first).toEqual(
      expect.arrayContaining([
        { ...shared, at: '2026-11-16T12:00:00.000Z', id: 't1', initiator: 'customer', customer: customer('UCann') },
        { ...shared, at: '2026-11-16T13:00:00.000Z', id: 'r1', initiator: 'company' },
        { ...shared, at: '2026-11-16T14:00:00.000Z', id: 'r2', initiator: 'customer' },
      ]),
    )
    expect(rows.map(({ columns }) => columns.id)).toContain('r3')
  })

  test('are read page by page until they are older than the range', async () => {
    const comments = Array.from({ length: 40 }, (_, i) => thread(`t${i}`, { at: at(i % 24, addDays(day(READY), -i)) }))
    const sandbox = await start({ comments, page: 3 })
    const { rows, pages } = await read(sandbox, 'comments', { from: '2026-11-13', to: READY })
    expect(rows.map(({ columns }) => columns.id)).toEqual(expect.arrayContaining(['t0', 't1', 't2', 't3', 't4']))
    expect(pages).toHaveLength(3)
  })

  test('with more replies than come with their thread are read whole', async () => {
    const replies = Array.from({ length: 12 }, (_, i) => ({ id: `r${i}`, author: `UC${i}`, at: at(13) }))
    const comments = [
      thread('t1', { replies }),
      thread('t2', { replies: replies.slice(0, 6).map((one) => ({ ...one, id: `s${one.id}` })) }),
    ]
    const sandbox = await start({ comments, page: 5 })
    const { records } = await read(sandbox, 'comments')
    expect(new Set(records.map(({ key }) => key)).size).toBe(20)
    expect(sandbox.requests.filter(({ path }) => path === '/youtube/v3/comments')).toHaveLength(5)
  })

  test('leave a token to resume with that is small, even if every thread has many replies', async () => {
    const comments = Array.from({ length: 200 }, (_, i) =>
      thread(`Ugx${String(i).padStart(23, '0')}`, { replies: [{ id: `r${i}`, at: at(13) }] }),
    )
    const { resume } = await read(await start({ comments, inThread: 0 }), 'comments', { pages: 1 })
    expect(JSON.stringify(resume).length).toBeLessThan(2_048)
  })

  test('bring no names, pictures or words', async () => {
    const replies = Array.from({ length: 7 }, (_, i) => ({ id: `r${i}`, author: 'UCx', at: at(13) }))
    const { pages } = await read(await start({ comments: [thread('t1', { replies })] }), 'comments')
    expect(pages).toHaveLength(2)
    const text = pages.map(({ bytes }) => new TextDecoder().decode(bytes)).join()
    expect(text).toContain('UCx')
    expect(text).not.toMatch(/name of|picture|words/)
  })

  test('need their own consent, which is named', async () => {
    const sandbox = await start({ granted: ['yt-analytics.readonly', 'youtube.readonly'] })
    await expect(read(sandbox, 'comments')).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(/owner of channel UCa+ .*youtube.force-ssl/),
    })
    expect((await read(sandbox, 'channel')).rows).not.toEqual([])
  })

  test('without any are an empty day', async () => {
    const sandbox = await start()
    expect((await read(sandbox, 'comments')).rows).toEqual([])
    // "A comma-separated list" (reference of `commentThreads.list`): a repeated parameter is not documented.
    expect(sandbox.requests[0]!.query.getAll('part')).toEqual(['snippet,replies'])
  })
})

test('the demo has a channel with something every day', async () => {
  const { channel, ...demo } = demoYoutube(day('2027-01-24'))
  const sandbox = await start({ channel, ...demo })
  const { rows } = await read(sandbox, 'channel', { from: '2026-06-01' }, { channel, comments: false })
  expect(rows.filter(({ fact, columns }) => fact === 'posts' && Number(columns.likes) > 0)).toHaveLength(170)
  const level = (await read(sandbox, 'subscribers', {}, { channel })).rows[0]!.columns.value
  const { rows: videos } = await read(sandbox, 'videos', { from: READY }, { channel, videos: true })
  expect(videos.length).toBeGreaterThanOrEqual(4)
  expect(videos.every(({ columns }) => Number(columns.impressions) > Number(columns.likes))).toBe(true)
  expect(level).toBeGreaterThan(4_000)
})

describe('refusals', () => {
  const { definition, options } = youtube({ channel: CHANNEL })
  const { failure } = definition.api!({ options, secrets: {} as never })
  const refusal = (code: number, reason: string, message: string) =>
    failure!({ status: code, headers: {}, body: { error: { code, message, errors: [{ message, reason }] } } })

  test.each([
    // Recorded by nullscreen/yt (spec/cassettes) and youtube/api-samples.
    [403, 'forbidden', 'Forbidden', 'credentials', /consent of the owner of channel UCa+/],
    [400, 'badRequest', 'Unknown identifier (likes) given in field metrics.', 'changed', /likes/],
    [401, 'youtubeSignupRequired', 'Unauthorized', 'credentials', /has no channel .*authorise again as the owner/],
    // Tests of airbytehq/airbyte, source-youtube-data.
    [404, 'channelNotFound', 'The channel <code>x</code> could not be found.', 'invalid', /channel x could .*option/],
    [403, 'commentsDisabled', 'The video has disabled comments.', 'invalid', /set option comments to false/],
    [400, 'processingFailure', 'While this can be a transient error', 'unavailable', /transient/],
  ])('%i %s', (status, reason, message, code, said) => {
    expect(refusal(status, reason, message)).toMatchObject({ code, message: expect.stringMatching(said) })
  })

  test('of a channel that comments are asked of, and that is not there, are for the author of the config', async () => {
    const channel = `UC${'b'.repeat(22)}`
    await expect(read(await start(), 'comments', {}, { channel })).rejects.toMatchObject({ code: 'invalid' })
  })
})

/** Simulators of others leave `kind` out, and write null for what is absent (pages of a stranger's making). */
test('lists are known by their items as well', () => {
  const { streams } = youtube({ channel: CHANNEL, comments: true })
  const page = (body: unknown) => ({
    bytes: new TextEncoder().encode(JSON.stringify(body)),
    context: { day: READY },
  })
  const snippet = { publishedAt: '2026-11-16T12:00:00Z', videoId: null, authorChannelId: null }
  const comment = { id: 'c', snippet }
  const thread = { id: 't', snippet: { topLevelComment: { id: 't', snippet } }, replies: null }
  const idsOf = (body: unknown) => recordsOf(streams.comments!, page(body)).map(({ key }) => key)
  expect(idsOf({ items: [thread], nextPageToken: null })).toEqual(['t'])
  expect(idsOf({ items: [comment] })).toEqual(['c'])
  const level = (subscriberCount: unknown) =>
    recordsOf(streams.subscribers!, page({ items: [{ statistics: { subscriberCount } }] }))
  expect(level(50_000)[0]!.rows[0]!.columns).toMatchObject({ value: 50_000 })
  expect(level(null)).toEqual([])
  for (const stream of ['comments', 'subscribers'] as const) {
    expect(() => [...streams[stream]!.records(page({}))]).toThrow(/a page of YouTube/)
  }
})
