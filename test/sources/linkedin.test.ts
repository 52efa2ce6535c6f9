import { describe, expect, test } from 'vitest'
import { addDays, day } from '../../functions/kit/day.ts'
import { linkedin } from '../../functions/sources/linkedin.ts'
import { demoLinkedin } from '../../sandbox/linkedin.ts'
import { foreign, ORGANIZATION, READY, read, source, start, URN } from './linkedin-page.ts'
import { columnsOf, recordsOf } from './read-stream.ts'

const reports = ['shares', 'follows', 'page']
const { streams } = linkedin({ organization: ORGANIZATION })
const encoded = (body: unknown) => ({ bytes: new TextEncoder().encode(JSON.stringify(body)) })
const range = (at: string) => ({ start: Date.parse(at), end: Date.parse(at) + 86_400_000 })

describe('a day', () => {
  test('has the counters of all posts together', async () => {
    const { rows, through } = await read(await start(), 'shares')
    const post = { id: URN, channel: 'social', basis: 'day' }
    expect(columnsOf(rows, 'posts')).toEqual([
      { ...post, at: '2026-11-16', impressions: 900, reach: 600, likes: 30, comments: 4, shares: 5, clicks: 20 },
      { ...post, at: '2026-11-17', impressions: 10, reach: 9, likes: 1, comments: 0, shares: 0, clicks: 0 },
    ])
    expect(rows).toHaveLength(2)
    expect(through).toBeUndefined()
  })

  test('has new followers: those won by an advertisement are begun by the company', async () => {
    const { rows } = await read(await start(), 'follows')
    const follow = { at: '2026-11-16', channel: 'social', kind: 'follow', actor: 'customer' }
    expect(rows.map(({ columns }) => columns)).toEqual([
      { ...follow, count: 7, initiator: 'customer' },
      { ...follow, count: 2, initiator: 'company' },
    ])
  })

  test('has clicks on buttons of the page, and its views are nothing', async () => {
    const { rows } = await read(await start(), 'page')
    expect(rows.map(({ columns }) => columns)).toEqual([
      { at: '2026-11-16', channel: 'social', kind: 'action', count: 3, initiator: 'customer' },
    ])
  })

  test('of the year is one of many in one request', async () => {
    const sandbox = await start()
    for (const stream of reports) {
      const before = sandbox.requests.length
      const { records } = await read(sandbox, stream, { from: '2025-11-21' })
      expect(records).toHaveLength(362)
      expect(sandbox.requests).toHaveLength(before + 1)
      expect(streams[stream as 'page']).toMatchObject({ zone: 'UTC', settles: 3, repull: 4, span: 366 })
    }
  })

  test('that is not ready is not claimed', async () => {
    const sandbox = await start()
    for (const stream of reports) {
      expect((await read(sandbox, stream, { to: '2026-11-19' })).through).toBe(READY)
      const none = await read(sandbox, stream, { from: '2026-11-18', to: '2026-11-19' })
      expect(none.rows).toEqual([])
      expect(none.through! < '2026-11-18').toBe(true)
    }
  })

  test('that is absent is empty once it is a week old, and late before', async () => {
    const sandbox = await start({ since: day('2026-11-30') })
    const { rows, through } = await read(sandbox, 'shares', { from: '2026-11-01', to: '2026-11-19' })
    expect([rows, through]).toEqual([[], '2026-11-12'])
    expect((await read(sandbox, 'shares', { from: '2026-11-01', to: '2026-11-12' })).through).toBeUndefined()
  })

  test('keeps the other counters where one is below zero, and says so', async () => {
    const days = {
      '2026-11-16': { likes: -2, comments: 3, organicFollowers: -4, paidFollowers: 1 },
      '2026-11-17': { likes: -1 },
    }
    const sandbox = await start({ days })
    const shares = await read(sandbox, 'shares')
    expect(columnsOf(shares.rows, 'posts').map(({ likes, comments }) => [likes, comments])).toEqual([
      [undefined, 3],
      [undefined, 0],
    ])
    const negative = { code: 'negative', message: 'likeCount of a day below zero: left out' }
    expect(shares.notes).toEqual(['2026-11-16', '2026-11-17'].map((day) => ({ ...negative, day })))
    const follows = await read(sandbox, 'follows')
    expect(follows.rows.map(({ columns }) => columns.count)).toEqual([1])
    expect(follows.notes.map(({ message }) => message.split(' ')[0])).toEqual(['organicFollowerGain'])
  })

  test('without a counter lacks the column, and is no zero', () => {
    const element = { timeRange: range('2026-11-16'), totalShareStatistics: { likeCount: 0 } }
    const [seen] = recordsOf(streams.shares!, encoded({ elements: [element] }))
    expect(seen!.rows[0]!.columns).toEqual({ id: URN, at: '2026-11-16', channel: 'social', basis: 'day', likes: 0 })
  })

  test('has its reach under the name that the sample answer of the guide gives it, too', () => {
    const totalShareStatistics = { uniqueImpressionsCounts: 9_327, impressionCount: 14_490_816, likeCount: null }
    const element = { timeRange: range('2026-11-16'), totalShareStatistics }
    const [seen] = recordsOf(streams.shares!, encoded({ elements: [element] }))
    expect(seen!.rows[0]!.columns).toMatchObject({ reach: 9_327, impressions: 14_490_816 })
    expect(seen!.rows[0]!.columns).not.toHaveProperty('likes')
  })

  test.each([
    [
      'does not begin at midnight of UTC',
      { start: Date.parse('2026-11-16T08:00:00Z'), end: Date.parse('2026-11-17T08:00:00Z') },
    ],
    ['is a month', { start: Date.parse('2026-11-01'), end: Date.parse('2026-12-01') }],
  ])('that %s is refused', (_, timeRange) => {
    const page = encoded({ elements: [{ timeRange, totalShareStatistics: {} }] })
    expect(() => [...streams.shares!.records(page)]).toThrow(/expected one whole day of UTC/)
  })

  test('lies in the last twelve months', () => {
    const { since } = streams.shares!
    expect(since!(new Date('2026-11-20T20:00:00Z'))).toBe('2025-11-21')
    expect(since!(new Date('2028-02-29T00:00:00Z'))).toBe('2027-03-02')
  })
})

describe('requests', () => {
  test('encode the URN, and leave parentheses, colons and commas alone', async () => {
    const raw: string[] = []
    const baseUrl = await foreign((url) => {
      raw.push(url)
      return { access_token: 'token', firstDegreeSize: 1, elements: [] }
    })
    const sandbox = await start()
    for (const stream of ['shares', 'page', 'followers'])
      await read(sandbox, stream, {}, { baseUrl, tokenUrl: undefined })
    const urn = 'urn%3Ali%3Aorganization%3A2414183'
    const when = '(timeRange:(start:1794787200000,end:1794960000000),timeGranularityType:DAY)'
    // Beside the interface, as it is at LinkedIn.
    expect(raw.filter((url) => url.endsWith('/accessToken'))).toEqual(Array(3).fill('/proxy/oauth/v2/accessToken'))
    expect(raw.filter((url) => !url.endsWith('/accessToken'))).toEqual([
      `/proxy/rest/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity=${urn}&timeIntervals=${when}`,
      `/proxy/rest/organizationPageStatistics?q=organization&organization=${urn}&timeIntervals=${when}`,
      `/proxy/rest/networkSizes/${urn}?edgeType=COMPANY_FOLLOWED_BY_MEMBER`,
    ])
    expect(Date.parse('2026-11-16')).toBe(1_794_787_200_000)
  })

  /** Links have been seen without numbers beside them, and lists with a total and no links (Rest.li, "Pagination"). */
  test.each([
    [
      'the link',
      (start: number) => ({ links: start < 2 ? [{ rel: 'next', href: `/rest/x?count=1&start=${start + 1}` }] : [] }),
    ],
    ['numbers beside a link', (start: number) => ({ start, count: 1, links: start < 2 ? [{ rel: 'next' }] : [] })],
    ['the total', (start: number) => ({ start, count: 1, links: [], total: 3 })],
  ])('go on to the next page by %s', async (_, paging) => {
    const baseUrl = await foreign((url) => {
      if (url.endsWith('/accessToken')) return { access_token: 'token' }
      const start = Number(new URL(url, 'http://vendor').searchParams.get('start') ?? 0)
      const timeRange = range(addDays(day('2026-11-14'), start))
      return { elements: [{ timeRange, followerGains: { organicFollowerGain: 1 } }], paging: paging(start) }
    })
    const asked = { from: '2026-11-14', to: '2026-11-16' }
    const { rows } = await read(await start(), 'follows', asked, { baseUrl, tokenUrl: undefined })
    expect(rows.map(({ columns }) => columns.at)).toEqual(['2026-11-14', '2026-11-15', '2026-11-16'])
  })

  test('carry the version of the interface and of the protocol', async () => {
    const sandbox = await start()
    await read(sandbox, 'shares', {}, { version: '202603' })
    expect(sandbox.requests[0]!.headers).toMatchObject({
      'linkedin-version': '202603',
      'x-restli-protocol-version': '2.0.0',
    })
  })
})

describe('followers', () => {
  test('are known for now only', async () => {
    const { rows } = await read(await start(), 'followers')
    expect(columnsOf(rows, 'audience')).toEqual([{ at: READY, channel: 'social', kind: 'followers', value: 1_234 }])
    expect(streams.followers).toMatchObject({ kind: 'level', past: false })
  })

  test('of no organization are the option’s fault', async () => {
    const sandbox = await start()
    await expect(read(sandbox, 'followers', {}, { organization: '1' })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('organization 1'),
    })
  })
})

describe('options and demo', () => {
  test.each([
    [{ organization: URN }, 'digits only'],
    [{ organization: '1', version: '2026-07' }, 'year and month'],
    [{ organization: '1', version: '202613' }, 'year and month'],
  ])('%o is refused', (options, message) => {
    expect(() => linkedin(options)).toThrow(message)
  })

  test('the demo’s page has data on every day', async () => {
    const sandbox = await start(demoLinkedin(day(READY)))
    const { rows } = await read(sandbox, 'shares', { from: '2026-11-01', to: '2026-11-10' })
    expect(rows).toHaveLength(10)
    expect(rows.every(({ columns }) => Number(columns.impressions) > Number(columns.likes))).toBe(true)
    const { rows: level } = await read(sandbox, 'followers')
    expect(Number(level[0]!.columns.value)).toBeGreaterThan(1_900)
    expect(Object.keys(source(sandbox).streams)).toEqual(['shares', 'follows', 'page', 'followers'])
  })
})
