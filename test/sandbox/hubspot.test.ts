import { afterEach, describe, expect, test } from 'vitest'
import { type HubspotAccount, type HubspotRecord, type HubspotSandbox, simulateHubspot } from '../../sandbox/hubspot.ts'

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

async function call(path: string, { body, token = TOKEN }: { body?: unknown; token?: string | null } = {}) {
  const response = await fetch(new URL(path, sandbox.baseUrl), {
    method: body === undefined ? 'GET' : 'POST',
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) }
}
const objects = (rest: string) => `crm/objects/2026-09/${rest}`
const search = (type: string, body: object) => call(objects(`${type}/search`), { body })

describe('the simulated account', () => {
  test('refuses a request without its token', async () => {
    await start()
    const none = await call(objects('contacts'), { token: null })
    expect(none).toMatchObject({ status: 401, body: { category: 'INVALID_AUTHENTICATION' } })
    expect((await call(objects('contacts'), { token: 'other' })).status).toBe(401)
  })

  test('knows one version and its own types', async () => {
    await start()
    expect((await call('crm/objects/2025-09/contacts')).status).toBe(404)
    expect((await call(objects('unicorns'))).status).toBe(404)
  })

  test('lists 10 by default and 100 at most, with an opaque cursor', async () => {
    await start({ contacts: many(250) })
    expect((await call(objects('contacts'))).body.results).toHaveLength(10)
    expect((await call(objects('contacts?limit=101'))).status).toBe(400)
    const ids: string[] = []
    let after = ''
    do {
      const { body } = await call(objects(`contacts?limit=100${after}`))
      ids.push(...body.results.map(({ id }: { id: string }) => id))
      after = body.paging ? `&after=${encodeURIComponent(body.paging.next.after)}` : ''
    } while (after)
    expect(ids).toEqual(many(250).map(({ id }) => id))
  })

  test('gives the properties asked for, null where there is none', async () => {
    await start({ contacts: [contact(1, { company: '' })] })
    const { body } = await call(objects('contacts?properties=email,phone,company'))
    expect(body.results[0].properties).toEqual({
      email: 'c1@example.com',
      phone: null,
      company: '',
      hs_object_id: '1',
      createdate: '2026-11-18T08:00:00.000Z',
      lastmodifieddate: '2026-11-18T08:00:00.000Z',
    })
  })

  test('shows what was archived only in the archived list, with archivedAt', async () => {
    await start({ contacts: many(2) })
    sandbox.archive('contacts', '1')
    expect((await call(objects('contacts'))).body.results.map(({ id }: { id: string }) => id)).toEqual(['2'])
    expect((await search('contacts', {})).body.total).toBe(1)
    const { body } = await call(objects('contacts?archived=true'))
    expect(body.results).toMatchObject([{ id: '1', archived: true, archivedAt: NOW }])
  })

  test('searches 200 a page and refuses to page beyond 10,000', async () => {
    await start({ contacts: many(10_050) })
    expect((await search('contacts', { limit: 201 })).status).toBe(400)
    const last = await search('contacts', { limit: 200, after: '9800' })
    expect(last.body).toMatchObject({ total: 10_050, paging: { next: { after: '10000' } } })
    expect((await search('contacts', { limit: 200, after: '9801' })).status).toBe(400)
    expect((await search('contacts', { limit: 1, after: '10000' })).status).toBe(400)
  })

  test('compares ids as numbers, BETWEEN with both ends', async () => {
    await start({ contacts: many(12) })
    const ids = async (filter: object) =>
      (
        await search('contacts', {
          filterGroups: [{ filters: [{ propertyName: 'hs_object_id', ...filter }] }],
          sorts: [{ propertyName: 'hs_object_id', direction: 'DESCENDING' }],
          limit: 20,
        })
      ).body.results.map(({ id }: { id: string }) => id)
    expect(await ids({ operator: 'GT', value: '9' })).toEqual(['12', '11', '10'])
    expect(await ids({ operator: 'BETWEEN', value: '2', highValue: '4' })).toEqual(['4', '3', '2'])
    expect((await search('contacts', { filterGroups: [{ filters: [{ operator: 'LIKE' }] }] })).status).toBe(400)
  })

  test('finds a change only once the index has it', async () => {
    await start({ contacts: many(1), indexDelay: 60_000 })
    sandbox.edit('contacts', '1', { email: 'new@example.com' })
    expect((await search('contacts', {})).body.total).toBe(0)
    time += 60_000
    expect((await search('contacts', {})).body.total).toBe(1)
  })

  test('hides what lies in the future of its clock', async () => {
    await start({ contacts: [contact(1), contact(2, {}, { createdAt: '2026-11-21T00:00:00.000Z' })] })
    expect((await call(objects('contacts'))).body.results).toHaveLength(1)
    time = Date.parse('2026-11-21T00:00:00.000Z')
    expect((await call(objects('contacts'))).body.results).toHaveLength(2)
  })

  test('gives associations to lists that ask and to the batch, never to searches', async () => {
    await start({ calls: [{ ...contact(1), associations: { contacts: ['7', '5'] } }, contact(2)] })
    const listed = await call(objects('calls?associations=contacts'))
    expect(listed.body.results[0].associations.contacts.results.map(({ id }: { id: string }) => id)).toEqual(['7', '5'])
    expect(listed.body.results[1]).not.toHaveProperty('associations')
    expect((await search('calls', {})).body.results[0]).not.toHaveProperty('associations')
    const batch = await call('crm/associations/2026-09/calls/contacts/batch/read', {
      body: { inputs: [{ id: '1' }, { id: '2' }] },
    })
    expect(batch.status).toBe(207)
    expect(batch.body.results[0].to.map(({ toObjectId }: { toObjectId: string }) => toObjectId)).toEqual(['7', '5'])
    expect(batch.body.errors).toMatchObject([{ subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND' }])
    const inputs = Array.from({ length: 1_001 }, () => ({ id: '1' }))
    expect((await call('crm/associations/2026-09/calls/contacts/batch/read', { body: { inputs } })).status).toBe(400)
  })

  test('merges into a new id that remembers the old ones; those vanish without being archived', async () => {
    await start({ contacts: many(3), calls: [{ ...contact(9), associations: { contacts: ['1', '2'] } }] })
    const { body } = await call(objects('contacts/merge'), { body: { primaryObjectId: '2', objectIdToMerge: '1' } })
    expect(body).toMatchObject({
      id: '4',
      properties: { email: 'c2@example.com', hs_additional_emails: 'c1@example.com', hs_merged_object_ids: '2;1' },
    })
    expect((await call(objects('contacts'))).body.results.map(({ id }: { id: string }) => id)).toEqual(['3', '4'])
    expect((await call(objects('contacts?archived=true'))).body.results).toEqual([])
    const { body: calls } = await call(objects('calls?associations=contacts'))
    expect(calls.results[0].associations.contacts.results.map(({ id }: { id: string }) => id)).toEqual(['4'])
  })

  test('answers 429 to the sixth search of a second, and to anything after the daily limit', async () => {
    await start({ searches: { perSecond: 5, clock: () => time }, daily: 7 })
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) statuses.push((await search('contacts', {})).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
    const listed = await call(objects('contacts'))
    expect(listed.headers.get('x-hubspot-ratelimit-daily-remaining')).toBe('0')
    expect(await call(objects('contacts'))).toMatchObject({ status: 429, body: { policyName: 'DAILY' } })
  })
})
