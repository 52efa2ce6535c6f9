import { afterEach, describe, expect, test } from 'vitest'
import { addDays, day } from '../../functions/kit/day.ts'
import { ga4 } from '../../functions/sources/ga4.ts'
import { demoGa4, visitsOf } from '../../sandbox/ga4.ts'
import { DAY, NOW, read, source, start, stop, visit, visits, ZONE } from './ga4-property.ts'
import { columnsOf, inOrder, readStream, recordsOf } from './read-stream.ts'

afterEach(stop)

describe('a day', () => {
  test('has the total of the property, its channel groups, and users of 7 and 28 days', async () => {
    const { rows } = await read(await start())
    expect(columnsOf(rows, 'traffic')).toEqual(
      inOrder([
        // Five sessions of three people. Their groups have four users: nobody adds those up.
        { day: DAY, sessions: 5, engaged_sessions: 2, users: 3, new_users: 2, views: 9, seconds: 155 },
        { day: DAY, group: 'Email', sessions: 2, engaged_sessions: 1, users: 2, new_users: 1, views: 3, seconds: 50 },
        {
          ...{ day: DAY, group: 'Organic Search', sessions: 3, engaged_sessions: 1, users: 2, new_users: 1, views: 6 },
          seconds: 105,
        },
        { day: DAY, span: 7, users: 3, new_users: 3 },
        { day: DAY, span: 28, users: 4, new_users: 4 },
        { day: DAY, span: 7, group: 'Direct', users: 1, new_users: 1 },
        { day: DAY, span: 7, group: 'Email', users: 2, new_users: 2 },
        { day: DAY, span: 7, group: 'Organic Search', users: 2, new_users: 2 },
        { day: DAY, span: 28, group: 'Direct', users: 1, new_users: 1 },
        { day: DAY, span: 28, group: 'Email', users: 2, new_users: 2 },
        { day: DAY, span: 28, group: 'Organic Search', users: 2, new_users: 2 },
        { day: DAY, span: 28, group: 'Referral', users: 1, new_users: 1 },
      ] as object[]),
    )
  })

  test('has its sessions as visits: who began them goes by the channel group, who came is the customer', async () => {
    const groups = [
      'Direct',
      'Organic Social',
      'Email',
      'Affiliates',
      'Paid Search',
      'Referral',
      'Unassigned',
      'Display',
    ]
    const { rows } = await read(await start({ data: visitsOf(groups.map((group) => visit('ann', group))) }))
    const begun = columnsOf(rows, 'interactions').map(({ initiator, ...others }) => {
      expect(others).toEqual({ at: DAY, channel: 'web', kind: 'visit', count: 1, actor: 'customer' })
      return initiator
    })
    expect(begun.filter((by) => by === 'customer')).toHaveLength(2)
    expect(begun.filter((by) => by === 'company')).toHaveLength(3)
    expect(begun).toHaveLength(8)
  })

  test('has the configured events, however often a session had them', async () => {
    const { rows } = await read(await start(), 'key_events')
    expect(columnsOf(rows, 'interactions')).toEqual([
      { ...action('sign_up', 1), initiator: 'customer' },
      { ...action('sign_up', 2), initiator: 'company' },
    ])
    expect(rows).toHaveLength(2)
  })

  test('without visits has no facts', async () => {
    const sandbox = await start()
    const before = await read(sandbox, 'traffic', { from: '2026-01-05' })
    expect(before.rows).toEqual([])
    expect(before.pages).toHaveLength(4)
    expect(new TextDecoder().decode(before.pages[0]!.bytes)).not.toContain('"rows"')
    expect((await read(sandbox, 'key_events', { from: '2026-01-05' })).rows).toEqual([])
  })
})

const action = (content: string, count: number) => ({
  ...{ at: DAY, channel: 'web', kind: 'action', count, actor: 'customer', content },
})
describe('the demo', () => {
  test('has every day of more than a year, with groups that make up the total', async () => {
    const until = day('2027-01-24')
    const sandbox = await start({ data: demoGa4(until), now: () => new Date('2027-02-01T12:00:00Z') })
    for (const from of [addDays(until, -540), addDays(until, -200), addDays(until, -7)]) {
      const { rows } = await read(sandbox, 'traffic', { from })
      const traffic = columnsOf(rows, 'traffic') as Readonly<Record<string, number>>[]
      const [total] = traffic.filter(({ group, span }) => group === undefined && span === undefined)
      const groups = traffic.filter(({ group, span }) => group !== undefined && span === undefined)
      expect(total!.sessions).toBeGreaterThan(300)
      expect(groups).toHaveLength(7)
      expect(Math.abs(groups.reduce((sum, { sessions }) => sum + sessions!, 0) - total!.sessions!)).toBeLessThan(4)
      for (const { users, sessions, engaged_sessions } of groups) {
        expect(users! <= sessions! && engaged_sessions! <= sessions!).toBe(true)
      }
      const spans = traffic.filter(({ group, span }) => group === undefined && span !== undefined)
      const [most, fewer] = spans.map(({ users }) => users!).sort((a, b) => b - a)
      expect(total!.users! < fewer! && fewer! < most!).toBe(true)
    }
    expect((await read(sandbox, 'key_events', { from: addDays(until, -7) })).rows.length).toBeGreaterThan(3)
    expect((await read(sandbox, 'traffic', { from: addDays(until, 1) })).rows.filter(isDaily)).toEqual([])
  })
})

const isDaily = ({ columns }: { columns: Readonly<Record<string, unknown>> }) => columns.span === undefined

describe('reading', () => {
  test('asks day by day, of one property', async () => {
    const sandbox = await start()
    await read(sandbox, 'traffic', { from: '2026-11-17', to: '2026-11-19' })
    expect(sandbox.requests).toHaveLength(12)
    for (const { path, body } of sandbox.requests) {
      expect(path).toBe('/v1beta/properties/123:runReport')
      const { dateRanges } = body as { dateRanges: { startDate: string; endDate: string }[] }
      expect(dateRanges.every(({ startDate, endDate }) => startDate === endDate)).toBe(dateRanges.length === 1)
    }
    const { dateRanges } = sandbox.requests[2]!.body as { dateRanges: object[] }
    expect(dateRanges).toEqual([
      { startDate: '2026-11-11', endDate: '2026-11-17', name: '7 days to 2026-11-17' },
      { startDate: '2026-10-21', endDate: '2026-11-17', name: '28 days to 2026-11-17' },
    ])
  })

  test('no range starts before the first day that Google takes', async () => {
    const sandbox = await start()
    await read(sandbox, 'traffic', { from: '2015-08-16' })
    const { dateRanges } = sandbox.requests[2]!.body as { dateRanges: { startDate: string }[] }
    expect(dateRanges.map(({ startDate }) => startDate)).toEqual(['2015-08-14', '2015-08-14'])
    const { since } = source(sandbox).streams.traffic!
    expect(since!(NOW)).toBe('2015-08-14')
  })

  test('pages of few rows give the same as one', async () => {
    const whole = await read(await start())
    const paged = await read(await start({ maxRows: 2 }))
    expect(paged.pages.length).toBeGreaterThan(whole.pages.length)
    for (const fact of ['traffic', 'interactions']) {
      expect(columnsOf(paged.rows, fact)).toEqual(columnsOf(whole.rows, fact))
    }
    expect(new Set(paged.records.map(({ key }) => key)).size).toBe(paged.records.length)
  })

  test('a page holds the wire bytes and maps again without Google', async () => {
    const sandbox = await start()
    const { pages, records } = await read(sandbox)
    const { traffic } = source(sandbox).streams
    expect(pages.flatMap((page) => recordsOf(traffic!, page))).toEqual(records)
    expect(new Set(pages.map(({ context }) => context))).toEqual(new Set([DAY]))
  })

  test('without key events there is no stream of them', async () => {
    expect(Object.keys(source(await start(), { keyEvents: [] }).streams)).toEqual(['traffic'])
  })

  test('two properties are two sources, each with its own rows', async () => {
    const [one, two] = [await start(), await start({ property: '456', data: visitsOf(visits.slice(0, 1)) })]
    const other = ga4(
      { property: '456', zone: ZONE, baseUrl: two.baseUrl, tokenUrl: two.tokens.url },
      { id: 'ga4-shop' },
    )
    const secrets = { credentials: two.tokens.keyFile }
    const second = await readStream(other, 'traffic', { from: DAY, secrets })
    expect(columnsOf(second.rows, 'traffic')).toContainEqual(expect.objectContaining({ sessions: 1, users: 1 }))
    expect((await read(one)).records.map(({ key }) => key)).toContain(second.records[0]!.key)
    expect(() => ga4({ property: ['123', '456'] as never })).toThrow(/property/)
  })
})

describe('answers that others recorded', () => {
  test('may lack kind (maddevsio/mad-radiator, fakeAnalyticsResponses.ts)', async () => {
    const bare = await start({
      reworded: ({ dimensionHeaders, metricHeaders, rows }) => ({ dimensionHeaders, metricHeaders, rows }),
    })
    expect((await read(bare)).rows).toEqual((await read(await start())).rows)
  })

  // Others say that Google sent them the second one; the third is what fakes of connectors send.
  test.each([
    ({ metricHeaders, kind }: Record<string, unknown>) => ({ metricHeaders, kind }),
    ({ kind, metadata }: Record<string, unknown>) => ({ kind, metadata, propertyQuota: {} }),
    () => ({ rows: [], propertyQuota: {} }),
  ])('without visits may lack headers: %s', async (reworded) => {
    const empty = { data: visitsOf([]), reworded }
    expect((await read(await start(empty))).rows).toEqual([])
    expect((await read(await start(empty), 'key_events')).rows).toEqual([])
  })

  test('that are no report at all are changed', async () => {
    await expect(read(await start({ reworded: () => ({}) }))).rejects.toMatchObject({ code: 'changed' })
    const other = { reworded: () => ({ kind: 'analyticsData#runRealtimeReport', rows: [] }) }
    await expect(read(await start(other))).rejects.toMatchObject({ code: 'changed' })
  })

  // blackcowmoo/grafana-google-analytics-datasource, issue 121; singer-io/tap-ga4, sync.py.
  test.each(['traffic', 'key_events'])(
    'of %s fold small rows into one that says (other) for the date too',
    async (stream) => {
      const folded = (answer: Record<string, unknown>) => {
        const [headers, rows] = [answer.dimensionHeaders, answer.rows] as [{ name: string }[]?, object[]?]
        if (!rows || !headers || headers.length < 2 || headers[0]!.name !== 'date') return answer
        const row = { ...rows.at(-1), dimensionValues: headers.map(() => ({ value: '(other)' })) }
        return { ...answer, rows: [...rows, row], rowCount: rows.length + 1, metadata: { dataLossFromOtherRow: true } }
      }
      const sandbox = await start({ reworded: folded })
      const { rows, pages, records, notes } = await read(sandbox, stream)
      const folds = rows.filter(({ columns }) => Object.values(columns).includes('(other)'))
      // What is folded may be none of the events that were asked for.
      expect(folds.map(({ columns }) => columns.group)).toEqual(stream === 'traffic' ? ['(other)'] : [])
      expect(rows.every(({ columns }) => (columns.day ?? columns.at) === DAY)).toBe(true)
      expect(notes).toContainEqual(expect.objectContaining({ code: 'other_row' }))
      expect(pages.flatMap((page) => recordsOf(source(sandbox).streams[stream]!, page))).toEqual(records)
    },
  )
})

describe("the property's day", () => {
  test('is refused if it is another one than is read', async () => {
    const sandbox = await start({ timeZone: 'America/Los_Angeles' })
    const error = await read(sandbox).catch((cause: Error) => cause)
    expect(error).toMatchObject({ code: 'invalid' })
    expect(String(error)).toMatch(/123.*America\/Los_Angeles.*America\/New_York.*zone: 'America\/Los_Angeles'/)
  })

  test('of a zone that nobody knows here is said to be unreadable', async () => {
    await expect(read(await start({ metadata: () => ({ timeZone: 'Mars/Olympus' }) }))).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/123.*'Mars\/Olympus'.*no time zone/),
    })
  })

  test('is that of the config where the source names none', async () => {
    const sandbox = await start()
    const own = ga4({ property: '123', baseUrl: sandbox.baseUrl, tokenUrl: sandbox.tokens.url })
    const secrets = { credentials: sandbox.tokens.keyFile }
    expect((await readStream(own, 'traffic', { from: DAY, secrets, zone: ZONE })).rows).not.toEqual([])
    await expect(readStream(own, 'traffic', { from: DAY, secrets, zone: 'UTC' })).rejects.toMatchObject({
      code: 'invalid',
    })
  })

  test('may go by another name', async () => {
    expect((await read(await start({ timeZone: 'America/Toronto' }))).rows).not.toEqual([])
  })
})

describe('what Google says about an answer', () => {
  test('becomes notes: other row, thresholds, sampling, truncation, restriction', async () => {
    const sandbox = await start({
      metadata: (by) =>
        by.includes('sessionDefaultChannelGroup') && by.includes('date')
          ? {
              dataLossFromOtherRow: true,
              subjectToThresholding: true,
              samplingMetadatas: [{ samplesReadCount: '10', samplingSpaceSize: '100' }],
              dataTruncationReasons: [{ dataTruncationType: 'DATA_TRUNCATION_TYPE_PROPERTY' }],
              schemaRestrictionResponse: { activeMetricRestrictions: [{ metricName: 'totalRevenue' }] },
            }
          : {},
    })
    const { notes } = await read(sandbox)
    expect(notes.map(({ code }) => code)).toEqual(['other_row', 'thresholded', 'sampled', 'truncated', 'restricted'])
    expect(notes.every(({ message }) => message.startsWith('figures by sessionDefaultChannelGroup: '))).toBe(true)
  })

  test('is nothing on a good day', async () => {
    expect((await read(await start())).notes).toEqual([])
  })
})
