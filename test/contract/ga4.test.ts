import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { day } from '../../functions/kit/day.ts'
import { ga4 } from '../../functions/sources/ga4.ts'
import { type Ga4Sandbox, simulateGa4, visitsOf } from '../../sandbox/ga4.ts'
import { readStream } from '../sources/read-stream.ts'
import { readDiscovery, vendorFile } from './discovery.ts'
import { probe } from './probe.ts'

const file = vendorFile('google-analytics/spec/analyticsdata.v1beta.json')
const METHOD = 'analyticsdata.properties.runReport'

describe.skipIf(!file.exists)(`the discovery document of the Data API (${file.path})`, () => {
  let sandbox: Ga4Sandbox
  beforeAll(async () => {
    const visit = { day: day('2026-11-18'), user: 'ann', events: ['sign_up'] }
    sandbox = await simulateGa4({
      property: '123',
      timeZone: 'UTC',
      now: () => new Date('2026-11-20T12:00:00Z'),
      data: visitsOf([
        { ...visit, group: 'Direct' },
        { ...visit, group: 'Email', user: 'bob', seconds: 12.5 },
      ]),
      maxRows: 1,
      metadata: () => ({
        dataLossFromOtherRow: true,
        subjectToThresholding: true,
        samplingMetadatas: [{ samplesReadCount: '10', samplingSpaceSize: '100' }],
        dataTruncationReasons: [{ dataTruncationType: 'DATA_TRUNCATION_TYPE_PROPERTY' }],
        schemaRestrictionResponse: { activeMetricRestrictions: [{ metricName: 'totalRevenue' }] },
      }),
    })
  })
  afterAll(() => sandbox.close())

  test.each(['traffic', 'key_events'])('fits every request and every answer of %s', async (stream) => {
    const discovery = readDiscovery(file.path)
    const { baseUrl, tokens, requests } = sandbox
    const source = ga4({ property: '123', keyEvents: ['sign_up'], baseUrl, tokenUrl: tokens.url })
    const before = requests.length
    const secrets = { credentials: tokens.keyFile }
    const { pages } = await readStream(source, stream, { from: '2026-11-17', to: '2026-11-18', secrets })
    const judged = requests.slice(before).map((request) => discovery.request(request))
    expect(judged.length).toBe(pages.length)
    expect(judged.length).toBeGreaterThan(2)
    for (const one of judged) expect(one).toEqual({ method: METHOD, problems: [] })
    const bodies = pages.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)))
    for (const body of bodies) expect(discovery.answer(METHOD, body)).toEqual([])
    expect(bodies.some(({ rows }) => rows)).toBe(true)
  })

  test('fits the request and the answer of the probe', async () => {
    const discovery = readDiscovery(file.path)
    const { baseUrl, tokens, requests } = sandbox
    const source = ga4({ property: '123', baseUrl, tokenUrl: tokens.url })
    const [answer] = await probe(source, { credentials: tokens.keyFile }, new Date('2026-11-20T12:00:00Z'))
    expect(discovery.request(requests.at(-1)!)).toEqual({ method: METHOD, problems: [] })
    expect(discovery.answer(METHOD, answer)).toEqual([])
  })

  test('finds what does not fit', () => {
    const discovery = readDiscovery(file.path)
    const request = {
      ...{ method: 'POST', path: '/v1beta/properties/1:runReport', headers: {} },
      ...{ query: new URLSearchParams('a=1'), body: { limit: 5, dimension: [] } },
    }
    expect([...discovery.request(request)!.problems].sort()).toEqual([
      expect.stringContaining(
        'RunReportRequest must NOT have additional properties {"additionalProperty":"dimension"}',
      ),
      expect.stringContaining('RunReportRequest/limit must be string'),
      'a is no parameter of analyticsdata.properties.runReport',
    ])
    expect(discovery.request({ ...request, path: '/v1/properties/1:runReport' })).toBeUndefined()
    expect(discovery.answer(METHOD, { rowCount: '5', rows: [{ values: [] }] })).toHaveLength(2)
  })
})
