import { describe, expect, test } from 'vitest'
import { person } from '../../functions/kit/person.ts'
import { instagram } from '../../functions/sources/instagram.ts'
import { ACCOUNT, DAY, many, media, read, start } from './instagram-account.ts'
import { columnsOf, inOrder } from './read-stream.ts'

const streams = instagram({ account: ACCOUNT, comments: true, mentions: true }).streams
const of = (sandbox: { requests: readonly { path: string; query: URLSearchParams }[] }, end: string) =>
  sandbox.requests.filter(({ path }) => path.endsWith(end))

describe('daily figures', () => {
  test('are one total a call, hence calls for every Pacific day', async () => {
    const sandbox = await start()
    const { rows } = await read(sandbox, 'activity', { to: '2026-11-19' })
    const act = (at: string, kind: string, count: number, initiator = 'customer') => ({
      ...{ at, channel: 'social', kind, count, initiator, actor: 'customer' },
    })
    expect(columnsOf(rows, 'interactions')).toEqual(
      inOrder(
        ['2026-11-18', '2026-11-19'].flatMap((at) => [
          act(at, 'follow', 5),
          act(at, 'action', 2),
          act(at, 'action', 0),
          act(at, 'reply', 3, 'company'),
        ]),
      ),
    )
    const [first, second, third] = of(sandbox, '/insights').map(({ query }) => query)
    expect(first!.get('metric_type')).toBe('total_value')
    expect([first!.has('breakdown'), second!.get('breakdown')]).toEqual([false, 'follow_type'])
    expect([first!.get('since'), first!.get('until')]).toEqual(
      ['2026-11-18T08:00:00Z', '2026-11-19T08:00:00Z'].map((at) => String(Date.parse(at) / 1_000)),
    )
    expect(third!.get('since')).toBe(first!.get('until'))
  })

  test('no counter that media hold is asked for by day', async () => {
    const sandbox = await start()
    await read(sandbox, 'activity')
    const asked = of(sandbox, '/insights').map(({ query }) => query.get('metric'))
    expect(asked).toEqual(['profile_links_taps,website_clicks,replies', 'follows_and_unfollows'])
  })

  test('an empty set is no zero', async () => {
    const sandbox = await start({ daily: (of) => (of === DAY ? { website_clicks: 0 } : undefined) })
    const { rows, pages } = await read(sandbox, 'activity', { to: '2026-11-19' })
    expect(columnsOf(rows, 'interactions').map(({ at, count }) => [at, count])).toEqual([[DAY, 0]])
    expect(pages).toHaveLength(4)
  })

  test('small accounts have no new followers to tell, and the rest is read', async () => {
    const sandbox = await start({ followers: () => 99 })
    const { rows } = await read(sandbox, 'activity')
    expect(columnsOf(rows, 'interactions').map(({ kind }) => kind)).not.toContain('follow')
    expect(rows).toHaveLength(3)
  })

  test('dead metrics are noted, one or all of a call', async () => {
    const sandbox = await start({ dead: ['website_clicks', 'follows_and_unfollows'] })
    const { rows, notes } = await read(sandbox, 'activity', { to: '2026-11-19' })
    expect(rows).toHaveLength(4)
    // Once found dead, they are not asked for again: all, one by one, the living; the other; the living.
    expect(of(sandbox, '/insights')).toHaveLength(1 + 3 + 1 + 1 + 1)
    expect(notes.map(({ code, message }) => [code, message.split(' ').at(-1)])).toEqual([
      ['metric_dead', 'website_clicks'],
      ['metric_dead', 'follows_and_unfollows'],
    ])
  })

  test('stopped anywhere, the rest is the same', async () => {
    const sandbox = await start()
    const asked = { from: '2026-11-17', to: '2026-11-19' }
    const whole = await read(sandbox, 'activity', asked)
    expect([whole.pages.length, whole.resume]).toEqual([6, null])
    for (let pages = 1; pages < 6; pages++) {
      const head = await read(sandbox, 'activity', { ...asked, pages })
      const tail = await read(sandbox, 'activity', { ...asked, resume: head.resume })
      expect([...head.records, ...tail.records]).toEqual(whole.records)
    }
  })
})

describe('followers and media', () => {
  test('followers are known for now only', async () => {
    const { rows } = await read(await start(), 'followers')
    expect(columnsOf(rows, 'audience')).toEqual([{ at: DAY, channel: 'social', kind: 'followers', value: 1_010 }])
    expect(streams.followers!.past).toBe(false)
  })

  test('media carry their lifetime counters, read for the day', async () => {
    const sandbox = await start({
      media: [
        media(1),
        media(2, { product: 'REELS', likes: undefined as never }),
        media(3, { createdAt: '2026-10-01T10:00:00Z' }),
      ],
    })
    const { rows } = await read(sandbox, 'media')
    const counters = { at: DAY, channel: 'social', impressions: 300, reach: 200, saves: 4, shares: 2, comments: 0 }
    expect(columnsOf(rows, 'posts')).toEqual(
      inOrder([
        { ...counters, id: '1800001', published: '2026-11-18T10:00:00.000Z', likes: 10 },
        // Its likes are hidden.
        { ...counters, id: '1800002', published: '2026-11-17T10:00:00.000Z' },
      ]),
    )
    expect(streams.media!.past).toBe(false)
  })

  test('media without insights keep their likes, and it says why', async () => {
    const sandbox = await start({
      media: [
        media(1, { without: 'before_professional' }),
        media(2, { without: 'few_viewers' }),
        media(3, { insights: { reach: 0 } }),
        media(4, { without: 'few_viewers' }),
      ],
    })
    const { rows, notes } = await read(sandbox, 'media')
    const posts = columnsOf(rows, 'posts')
    expect(posts.map(({ likes, reach }) => [likes, reach])).toEqual([
      [10, undefined],
      [20, undefined],
      [30, 0],
      [40, undefined],
    ])
    expect(posts.some((post) => 'impressions' in post || 'saves' in post)).toBe(false)
    expect(notes.map(({ code }) => code)).toEqual(['before_professional', 'not_enough_viewers'])
  })

  test('a dead metric costs only its own column, and few calls', async () => {
    const sandbox = await start({ media: many(10), dead: ['saved'] })
    const { rows, notes } = await read(sandbox, 'media')
    expect(rows.every(({ columns }) => columns.reach === 200 && !('saves' in columns))).toBe(true)
    expect(notes).toHaveLength(1)
    // All, one by one, the living; then once for every other.
    expect(of(sandbox, '/insights')).toHaveLength(1 + 4 + 1 + 9)
  })
})

describe('comments and tags', () => {
  const at = (minute: number) => `2026-11-18T10:${String(minute).padStart(2, '0')}:00Z`

  test('comments tell who wrote them; the company’s own are its own', async () => {
    const sandbox = await start({
      media: [
        media(2, {
          comments: [
            { id: 'c1', at: at(1), by: 'ann', replies: [{ id: 'c2', at: at(2), by: 'shop' }] },
            { id: 'c3', at: at(3), by: 'shop' },
            { id: 'c4', at: '2026-11-17T10:00:00Z', by: 'bob' },
          ],
        }),
        media(1, { comments: [] }),
      ],
    })
    const { rows } = await read(sandbox, 'comments')
    const comment = { channel: 'social', kind: 'comment', content: '1800002' }
    const ann = { initiator: 'customer', actor: 'customer', customer: person({ id: ['igsid-ann', '@ann'] }) }
    const bob = { initiator: 'customer', actor: 'customer', customer: person({ id: ['igsid-bob', '@bob'] }) }
    expect(columnsOf(rows, 'interactions')).toEqual(
      inOrder([
        { ...comment, ...ann, id: 'c1', at: '2026-11-18T10:01:00.000Z' },
        { ...comment, actor: 'company', id: 'c2', at: '2026-11-18T10:02:00.000Z' },
        { ...comment, initiator: 'company', actor: 'company', id: 'c3', at: '2026-11-18T10:03:00.000Z' },
        { ...comment, ...bob, id: 'c4', at: '2026-11-17T10:00:00.000Z' },
      ]),
    )
    expect(streams.comments!.emits).toEqual(['social.comment'])
    expect(sandbox.requests.every(({ query }) => !/text|caption/.test(query.get('fields') ?? ''))).toBe(true)
    // Of media without comments none are asked for.
    expect(of(sandbox, '/comments')).toHaveLength(1)
  })

  test('older comments and media are not paged through', async () => {
    const old = Array.from({ length: 200 }, (_, i) => ({ id: `o${i}`, at: '2026-11-10T10:00:00Z', by: 'ann' }))
    const sandbox = await start({
      media: [
        media(9, { comments: [{ id: 'new', at: at(1), by: 'ann' }, ...old] }),
        media(1, { createdAt: '2026-10-01T10:00:00Z', comments: [{ id: 'late', at: at(1), by: 'bob' }] }),
      ],
    })
    const { pages, records } = await read(sandbox, 'comments')
    expect(pages).toHaveLength(3)
    expect(records.map(({ key }) => key)).not.toContain('late')
  })

  test('stopped anywhere, the rest is the same', async () => {
    const some = (n: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({ id: `c${n}-${i}`, at: at(i % 60), by: `p${i}` }))
    const sandbox = await start({
      media: Array.from({ length: 30 }, (_, n) => media(n, { comments: some(n, n % 7 === 0 ? 120 : n % 3) })),
    })
    const days = { to: '2026-11-19' }
    const whole = await read(sandbox, 'comments', days)
    expect(new Set(whole.records.map(({ key }) => key)).size).toBe(whole.records.length)
    expect(whole.records).toHaveLength(5 * 120 + [...Array(30).keys()].reduce((sum, n) => sum + (n % 7 ? n % 3 : 0), 0))
    for (let pages = 1; pages < whole.pages.length; pages++) {
      const head = await read(sandbox, 'comments', { ...days, pages })
      expect(JSON.stringify(head.resume).length).toBeLessThan(4_096)
      const tail = await read(sandbox, 'comments', { ...days, resume: head.resume })
      expect([...head.records, ...tail.records]).toEqual(whole.records)
    }
  })

  test('very many replies are noted, not lost in silence', async () => {
    const replies = Array.from({ length: 30 }, (_, i) => ({ id: `r${i}`, at: at(i), by: 'bob' }))
    const sandbox = await start({ media: [media(1, { comments: [{ id: 'c', at: at(0), by: 'ann', replies }] })] })
    const { records, notes } = await read(sandbox, 'comments')
    expect([records.length, notes.map(({ code }) => code)]).toEqual([26, ['replies_cut']])
  })

  test('an account without media is an empty day', async () => {
    const { pages, rows, resume } = await read(await start(), 'comments')
    expect([pages.length, rows, resume]).toEqual([1, [], null])
  })

  test('a tag is a mention by the customer', async () => {
    const sandbox = await start({
      tags: [
        { id: 't1', at: at(1), by: 'ann' },
        ...Array.from({ length: 60 }, (_, i) => ({ id: `o${i}`, at: '2026-01-01T10:00:00Z', by: 'bob' })),
      ],
    })
    const { rows, pages } = await read(sandbox, 'mentions')
    expect(columnsOf(rows, 'interactions')).toContainEqual({
      ...{ id: 't1', at: '2026-11-18T10:01:00.000Z', channel: 'social', kind: 'mention', initiator: 'customer' },
      customer: person({ id: '@ann' }),
    })
    expect(pages).toHaveLength(2)
  })

  test('they are read only where the config says so', () => {
    expect(Object.keys(instagram({ account: ACCOUNT }).streams)).toEqual(['activity', 'followers', 'media'])
    expect(Object.keys(streams)).toEqual(['activity', 'followers', 'media', 'comments', 'mentions'])
  })
})
