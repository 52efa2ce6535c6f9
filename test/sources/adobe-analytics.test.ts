import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { day } from '../../functions/kit/day.ts'
import { adobeAnalytics } from '../../functions/sources/adobe-analytics.ts'
import { demoAdobeAnalytics } from '../../sandbox/adobe-analytics.ts'
import type { SandboxAnswer } from '../../sandbox/messages.ts'
import { vendorFile } from '../contract/discovery.ts'
import { probe } from '../contract/probe.ts'
import { NOW, RSID, read, source, start } from './adobe-suite.ts'
import { columnsOf, recordsOf } from './read-stream.ts'

const given = { company: 'tidema0', rsid: RSID, zone: 'America/Los_Angeles' }
const stream = adobeAnalytics(given).streams.visits!
const encoded = (body: unknown) => ({ bytes: new TextEncoder().encode(JSON.stringify(body)) })
const report = (itemId: string, data: unknown[] = [1, 1, 1], more: object = {}) =>
  encoded({
    totalPages: 1,
    lastPage: true,
    columns: { columnIds: ['0', '1', '2'], ...more },
    rows: [{ itemId, data }],
  })

describe('a day', () => {
  test('has the suite’s totals, and its visits are interactions of unknown beginning', async () => {
    const { rows } = await read(await start())
    expect(columnsOf(rows, 'traffic')).toEqual([
      { day: '2026-10-31', sessions: 700, users: 500, views: 2_100 },
      { day: '2026-11-01', sessions: 900, users: 600, views: 2_000 },
    ])
    expect(columnsOf(rows, 'interactions')).toEqual([
      { at: '2026-10-31', channel: 'web', kind: 'visit', count: 700, actor: 'customer' },
      { at: '2026-11-01', channel: 'web', kind: 'visit', count: 900, actor: 'customer' },
    ])
    expect(rows).toHaveLength(4)
  })

  test.each([
    ['1251028', '2025-11-28'],
    ['1260001', '2026-01-01'],
    ['1241131', '2024-12-31'],
    ['1240129', '2024-02-29'],
    ['991131', '1999-12-31'],
  ])('%s is %s', (itemId, at) => {
    expect(recordsOf(stream, report(itemId))[0]!.key).toBe(at)
  })

  test.each(['1251228', '1250129', '12510280', '2025-11-28', 'Nov 28, 2025', ''])('%s is none', (itemId) => {
    expect(() => recordsOf(stream, report(itemId))).toThrow(/expected a day/)
  })

  test('without visits is a row of zeros and no interaction', async () => {
    const { rows } = await read(await start({ days: {} }), { to: '2026-10-31' })
    expect(rows.map(({ columns }) => columns)).toEqual([{ day: '2026-10-31', sessions: 0, users: 0, views: 0 }])
  })

  test('lies in the months that are kept', () => {
    expect(stream.since!(NOW)).toBe('2024-11-01')
    expect(stream.since!(new Date('2026-01-01T12:00:00Z'))).toBe('2024-01-01')
    expect(adobeAnalytics({ ...given, history: 1 }).streams.visits!.since!(NOW)).toBe('2026-11-01')
  })
})

describe('requests', () => {
  test('ask for a half-open range of local days, in order, with the key of the client', async () => {
    const sandbox = await start()
    await read(sandbox)
    const [suite, asked] = sandbox.requests
    expect([suite!.path, suite!.query.get('expansion')]).toEqual([
      `/api/tidema0/reportsuites/collections/suites/${RSID}`,
      'timezoneZoneinfo',
    ])
    expect(asked!.headers['x-api-key']).toBe(sandbox.credential.clientId)
    expect(asked!.body).toMatchObject({
      rsid: RSID,
      dimension: 'variables/daterangeday',
      globalFilters: [{ type: 'dateRange', dateRange: '2026-10-31T00:00:00.000/2026-11-02T00:00:00.000' }],
      settings: { page: 0, dimensionSort: 'asc' },
    })
    expect(JSON.stringify(asked!.body)).not.toMatch(/orders|revenue/)
    expect(sandbox.tokens.requests).toHaveLength(1)
  })

  test('refuse another zone than the suite’s, naming both', async () => {
    await expect(read(await start({ zone: 'Europe/Berlin' }))).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/Europe\/Berlin.*America\/Los_Angeles.*set zone: 'Europe\/Berlin'/),
    })
  })

  test('leave out metrics that the account may not see, and say so', async () => {
    const { rows, notes } = await read(await start({ hidden: ['visitors'] }), { to: '2026-10-31' })
    expect(columnsOf(rows, 'traffic')).toEqual([{ day: '2026-10-31', sessions: 700, views: 2_100 }])
    expect(notes).toEqual([
      { code: 'unauthorized_metric', message: 'metrics/visitors is left out: unauthorized_metric' },
    ])
  })

  // A row lacks the figure of such a column (pitchmuc/adobe-analytics-api-2.0, pull 12); its id may be listed.
  test.each([
    [
      ['0', '1', '2'],
      [5, 0, 7],
    ],
    [
      ['0', '1', '2'],
      [5, 7],
    ],
    [
      ['0', '2'],
      [5, 7],
    ],
    [
      ['visits', 'visitors', 'pageviews'],
      [5, 0, 7],
    ],
  ])('do not trust a column that has an error, whatever it holds: %j %j', (columnIds, data) => {
    const columnErrors = [
      { columnId: columnIds.includes('visitors') ? 'visitors' : '1', errorCode: 'not_enabled_metric' },
    ]
    const page = report('1261030', data, { columnIds, columnErrors })
    expect(recordsOf(stream, page)[0]!.rows[0]!.columns).toEqual({ day: '2026-11-30', sessions: 5, views: 7 })
    expect(stream.notes!(page)[0]!.message).toBe('metrics/visitors is left out: not_enabled_metric')
  })

  test('refuse a row that has more or fewer figures than columns', () => {
    expect(() => recordsOf(stream, report('1261030', [5, 7]))).toThrow(/has 2 figures; expected 3/)
  })

  test('without any metric that may be seen are for the operator', async () => {
    await expect(read(await start({ hidden: ['visits', 'visitors', 'pageviews'] }))).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(/no metric.*unauthorized_metric.*product profile with report suite/),
    })
  })
})

describe('answers that others recorded', () => {
  test('without rows have no pages, and say that there are more', async () => {
    const { rows, pages } = await read(await start(), { from: '2026-11-25', to: '2026-11-26' })
    expect(rows).toEqual([])
    expect(JSON.parse(new TextDecoder().decode(pages[0]!.bytes))).toMatchObject({ totalPages: 0, lastPage: false })
    expect(pages).toHaveLength(1)
  })

  // Guide "Example reporting API calls" and konosp/adobe-analytics-reports-api-v2.0: the only page is not the last.
  test('end with the last page that is counted', async () => {
    const reworded = ({ status, body }: SandboxAnswer) => ({ status, body: { ...(body as object), lastPage: false } })
    const { pages } = await read(await start({ reworded }), { from: '2026-07-01' })
    expect(pages).toHaveLength(3)
  })

  test('may lack what the specification does not promise', async () => {
    const reworded = ({ status, body }: SandboxAnswer) => {
      const { columns, rows } = body as { columns?: object; rows?: object }
      return {
        status,
        body: columns ? { totalPages: 1, columns: { ...columns, dimension: null }, rows } : (body as object),
      }
    }
    expect((await read(await start({ reworded }))).rows).toEqual((await read(await start())).rows)
  })

  // Clients of others read figures as text or numbers (benrwoodard/adobeanalyticsr, get_req_data.R).
  test('may hold text in place of a figure, which is none', () => {
    const page = report('1261030', ['5', 'NaN', 'INF'], { columnErrors: null })
    expect(recordsOf(stream, page)[0]!.rows[0]!.columns).toEqual({ day: '2026-11-30', sessions: 5 })
  })

  // adobe/aio-lib-analytics, test/mock.js, has the third one.
  test.each([
    [{ status: 404, body: '<html>' }, /answered 404/],
    [{ status: 200, body: [] }, /is a list/],
    [{ status: 200, body: { timezoneZoneInfo: 'string', name: null } }, /'string'.*no time zone/],
    [{ status: 200, body: { timezoneZoneinfo: null } }, /tells no time zone/],
  ])('of the suite may not tell its zone, which is no reason not to read, and is said: %o', async (suite, why) => {
    const sandbox = await start({ reworded: (answer, path) => (path.includes('suites') ? suite : answer) })
    const { rows, notes } = await read(sandbox)
    expect(columnsOf(rows, 'traffic')).toHaveLength(2)
    expect(notes).toEqual([{ code: 'zone_unchecked', message: expect.stringMatching(why) }])
    await expect(probe(source(sandbox), { ...sandbox.credential }, NOW)).resolves.not.toEqual([])
  })
})

describe.skipIf(!vendorFile('adobe-analytics/fixtures').exists)(
  'official examples (skipped without ../shared/vendor)',
  () => {
    const { path } = vendorFile('adobe-analytics/fixtures')

    test('of reports by day map, whose columns are numbered as ours', () => {
      const days: string[] = []
      for (const file of readdirSync(path)) {
        const body = JSON.parse(readFileSync(join(path, file), 'utf8'))
        // Documentation placeholders such as YYYY0101 are no days.
        if (body.columns?.dimension?.id !== 'variables/daterangeday' || /Y/.test(body.rows[0].itemId)) continue
        for (const { key, rows } of recordsOf(stream, encoded(body))) {
          days.push(key)
          expect(rows[0]!.columns.sessions).toBeGreaterThan(0)
        }
      }
      expect(days).toEqual(expect.arrayContaining(['2025-11-28', '2025-11-21']))
      expect(days.length).toBeGreaterThanOrEqual(13)
    })

    test('carry the same day in their itemId and in their text', () => {
      const { rows } = JSON.parse(readFileSync(join(path, 'kpi-response-0.json'), 'utf8'))
      for (const { itemId, value, data } of rows) {
        const [seen] = recordsOf(stream, report(itemId, data))
        expect(seen!.key).toBe(new Date(`${value} UTC`).toISOString().slice(0, 10))
      }
    })
  },
)

describe('options and demo', () => {
  test.each([
    [{ ...given, zone: undefined as never }, 'zone'],
    [{ ...given, zone: 'Mars/Olympus' }, 'zone'],
    [{ ...given, rsid: 'a/b' }, 'report suite'],
  ])('%o is refused', (options, message) => {
    expect(() => adobeAnalytics(options)).toThrow(message)
  })

  test('the demo’s suite has data on every day', async () => {
    const sandbox = await start(demoAdobeAnalytics(day('2026-11-19')))
    const { rows } = await read(sandbox, { from: '2026-11-01', to: '2026-11-10' })
    expect(columnsOf(rows, 'traffic').every(({ sessions, views }) => Number(views) > Number(sessions))).toBe(true)
    expect(columnsOf(rows, 'traffic')).toHaveLength(10)
    expect(Object.keys(source(sandbox).streams)).toEqual(['visits'])
  })
})
