import { describe, expect, test } from 'vitest'
import { person } from '../../functions/kit/person.ts'
import { facebook } from '../../functions/sources/facebook.ts'
import type { FacebookComment } from '../../sandbox/facebook.ts'
import { deploy } from '../ingest/deployment.ts'
import { DAY, NOW, PAGE, PAGE_TOKEN, post, posts, read, source, start, USER_TOKEN } from './facebook-page.ts'
import { columnsOf, inOrder, recordsOf } from './read-stream.ts'

const at = (minute: number) => new Date(Date.parse(`${DAY}T23:59:00Z`) - minute * 60_000).toISOString()
const many = (count: number, by = '7'): FacebookComment[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${by}-${i}`, at: at(i), by: `${by}${i % 9}` }))
/** A post of before the day that is read. */
const commented = (n: number, comments: readonly FacebookComment[]) => ({
  ...post(n, '2026-11-15T10:00:00Z'),
  comments,
})
const asked = { from: DAY, zone: 'UTC' }

describe('comments', () => {
  test('are the customers’, one by one; the Page’s own are the company’s', async () => {
    const talk: FacebookComment[] = [
      { id: 'c1', at: at(50), by: '71', replies: [{ id: 'c2', at: at(40), by: PAGE }] },
      { id: 'c3', at: at(30), by: PAGE, replies: [{ id: 'c4', at: at(20), by: '72' }] },
      // Its author is not shown to an app without the permission.
      { id: 'c5', at: at(10) },
      { id: 'c6', at: at(5), by: '73', hidden: true },
      { id: 'before', at: '2026-11-16T10:00:00Z', by: '74' },
    ]
    const sandbox = await start({ posts: [commented(3, talk)] })
    const { rows, notes } = await read(sandbox, 'comments', asked)
    const comment = (id: string, minute: number) => ({
      ...{ id, at: at(minute), channel: 'social', kind: 'comment', content: `${PAGE}_3` },
    })
    const theirs = (id: string, minute: number, by?: string) => ({
      ...comment(id, minute),
      ...{ initiator: 'customer', actor: 'customer', ...(by && { customer: person({ id: by }) }) },
    })
    expect(columnsOf(rows, 'interactions').filter(({ id }) => id !== 'before')).toEqual(
      inOrder([
        theirs('c1', 50, '71'),
        { ...comment('c2', 40), actor: 'company' },
        { ...comment('c3', 30), initiator: 'company', actor: 'company' },
        theirs('c4', 20, '72'),
        theirs('c5', 10),
        theirs('c6', 5, '73'),
      ]),
    )
    expect(notes).toEqual([])
    const said = sandbox.requests.map(({ query }) => query.get('fields')).join(' ')
    expect(said).not.toMatch(/message|name/)
  })

  test('are read only on request, and count in place of the counters’ changes then', () => {
    expect(facebook({ page: PAGE }).streams.comments).toBeUndefined()
    expect(facebook({ page: PAGE, comments: true }).streams.comments).toMatchObject({ emits: ['social.comment'] })
  })

  test('are paged through until they are older than what is read; posts without any are left alone', async () => {
    const old = many(250, '8').map((one, i) => ({
      ...one,
      at: new Date(Date.parse(at(0)) - i * 3_600_000).toISOString(),
    }))
    const quiet = { ...post(1), counters: () => ({ ...post(1).counters(NOW), comments: 0 }), comments: many(1, '6') }
    const sandbox = await start({ posts: [commented(2, many(230)), commented(4, old), quiet] })
    const { records, pages } = await read(sandbox, 'comments', asked)
    const lists = sandbox.requests.filter(({ path }) => path.endsWith('/comments'))
    // Of the other, a first page with comments of the day, and one that is all older; not the third.
    expect(lists.map(({ path }) => path.split('_').at(-1))).toEqual([
      '2/comments',
      '2/comments',
      '2/comments',
      '4/comments',
      '4/comments',
    ])
    expect([records.length, pages.length]).toEqual([430, 6])
    expect(new Set(records.map(({ key }) => key)).size).toBe(430)
  })

  test('that come oldest first, in spite of what was asked, are read to the end', async () => {
    const sandbox = await start({ posts: [commented(2, many(230))] })
    const { pages } = await read(sandbox, 'comments', asked)
    const stream = source(sandbox).streams.comments!
    const reversed = pages.flatMap((page) => recordsOf(stream, page))
    expect(reversed).toHaveLength(230)
    // A page whose first is older than its last says nothing of the pages after it.
    const late = { created_time: '2026-11-16T10:00:00+0000' }
    const later = { created_time: '2026-11-17T10:00:00+0000' }
    const answers = [[late, later], [{ created_time: `${DAY}T10:00:00+0000` }]]
    const seen: unknown[] = []
    const http = {
      get: async (path: string) => {
        const next = answers.length > 1 ? 'https://graph.facebook.com/v26.0/x?after=QWE' : undefined
        const list = { data: [{ id: 'p1', comments: { summary: {} } }] }
        const body = path.endsWith('/comments') ? { data: answers.shift(), paging: { next } } : list
        seen.push(path)
        return { bytes: new TextEncoder().encode(JSON.stringify(body)), body, headers: {}, status: 200 }
      },
    }
    const range = { start: Date.parse(`${DAY}T00:00:00Z`), end: Date.parse('2026-11-19T00:00:00Z') }
    const reading = { http, options: source(sandbox).options, range, resume: null } as never
    for await (const turn of stream.pages(reading)) expect(turn).toHaveProperty('page')
    expect(seen.filter((path) => path === 'v26.0/p1/comments')).toHaveLength(2)
  })

  test('are the same after any stop', async () => {
    const all = [commented(90, many(230)), ...posts(30).map((one, n) => ({ ...one, comments: many(n % 3, `p${n}`) }))]
    const sandbox = await start({ posts: all })
    const whole = await read(sandbox, 'comments', asked)
    expect(whole.resume).toBeNull()
    for (let pages = 1; pages < whole.pages.length; pages += 4) {
      const head = await read(sandbox, 'comments', { ...asked, pages })
      expect(JSON.stringify(head.resume).length).toBeLessThan(1_000)
      const tail = await read(sandbox, 'comments', { ...asked, resume: head.resume })
      const keys = [...head.records, ...tail.records].map(({ key }) => key)
      expect([...new Set(keys)].sort()).toEqual([...new Set(whole.records.map(({ key }) => key))].sort())
    }
  })

  test('of a post that is gone are left out, and it says so', async () => {
    const sandbox = await start({ posts: [{ ...commented(2, many(3)), gone: true }, commented(3, many(2, '9'))] })
    const { records, notes, resume } = await read(sandbox, 'comments', asked)
    expect([records.length, resume]).toEqual([2, null])
    expect(notes).toEqual([{ code: 'gone', message: expect.stringContaining('a post that was deleted meanwhile') }])
  })

  test('without the permission are an error that names it', async () => {
    const sandbox = await start({ posts: [commented(2, many(3))], missing: { comments: 'pages_read_user_content' } })
    await expect(read(sandbox, 'comments', asked)).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining("'pages_read_user_content'"),
    })
  })

  test('reach the lake with keys for people, of the reporting day alone', async () => {
    const sandbox = await start({
      posts: [commented(2, [...many(12), { id: 'later', at: `2026-11-19T00:00:00Z`, by: '1' }])],
    })
    await using deployment = await deploy({
      sources: [source(sandbox)],
      now: NOW.toISOString(),
      env: { TIDEMARK_FACEBOOK_TOKEN: USER_TOKEN },
    })
    expect(await deployment.ingest({ stream: 'comments', from: DAY, to: DAY })).toMatchObject({
      status: 'ok',
      facts: 12,
    })
    const rows = await deployment.rows('interactions', 'facebook', 'comments')
    expect(rows.every(({ customer }) => /^[0-9a-f]{16}$/.test(String(customer)))).toBe(true)
    expect(new Set(rows.map(({ customer }) => customer)).size).toBe(9)
    expect((await deployment.dump()).filter(({ text }) => text.includes(PAGE_TOKEN))).toEqual([])
  })
})
