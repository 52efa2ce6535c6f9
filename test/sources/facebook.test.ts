import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { day } from '../../functions/kit/day.ts'
import { person } from '../../functions/kit/person.ts'
import { facebook } from '../../functions/sources/facebook.ts'
import { demoFacebook } from '../../sandbox/facebook.ts'
import type { Sandbox } from '../../sandbox/serve.ts'
import { DAY, NOW, PAGE, PAGE_TOKEN, post, posts, read, source, start } from './facebook-page.ts'
import { columnsOf, inOrder, readStream, recordsOf } from './read-stream.ts'

const streams = facebook({ page: PAGE, messages: true, ratings: true }).streams
const insightsOf = (sandbox: Sandbox) => sandbox.requests.filter(({ path }) => path.endsWith('/insights'))

describe('daily figures', () => {
  test('belong to the Pacific day before end_time', async () => {
    const sandbox = await start()
    const { rows } = await read(sandbox, 'activity', { from: '2026-11-17', to: '2026-11-19' })
    const count = (at: string, kind: string, of: number) => ({
      ...{ at, channel: 'social', kind, count: of, initiator: 'customer' },
    })
    expect(columnsOf(rows, 'interactions')).toEqual(
      inOrder([
        count('2026-11-17', 'follow', 3),
        count('2026-11-17', 'action', 1),
        count('2026-11-18', 'follow', 5),
        count('2026-11-18', 'action', 0),
        count('2026-11-19', 'follow', 2),
      ]),
    )
    const [asked] = insightsOf(sandbox)
    expect(Number(asked!.query.get('since')) * 1_000).toBe(Date.parse('2026-11-17T08:00:00Z'))
    expect(asked!.query.get('metric')).toBe('page_daily_follows,page_total_actions')
  })

  test('no counter that posts hold is asked for by day, and no view becomes an interaction', async () => {
    const sandbox = await start({ posts: posts(2) })
    const { rows } = await read(sandbox, 'activity')
    await read(sandbox, 'posts')
    expect(rows.every(({ fact }) => fact === 'interactions')).toBe(true)
    const asked = sandbox.requests.flatMap(({ query }) => `${query.get('metric')} ${query.get('fields')}`).join(' ')
    expect(asked).not.toMatch(/page_(media|total_media|post_|views|actions|impressions|fan)/)
  })

  test.each([
    ['2026-03-08', '2026-03-09T07:00:00+0000'],
    ['2026-11-01', '2026-11-02T08:00:00+0000'],
    // Facebook kept to 07:00 on some days after the clocks changed.
    ['2026-11-02', '2026-11-03T07:00:00+0000'],
    ['2026-07-04', '2026-07-05T08:00:00+0000'],
  ])('%s is the day that ends at %s', (of, end_time) => {
    const body = { data: [{ name: 'page_follows', period: 'day', values: [{ value: 9, end_time }] }] }
    const [record] = recordsOf(streams.followers!, { bytes: new TextEncoder().encode(JSON.stringify(body)) })
    expect(record!.rows[0]!.columns).toEqual({ at: of, channel: 'social', kind: 'followers', value: 9 })
  })

  test('90 days are the most of one call, and next-links are never followed', async () => {
    const sandbox = await start()
    expect(streams.activity!.span).toBe(89)
    await read(sandbox, 'activity', { from: '2026-08-23', to: '2026-11-19' })
    const sent = insightsOf(sandbox)
    expect(sent).toHaveLength(1)
    const window = Number(sent[0]!.query.get('until')) - Number(sent[0]!.query.get('since'))
    expect(window).toBeLessThanOrEqual(90 * 86_400)
    expect(streams.activity!.since!(NOW)).toBe('2024-11-21')
  })

  test('a dead metric is noted, and the others are read', async () => {
    const sandbox = await start({ dead: ['page_total_actions'] })
    const { rows, notes } = await read(sandbox, 'activity')
    expect(columnsOf(rows, 'interactions').map(({ kind }) => kind)).toEqual(['follow'])
    expect(notes).toEqual([{ code: 'metric_dead', message: 'the Graph API refuses metric page_total_actions' }])
  })

  test('all metrics dead is a change', async () => {
    const sandbox = await start({ dead: ['page_follows'] })
    await expect(read(sandbox, 'followers')).rejects.toMatchObject({
      code: 'changed',
      message: expect.stringMatching(/\(#100\) The value must be a valid insights metric; asked for page_follows/),
    })
  })

  test('a day that is not measured yet is left for later', async () => {
    const sandbox = await start({ delay: 24 })
    const asked = { from: '2026-11-17', to: '2026-11-19' }
    const { through, rows } = await read(sandbox, 'activity', asked)
    expect(through).toBe('2026-11-18')
    expect(columnsOf(rows, 'interactions').map(({ at }) => at)).not.toContain('2026-11-19')
    const later = await read(sandbox, 'activity', { ...asked, now: new Date('2026-11-30T12:00:00Z') })
    expect(later.through).toBeUndefined()
  })

  test('a Page with fewer than 100 likes has an empty day, and only the followers of now', async () => {
    const sandbox = await start({ daily: () => undefined })
    const activity = await read(sandbox, 'activity')
    expect([activity.rows, activity.through, activity.pages.length]).toEqual([[], undefined, 1])
    const yesterday = await read(sandbox, 'followers', { from: '2026-11-18', to: '2026-11-19' })
    expect(columnsOf(yesterday.rows, 'audience')).toEqual([
      { at: '2026-11-19', channel: 'social', kind: 'followers', value: 1_010 },
    ])
    expect((await read(sandbox, 'followers', { from: '2026-11-01', to: '2026-11-02' })).rows).toEqual([])
  })

  test('followers of past days are those at their end', async () => {
    const { rows } = await read(await start(), 'followers', { from: '2026-11-17', to: '2026-11-18' })
    expect(columnsOf(rows, 'audience').map(({ at, value }) => [at, value])).toEqual([
      ['2026-11-17', 1_000],
      ['2026-11-18', 1_005],
    ])
  })
})

describe('posts', () => {
  test('carry their lifetime counters, read for the day', async () => {
    const sandbox = await start({ posts: [post(3), post(4, '2026-10-20T10:00:00Z')] })
    const { rows } = await read(sandbox, 'posts', { from: '2026-11-19' })
    expect(columnsOf(rows, 'posts')).toEqual([
      {
        id: `${PAGE}_3`,
        at: '2026-11-19',
        channel: 'social',
        published: '2026-11-16T10:00:00.000Z',
        impressions: 500,
        reach: 400,
        clicks: 7,
        likes: 30,
        comments: 3,
        shares: 1,
      },
    ])
    expect(streams.posts!.past).toBe(false)
  })

  test('a post that nobody shared has 0 shares; one without insights has no views', async () => {
    const sandbox = await start({
      posts: [post(2)],
      dead: ['post_media_view', 'post_total_media_view_unique', 'post_clicks'],
    })
    const { rows, notes } = await read(sandbox, 'posts')
    expect(columnsOf(rows, 'posts')[0]).toMatchObject({ shares: 0, likes: 20, comments: 2 })
    expect(Object.keys(columnsOf(rows, 'posts')[0]!)).not.toContain('impressions')
    expect(notes).toHaveLength(3)
  })

  test('one dead post metric costs only its own column, on every page', async () => {
    const sandbox = await start({ posts: posts(60), dead: ['post_clicks'] })
    const { rows, pages, notes } = await read(sandbox, 'posts')
    expect(pages).toHaveLength(3)
    expect(rows).toHaveLength(60)
    expect(rows.every(({ columns }) => columns.reach === 400 && !('clicks' in columns))).toBe(true)
    expect(notes.map(({ message }) => message)).toEqual(['the Graph API refuses metric post_clicks'])
    // The token, all three, one by one, the living two; then once per further page.
    expect(sandbox.requests).toHaveLength(1 + 1 + 3 + 1 + 2)
  })

  test('the demo grows to what was recorded', () => {
    const past = [{ id: '1_1', createdAt: '2026-11-01T10:00:00Z', reactions: 529, comments: 512, shares: 262 }]
    const { posts: made, daily, followersAt } = demoFacebook(past)
    const at = (now: string) => made![0]!.counters(new Date(now))
    expect(at('2026-11-01T09:00:00Z').reactions).toBe(0)
    expect(at('2026-11-02T10:00:00Z')).toMatchObject({ reactions: 264, comments: 256, shares: 131 })
    expect(at('2026-12-31T10:00:00Z')).toMatchObject({ reactions: 529, comments: 512, shares: 262 })
    expect(daily!(day('2026-10-31'))).toBeUndefined()
    expect(daily!(day('2026-11-01'))).toEqual({ page_follows: 4_221, page_daily_follows: 21, page_total_actions: 9 })
    expect(daily!(day('2026-11-05'))).toEqual({ page_follows: 4_221, page_daily_follows: 0, page_total_actions: 0 })
    expect(followersAt(new Date('2026-11-20T00:00:00Z'))).toBe(4_221)
  })
})

describe('recommendations', () => {
  const given = [
    { createdAt: '2026-11-18T09:00:00Z', recommends: true, reviewer: '71', story: '9001' },
    { createdAt: '2026-11-18T08:00:00Z', recommends: false },
    { createdAt: '2018-02-01T08:00:00Z', rating: 4, reviewer: '72' },
    { createdAt: '2018-01-01T08:00:00Z' },
  ]
  const baseline = (sandbox: Sandbox) => {
    const made = source(sandbox, { version: 21 })
    const { ratings } = made.streams
    const whole: typeof ratings = { ...ratings!, pages: (reading) => ratings!.pages({ ...reading, baseline: true }) }
    return readStream({ ...made, streams: { ratings: whole } }, 'ratings', {
      from: DAY,
      now: NOW,
      secrets: { token: PAGE_TOKEN },
    })
  }

  test('are answers on a scale from 0 to 1, stars of old times on theirs', async () => {
    const sandbox = await start({ oldest: 21, ratings: () => given })
    const { rows } = await baseline(sandbox)
    expect(columnsOf(rows, 'responses')).toEqual(
      inOrder([
        {
          id: '9001',
          at: '2026-11-18T09:00:00.000Z',
          survey: 'recommendation',
          value: 1,
          scale: [0, 1],
          customer: person({ id: '71' }),
        },
        {
          id: '2026-11-18T08:00:00+0000 ',
          at: '2026-11-18T08:00:00.000Z',
          survey: 'recommendation',
          value: 0,
          scale: [0, 1],
        },
        {
          id: '2018-02-01T08:00:00+0000 72',
          at: '2018-02-01T08:00:00.000Z',
          survey: 'rating',
          value: 4,
          scale: [1, 5],
          customer: person({ id: '72' }),
        },
      ]),
    )
  })

  test('the full list finds deletions; what is new needs only the first page', async () => {
    let all = Array.from({ length: 60 }, (_, i) => ({
      createdAt: new Date(Date.parse('2026-11-18T09:00:00Z') - i * 86_400_000).toISOString(),
      recommends: true,
      story: String(i),
    }))
    const sandbox = await start({ oldest: 21, ratings: () => all })
    expect((await baseline(sandbox)).records).toHaveLength(60)
    all = all.slice(1)
    expect((await baseline(sandbox)).records.map(({ key }) => key)).not.toContain('0')
    expect((await read(sandbox, 'ratings', {}, { version: 21 })).pages).toHaveLength(1)
  })

  test('newer versions refuse them, and the error names the version', async () => {
    await expect(read(await start({ ratings: () => given }), 'ratings')).rejects.toMatchObject({
      code: 'changed',
      message: expect.stringMatching(/error 12: .*v26\.0/),
    })
  })
})

describe('messages', () => {
  const at = (minute: number) => `2026-11-18T10:${String(minute).padStart(2, '0')}:00Z`
  const long = Array.from({ length: 30 }, (_, i) => ({ id: `m${i}`, at: at(i), byPage: i % 2 === 1 }))

  test('of the person are begun by the customer, answers are the company’s', async () => {
    const talk = [
      { id: 'm1', at: at(1) },
      { id: 'm2', at: at(2), byPage: true },
    ]
    const sandbox = await start({ conversations: [{ id: 't1', person: '555', messages: talk }] })
    const { rows, notes } = await read(sandbox, 'messages', { zone: 'UTC' })
    const message = { channel: 'messaging', kind: 'message', customer: person({ id: '555' }) }
    expect(columnsOf(rows, 'interactions')).toEqual(
      inOrder([
        { ...message, id: 'm1', at: '2026-11-18T10:01:00.000Z', initiator: 'customer', actor: 'customer' },
        { ...message, id: 'm2', at: '2026-11-18T10:02:00.000Z', actor: 'company' },
      ]),
    )
    expect(notes).toEqual([])
    expect(sandbox.requests.at(-1)!.query.get('fields')).not.toMatch(/message,|text/)
  })

  test('beyond the last 20 of a conversation are missing, and it says so', async () => {
    const sandbox = await start({ conversations: [{ id: 't1', person: '555', messages: long }] })
    const { rows, notes } = await read(sandbox, 'messages')
    expect(rows).toHaveLength(20)
    expect(notes.map(({ code }) => code)).toEqual(['messages_cut'])
    // Enough where the days read begin later.
    expect((await read(sandbox, 'messages', { from: '2026-11-19' })).notes).toEqual([])
  })

  test('conversations that are older are not paged through', async () => {
    const quiet = Array.from({ length: 60 }, (_, i) => ({
      id: `t${i}`,
      person: String(i),
      messages: [{ id: `q${i}`, at: i < 10 ? at(i) : `2026-10-${String(1 + (i % 28)).padStart(2, '0')}T10:00:00Z` }],
    }))
    const sandbox = await start({ conversations: quiet })
    const { pages, records } = await read(sandbox, 'messages')
    expect([pages.length, records.length]).toEqual([2, 50])
  })
})

const TABLES = new URL('../../../shared/vendor/meta/tabular-facebook_pages/', import.meta.url)

describe.skipIf(!existsSync(TABLES))('recorded figures (skipped without ../shared/vendor)', () => {
  const table = (name: string): Record<string, string>[] =>
    parse(readFileSync(new URL(`facebook_pages_${name}_data.csv`, TABLES)), { columns: true, bom: true })

  test('days of a real Page map as an answer of the API would', () => {
    const days = table('daily_page_metrics_total')
    expect(days.length).toBeGreaterThan(0)
    const values = days.map(({ date, page_total_actions: value }) => ({
      value: Number(value),
      end_time: `${new Date(`${date!.replace(' UTC', 'Z').replace(' ', 'T')}`).toISOString().slice(0, 19)}+0000`,
    }))
    const body = { data: [{ name: 'page_total_actions', period: 'day', values }] }
    const records = recordsOf(streams.activity!, { bytes: new TextEncoder().encode(JSON.stringify(body)) })
    expect(records).toHaveLength(days.length)
    for (const [i, { rows }] of records.entries()) {
      const [year, month, date] = days[i]!.date!.slice(0, 10).split('-').map(Number)
      const measured = new Date(Date.UTC(year!, month! - 1, date! - 1)).toISOString().slice(0, 10)
      expect(rows[0]!.columns).toMatchObject({ at: measured, kind: 'action', count: values[i]!.value })
    }
  })

  test('posts of a real Page map', () => {
    const clicks = new Map(table('lifetime_post_metrics_total').map((row) => [row.post_id, row.post_clicks]))
    const data = table('post_history').map(({ id, created_time, share_count }) => ({
      id,
      created_time: `${created_time!.replace(' UTC', '').replace(' ', 'T')}+0000`,
      ...(share_count && { shares: { count: Number(share_count) } }),
      insights: {
        data: clicks.has(id)
          ? [{ name: 'post_clicks', period: 'lifetime', values: [{ value: Number(clicks.get(id)) }] }]
          : [],
      },
    }))
    const records = recordsOf(streams.posts!, {
      bytes: new TextEncoder().encode(JSON.stringify({ data })),
      context: { day: '2021-09-11' },
    })
    expect(records).toHaveLength(data.length)
    for (const [i, { key, rows }] of records.entries()) {
      expect(key).toBe(data[i]!.id)
      const { columns } = rows[0]!
      expect(columns.shares).toBe(data[i]!.shares?.count ?? 0)
      expect(columns.clicks).toBe(clicks.has(key) ? Number(clicks.get(key)) : undefined)
      expect(columns).not.toHaveProperty('likes')
    }
  })
})
