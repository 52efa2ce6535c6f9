import { afterEach, describe, expect, test } from 'vitest'
import { spendOf } from '../../functions/ingest/spend-of.ts'
import { addDays, day } from '../../functions/kit/day.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { openHttp } from '../../functions/kit/http.ts'
import type { Json, Page } from '../../functions/kit/page.ts'
import { person } from '../../functions/kit/person.ts'
import type { Reading } from '../../functions/kit/source.ts'
import { hubspot } from '../../functions/sources/hubspot.ts'
import { type HubspotAccount, type HubspotRecord, type HubspotSandbox, simulateHubspot } from '../../sandbox/hubspot.ts'
import { memoryTable } from '../store/memory-table.ts'
import { recordsOf, type Seen } from './hubspot-record.ts'

const NOW = '2026-11-20T12:00:00.000Z'
const TOKEN = 'pat-eu1-canary-6d1f'

let sandbox: HubspotSandbox
let running: HubspotSandbox | undefined
let time = 0
afterEach(async () => {
  await running?.close()
  running = undefined
})

/** Starts the simulated account; its clock stands at NOW until a test moves `time`. */
async function start(account: Partial<HubspotAccount> = {}): Promise<void> {
  time = Date.parse(NOW)
  sandbox = await simulateHubspot({ token: TOKEN, now: () => new Date(time), ...account })
  running = sandbox
}

const contact = (id: number, properties: HubspotRecord['properties'] = {}, more: Partial<HubspotRecord> = {}) => ({
  id: String(id),
  createdAt: '2026-11-18T08:00:00.000Z',
  properties: { email: `c${id}@example.com`, lifecyclestage: 'customer', ...properties },
  ...more,
})
const many = (count: number, first = 1) => Array.from({ length: count }, (_, i) => contact(first + i))

type StreamName = 'contacts' | 'deals' | 'tickets' | 'calls' | 'emails' | 'meetings' | 'communications'

interface Asked {
  readonly baseline?: boolean
  readonly from?: string
  readonly resume?: Json
  /** Stops after so many pages. */
  readonly pages?: number
}

/** Reads a stream of the simulated account, as ingest does; waits cost no time. */
async function read(stream: StreamName, { baseline = false, from = '2026-11-18', ...asked }: Asked = {}) {
  const source = hubspot({ baseUrl: sandbox.baseUrl })
  const { definition, options } = source
  const quotas: Readonly<Record<string, number>>[] = []
  const api = definition.api!({ options, secrets: { token: TOKEN } })
  const http = openHttp(api, {
    clock: () => time,
    sleep: async (ms) => {
      time += ms
    },
    random: () => 0.5,
    onQuota: (quota) => quotas.push(quota),
  })
  const { pages } = source.streams[stream]!
  const reading: Reading<typeof options> = {
    http,
    spend: spendOf({ table: memoryTable(Date.now) }, 'hubspot', () => {}),
    files: {
      open: () => {
        throw new Error('no files')
      },
    },
    options,
    from: day(from),
    to: addDays(day(from), 1),
    range: { start: Date.parse(`${from}T00:00:00Z`), end: time + 1 },
    baseline,
    slice: undefined,
    resume: asked.resume ?? null,
    now: new Date(time),
  }
  const read: Page[] = []
  let resume: Json = null
  try {
    for await (const turn of pages.call(source.streams[stream], reading)) {
      resume = turn.resume
      if ('page' in turn)
        read.push({ bytes: turn.page.bytes, ...(turn.page.context && { context: turn.page.context }) })
      if (read.length === asked.pages) break
    }
  } finally {
    http.close()
  }
  return { pages: read, resume, quotas, records: recordsOf(source.streams[stream]!, read) }
}

const streams = hubspot({}).streams
const keys = (records: readonly Seen[]) => records.map(({ key }) => key)
const columns = (record: Seen | undefined) => record?.rows[0]?.columns

describe('reading', () => {
  test('a baseline is the full list, whatever its age, then what was deleted', async () => {
    const old = contact(1_000, {}, { createdAt: '2019-01-01T00:00:00.000Z' })
    await start({ contacts: [...many(230), old] })
    sandbox.archive('contacts', '7')
    const { records, pages, quotas } = await read('contacts', { baseline: true })
    expect(pages).toHaveLength(4)
    expect(new Set(keys(records)).size).toBe(231)
    expect(keys(records)).toContain('1000')
    const gone = records.filter((record) => record.gone.length > 0)
    expect(gone).toEqual([{ key: '7', changed: NOW, gone: ['7'], rows: [] }])
    expect(quotas.at(-1)).toEqual({ daily: 249_996 })
    expect(sandbox.requests.every(({ method }) => method === 'GET')).toBe(true)
  })

  test('of deleted people no personal data is asked for, and never a body', async () => {
    await start({ contacts: many(1) })
    for (const stream of Object.keys(streams)) {
      await read(stream as StreamName, { baseline: true })
      await read(stream as StreamName)
    }
    for (const { query, body } of sandbox.requests) {
      const text = `${query.get('properties')} ${JSON.stringify(body)}`
      expect(text).not.toMatch(/_body|_text|_html|subject|content|firstname|lastname/)
      if (query.get('archived') === 'true') expect(query.get('properties')).toBe('hs_merged_object_ids')
    }
  })

  test('changes are searched by modified time, as the guide describes', async () => {
    await start({ contacts: many(3), deals: many(1) })
    await read('contacts')
    await read('deals')
    const [first] = sandbox.requests
    expect(first).toMatchObject({ method: 'POST', path: '/crm/objects/2026-09/contacts/search' })
    expect(first!.body).toMatchObject({
      filterGroups: [
        {
          filters: [
            { propertyName: 'lastmodifieddate', operator: 'GTE', value: String(Date.parse('2026-11-18T00:00:00Z')) },
            { propertyName: 'lastmodifieddate', operator: 'LT', value: String(time + 1) },
            { propertyName: 'hs_object_id', operator: 'GT', value: '0' },
          ],
        },
      ],
      sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
      limit: 200,
    })
    expect(first!.body).not.toHaveProperty('after')
    const deals = sandbox.requests.find(({ path }) => path.endsWith('deals/search'))
    expect(JSON.stringify(deals?.body)).toContain('"hs_lastmodifieddate"')
  })

  test('only what changed in the range is read', async () => {
    await start({ contacts: [contact(1, {}, { createdAt: '2026-11-17T23:59:59.999Z' }), contact(2)] })
    expect(keys((await read('contacts')).records)).toEqual(['2'])
    expect(keys((await read('contacts', { from: '2026-11-19' })).records)).toEqual([])
  })

  test('12,000 records with one modified time are read once each, at 4 searches a second', async () => {
    await start({ contacts: many(12_000, 95), searches: { perSecond: 5, clock: () => time } })
    const { records, pages } = await read('contacts')
    expect(pages).toHaveLength(61)
    expect(keys(records)).toEqual(many(12_000, 95).map(({ id }) => id))
    expect(sandbox.requests).toHaveLength(61)
  })

  test('a record found late by search is read by the next look back', async () => {
    await start({ contacts: many(1), indexDelay: 60_000 })
    time = Date.parse('2026-11-18T08:00:10.000Z')
    expect((await read('contacts')).records).toEqual([])
    time += 86_400_000
    expect(keys((await read('contacts')).records)).toEqual(['1'])
  })

  test('a deletion is a row of its own, newer than the record', async () => {
    await start({ contacts: many(2) })
    const [before] = (await read('contacts')).records
    sandbox.archive('contacts', '1')
    const after = (await read('contacts')).records
    expect(keys(after)).toEqual(['2', '1'])
    expect(after[1]).toEqual({ key: '1', changed: NOW, gone: ['1'], rows: [] })
    expect(after[1]!.changed > before!.changed).toBe(true)
  })

  test('a merge ends the old records and keeps all their identifiers', async () => {
    await start({ contacts: many(3) })
    const id = sandbox.merge('contacts', '1', '2')
    const { records } = await read('contacts')
    const survivor = records.find(({ key }) => key === id)
    expect(survivor?.gone).toEqual(['1', '2'])
    expect(columns(survivor)?.customer).toEqual(
      person({ email: ['c1@example.com', 'c2@example.com'], id: [id, '1', '2'] }),
    )
    const again = sandbox.merge('contacts', id, '3')
    const next = (await read('contacts')).records.find(({ key }) => key === again)
    expect(next?.gone).toEqual(['1', '2', id, '3'])
    sandbox.archive('contacts', again)
    expect((await read('contacts')).records.at(-1)?.gone).toEqual([again, '1', '2', id, '3'])
  })

  test('a merge that keeps the primary id ends the other record only', async () => {
    await start({ contacts: many(2), preservesIds: true })
    expect(sandbox.merge('contacts', '1', '2')).toBe('1')
    const { records } = await read('contacts')
    expect(records.map(({ key, gone }) => ({ key, gone }))).toEqual([{ key: '1', gone: ['2'] }])
  })

  test('a corrected e-mail is a newer version of the same record', async () => {
    await start({ contacts: many(1) })
    const [before] = (await read('contacts')).records
    sandbox.edit('contacts', '1', { email: 'Right@Example.com' })
    const [after] = (await read('contacts')).records
    expect(after!.key).toBe(before!.key)
    expect(after!.changed > before!.changed).toBe(true)
    expect(columns(after)?.customer).toEqual(person({ email: 'right@example.com', id: '1' }))
  })

  test.each([{ baseline: true }, { baseline: false }])(
    'resumed after any page it gives the same, %o',
    async (asked) => {
      const calls = Array.from({ length: 450 }, (_, i) => ({
        ...contact(i + 1, { hs_timestamp: '2026-11-18T08:00:00Z' }),
        associations: { contacts: [String(i + 1)], deals: ['3'] },
      }))
      await start({ calls })
      sandbox.archive('calls', '17')
      const whole = await read('calls', asked)
      for (let pages = 1; pages < whole.pages.length; pages++) {
        const head = await read('calls', { ...asked, pages })
        expect(JSON.stringify(head.resume).length).toBeLessThan(4_096)
        const tail = await read('calls', { ...asked, resume: JSON.parse(JSON.stringify(head.resume)) })
        expect([...head.records, ...tail.records]).toEqual(whole.records)
      }
      expect(whole.resume).toBeNull()
      expect(keys(whole.records)).toHaveLength(450)
    },
  )

  test.each(['baseline', 'changes'])('all associations arrive, beyond what one answer holds: %s', async (what) => {
    const ids = (first: number) => Array.from({ length: 7 }, (_, i) => String(first - i))
    const properties = { hs_timestamp: '2026-11-18T08:00:00Z' }
    const associations = { contacts: ids(19), deals: ids(9) }
    await start({ calls: [{ ...contact(1, properties), associations }, contact(2, properties)], associationPage: 3 })
    const { records } = await read('calls', { baseline: what === 'baseline' })
    expect(columns(records[0])).toMatchObject({
      customer: person({ id: '13' }),
      deals: ['3', '4', '5', '6', '7', '8', '9'],
    })
    expect(columns(records[1])).not.toHaveProperty('customer')
  })

  test('amounts of deals are in the currency that the account’s details tell, if they may be read', async () => {
    const dealt = [contact(1, { amount: '12.5' })]
    await start({ deals: dealt })
    for (const asked of [{ baseline: true }, { baseline: false }]) {
      const { records } = await read('deals', asked)
      expect(columns(records[0])).toMatchObject({ amount: 1_250, currency: 'USD' })
    }
    expect(sandbox.requests[0]).toMatchObject({ method: 'GET', path: '/account-info/2026-09/details' })
    await running!.close()
    await start({ deals: dealt, missing: { details: 'oauth' } })
    const { records, pages } = await read('deals')
    expect(columns(records[0])).not.toHaveProperty('amount')
    expect(streams.deals!.notes!(pages[0]!)).toMatchObject([{ code: 'currency_unknown' }])
  })

  test('pages hold the bytes as they came, and are enough to map without the vendor', async () => {
    await start({ calls: [{ ...contact(5, { hs_timestamp: NOW }), associations: { contacts: ['8'] } }] })
    const { pages, records } = await read('calls')
    const kept = JSON.parse(JSON.stringify(pages.map(({ context }) => context ?? null)))
    expect(kept[0]).toEqual({ associations: { contacts: { 5: ['8'] } } })
    const again = pages.map(({ bytes }, i) => ({ bytes, ...(kept[i] && { context: kept[i] }) }))
    expect(recordsOf(streams.calls!, again)).toEqual(records)
  })
})

/** Reads the stream from a vendor that answers as told, without a simulator. */
async function readFrom(stream: StreamName, post: (path: string) => object) {
  const source = hubspot({})
  const bytes = (body: object) => new TextEncoder().encode(JSON.stringify(body))
  const answer = (body: object, schema?: { parse(body: unknown): unknown }) => ({
    body: schema ? schema.parse(body) : body,
    bytes: bytes(body),
  })
  const http = {
    get: async (_: string, { schema }: { schema: never }) => answer({ results: [] }, schema),
    post: async (path: string, { schema }: { schema: never }) => answer(post(path), schema),
  }
  const range = { start: 0, end: Date.parse(NOW) }
  const reading = { http, options: source.options, range, baseline: false, resume: null } as never
  const pages: Page[] = []
  for await (const turn of source.streams[stream]!.pages(reading)) if ('page' in turn) pages.push(turn.page)
  return recordsOf(source.streams[stream]!, pages)
}

const found = (id: number | string) => ({
  ...{ id, createdAt: NOW, updatedAt: NOW, properties: { hs_timestamp: NOW } },
})

describe('an answer of a search', () => {
  test('that is the last may come in any order; one that is not must rise', async () => {
    const results = [found('9'), found('3')]
    expect(keys(await readFrom('contacts', () => ({ total: 2, results })))).toEqual(['9', '3'])
    await expect(readFrom('contacts', () => ({ total: 3, results }))).rejects.toMatchObject({ code: 'changed' })
  })

  // Shapes as observed on a real account: ids are text in `from` and numbers in `to`, and a record without associations, or
  // deleted since, is an error beside the results.
  test('has associations by number, and may have lost a record meanwhile', async () => {
    const lost = { category: 'OBJECT_NOT_FOUND', message: 'Could not get some CALLS objects, they may be deleted' }
    const associated = { results: [{ from: { id: '3' }, to: [{ toObjectId: 442222359747 }], paging: null }] }
    const records = await readFrom('calls', (path) =>
      path.endsWith('/search') ? { total: 2, results: [found(3), found('9')] } : { ...associated, errors: [lost] },
    )
    expect(columns(records[0])).toMatchObject({ customer: person({ id: '442222359747' }) })
    expect(columns(records[1])).not.toHaveProperty('customer')
    const broken = { ...associated, errors: [{ category: 'INTERNAL_ERROR', message: 'no luck' }] }
    const reading = readFrom('calls', (path) => (path.endsWith('/search') ? { total: 1, results: [found(3)] } : broken))
    await expect(reading).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('no luck') })
  })
})

test('doctor goes on where a server does not know the account’s details: nothing but its name hangs on them', async () => {
  const { options, definition } = hubspot({ version: '2026-03' })
  const asked: string[] = []
  const get = async (path: string) => {
    asked.push(path)
    if (path.startsWith('account-info')) throw new TidemarkError('changed', 'answered 404')
    return { body: { results: [] } }
  }
  const probed = await definition.probe!({ http: { get }, options } as never)
  expect(probed).toEqual({ account: 'a HubSpot account', missing: [] })
  expect(asked[0]).toBe('account-info/2026-03/details')
  expect(asked).toHaveLength(5)
})

describe('failures', () => {
  const scopes = (context: unknown) => ({ status: 'error', category: 'MISSING_SCOPES', errors: [{ context }] })
  test.each([
    // HubSpot/hubspot-api-nodejs issue 268 and PostHog/posthog issue 53339; the reference shows the context as text.
    [403, scopes({ requiredScopes: ['contacts'] }), 'credentials', 'expected contacts:'],
    [403, scopes({ requiredGranularScopes: ['crm.objects.deals.read'] }), 'credentials', 'crm.objects.deals.read'],
    [403, scopes('{missingScopes=[crm.lists.read, sales-email-read]}'), 'credentials', 'crm.lists.read or sales-email'],
    [403, { status: 'error', message: 'This access_token does not have proper permissions!' }, 'credentials', 'proper'],
    // airbytehq/airbyte issue 74726.
    [401, { status: 'error', category: 'EXPIRED_AUTHENTICATION', context: {} }, 'credentials', 'EXPIRED_AUTH'],
    // Guide "Error handling".
    [423, { status: 'error' }, 'unavailable', 'locked'],
    [477, undefined, 'limited', 'moving the account'],
    [429, { status: 'error', errorType: 'RATE_LIMIT', policyName: 'DAILY', category: null }, 'limited', 'daily limit'],
    [200, { status: 'error', message: null, errorType: null }, 'unavailable', '200 with an error'],
  ])('%s %j is %s', (status, body, code, message) => {
    const { failure } = hubspot({}).definition.api!({ options: hubspot({}).options, secrets: { token: TOKEN } })
    expect(failure!({ status, headers: {}, body })).toMatchObject({ code, message: expect.stringContaining(message) })
    expect(failure!({ status: 429, headers: {}, body: { status: 'error', policyName: 'SECONDLY' } })).toBeUndefined()
  })

  test('a missing scope is named', async () => {
    await start({ missing: { emails: 'sales-email-read' } })
    await expect(read('emails')).rejects.toThrow(/sales-email-read/)
    await expect(read('emails')).rejects.toMatchObject({ code: 'credentials' })
  })

  test('a version that has ended is changed', async () => {
    await start({ version: '2027-03' })
    await expect(read('contacts')).rejects.toMatchObject({ code: 'changed' })
  })

  test('a page of another shape is changed', async () => {
    const bytes = new TextEncoder().encode('{"objects":[]}')
    expect(() => [...streams.contacts!.records({ bytes })]).toThrow(expect.objectContaining({ code: 'changed' }))
  })
})
