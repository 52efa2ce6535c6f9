import { existsSync, readFileSync } from 'node:fs'
import { parse as parseCsv } from 'csv-parse/sync'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { person } from '../../functions/kit/person.ts'
import { hubspot } from '../../functions/sources/hubspot.ts'
import { recordsOf, type Seen } from './hubspot-record.ts'

const streams = hubspot({}).streams
const columns = (record: Seen | undefined) => record?.rows[0]?.columns

/** A record as a page gives it, with these properties; `context` is the page's. */
function mapped(
  stream: string,
  properties: Record<string, string | number | boolean | null>,
  more: object = {},
  context: Record<string, string | boolean> = {},
): Seen {
  const record = {
    id: '41',
    createdAt: '2026-01-02T03:04:05.000Z',
    updatedAt: '2026-11-19T10:00:00.000Z',
    archived: false,
    properties,
    ...more,
  }
  const bytes = new TextEncoder().encode(JSON.stringify({ results: [record] }))
  return recordsOf(streams[stream]!, [{ bytes, context }])[0]!
}
const linked = (contacts: string[], deals: string[] = []) => ({
  associations: {
    contacts: { results: contacts.map((id) => ({ id, type: 'x' })) },
    deals: { results: deals.map((id) => ({ id, type: 'x' })) },
  },
})

describe('mapping', () => {
  test.each([
    ['customer', 'customer'],
    ['evangelist', 'customer'],
    ['lead', 'contact'],
    [null, 'contact'],
  ])('a contact in stage %s is a %s', (lifecyclestage, role) => {
    expect(columns(mapped('contacts', { lifecyclestage }))).toMatchObject({ role, since: '2026-01-02T03:04:05.000Z' })
  })

  test('a customer is one since entering that stage; a contact since its creation', () => {
    const properties = { createdate: '2026-02-01T00:00:00Z', hs_lifecyclestage_customer_date: '2026-03-01T00:00:00Z' }
    const since = (more: Record<string, string>) => columns(mapped('contacts', { ...properties, ...more }))?.since
    expect(since({ lifecyclestage: 'customer', hs_v2_date_entered_customer: '2026-04-01T00:00:00Z' })).toBe(
      '2026-04-01T00:00:00.000Z',
    )
    expect(since({ lifecyclestage: 'customer' })).toBe('2026-03-01T00:00:00.000Z')
    expect(since({ lifecyclestage: 'lead' })).toBe('2026-02-01T00:00:00.000Z')
  })

  test.each([
    'hs_v2_date_entered_customer',
    'hs_date_entered_customer',
    'hs_lifecyclestage_customer_date',
    'hs_v2_date_entered_evangelist',
    'hs_date_entered_evangelist',
    'hs_lifecyclestage_evangelist_date',
  ])('a customer is one since %s, where that is all there is', (name) => {
    const properties = {
      lifecyclestage: 'evangelist',
      createdate: '2026-02-01T00:00:00Z',
      [name]: '2026-04-01T00:00:00Z',
    }
    expect(columns(mapped('contacts', properties))?.since).toBe('2026-04-01T00:00:00.000Z')
  })

  // Times can be written in milliseconds, as many integrations do with hs_timestamp (guide "Calls": "a UTC timestamp or
  // UTC format").
  test('times in milliseconds are times', () => {
    const ms = Date.parse('2026-07-22T21:00:00Z')
    const iso = '2026-07-22T21:00:00.000Z'
    expect(columns(mapped('calls', { hs_timestamp: String(ms) }))?.at).toBe(iso)
    expect(columns(mapped('contacts', { createdate: ms }))?.since).toBe(iso)
    const closed = { createdate: String(ms), closedate: String(ms), hs_is_closed: 'true' }
    expect(columns(mapped('deals', closed))).toMatchObject({ opened: iso, closed: iso })
    expect(columns(mapped('tickets', { closed_date: String(ms) }))).toMatchObject({ first_solved: iso, solved: iso })
    expect(mapped('contacts', {}, { createdAt: ms, updatedAt: ms }).changed).toBe(iso)
    expect(columns(mapped('deals', { ...closed, closedate: '2026-07-22' }))?.closed).toBe('2026-07-22')
  })

  test('values that are not text, and nulls in place of what is absent, are understood', () => {
    const values = { amount: 1_500.5, deal_currency_code: 'EUR', hs_is_closed: true, hs_is_closed_won: false }
    const nulls = { archived: null, archivedAt: null, associations: null }
    const found = mapped('deals', { ...values, closedate: '2026-07-02' }, { id: 41, ...nulls })
    expect(found).toMatchObject({ key: '41', gone: [] })
    expect(columns(found)).toMatchObject({ amount: 150_050, closed: '2026-07-02', won: false })
  })

  test('what the recycle bin lists is deleted, also where the record does not say so, and later than its last change', () => {
    const updatedAt = '2026-11-19T10:00:00.000Z'
    const listed = mapped('contacts', {}, { updatedAt, archived: undefined }, { deleted: true })
    expect(listed).toEqual({ key: '41', changed: '2026-11-19T10:00:00.001Z', gone: ['41'], rows: [] })
  })

  test('a contact is known by every address, number and id; empty texts are no value', () => {
    const { rows, gone } = mapped('contacts', {
      email: 'A@x.org',
      hs_additional_emails: 'b@x.org;c@x.org',
      phone: '',
      mobilephone: '+49 30 1',
      hs_merged_object_ids: '7;41;9',
      hs_analytics_source: 'ORGANIC_SEARCH',
    })
    expect(rows[0]?.columns).toMatchObject({
      customer: person({ email: ['a@x.org', 'b@x.org', 'c@x.org'], phone: '+49301', id: ['41', '7', '9'] }),
      origin: 'organic_search',
    })
    expect(gone).toEqual(['7', '9'])
  })

  test('an open deal is not closed, whatever its closedate says', () => {
    const open = { hs_is_closed: 'false', closedate: '2026-12-31T00:00:00Z', amount: '10.5', deal_currency_code: 'EUR' }
    const row = columns(mapped('deals', open, linked(['12', '9'])))
    expect(row).toEqual({
      id: '41',
      opened: '2026-01-02T03:04:05.000Z',
      amount: 1_050,
      currency: 'EUR',
      customer: person({ id: '9' }),
    })
  })

  test('a closed deal is won or lost', () => {
    const closed = { hs_is_closed: 'true', closedate: '2026-10-01T00:00:00Z' }
    const won = columns(mapped('deals', { ...closed, hs_is_closed_won: 'true' }))
    expect(won).toMatchObject({ won: true, closed: '2026-10-01T00:00:00.000Z' })
    expect(columns(mapped('deals', { ...closed, hs_is_closed_won: 'false' }))?.won).toBe(false)
  })

  test.each([
    ['1234', 'JPY', 1_234],
    ['1.234', 'KWD', 1_234],
    ['19.99', 'usd', 1_999],
    ['0', 'EUR', 0],
  ])('%s %s is %d in minor units', (amount, deal_currency_code, minor) => {
    expect(columns(mapped('deals', { amount, deal_currency_code }))?.amount).toBe(minor)
  })

  // An account that has only one currency has no `deal_currency_code`: so answered POST /crm/v3/objects/deals of a real
  // one (NangoHQ/integration-templates, integrations/hubspot/tests/create-deal.test.json).
  test('an amount is in the account’s currency, unless the deal has its own; without either it is left out, and it says so', () => {
    const amount = { amount: '10000', deal_currency_code: null }
    expect(columns(mapped('deals', amount, {}, { currency: 'USD' }))).toMatchObject({
      amount: 1_000_000,
      currency: 'USD',
    })
    const own = mapped('deals', { ...amount, deal_currency_code: 'JPY' }, {}, { currency: 'USD' })
    expect(columns(own)).toMatchObject({ amount: 10_000, currency: 'JPY' })
    const row = columns(mapped('deals', amount))
    expect(row).not.toHaveProperty('amount')
    expect(row).not.toHaveProperty('currency')
    const noted = (properties: object, context: { currency?: string } = {}) => {
      const record = { id: '1', createdAt: '2026-01-02T03:04:05Z', updatedAt: '2026-01-02T03:04:05Z', properties }
      const bytes = new TextEncoder().encode(JSON.stringify({ results: [record] }))
      return streams.deals!.notes!({ bytes, context }).map(({ code }) => code)
    }
    expect(noted(amount)).toEqual(['currency_unknown'])
    expect(noted(amount, { currency: 'USD' })).toEqual([])
    expect(noted({ ...amount, amount: null })).toEqual([])
  })

  test('a malformed amount is refused', () => {
    expect(() => mapped('deals', { amount: 'five', deal_currency_code: 'EUR' })).toThrow(/amount/)
  })

  test.each([
    ['deals', { amount: '5', deal_currency_code: 'EURO' }, /'EURO' is no ISO 4217 code/],
    ['calls', { hs_timestamp: 'yesterday' }, /interactions\.at/],
  ] as const)('a malformed value of %s holds back its record, not the whole reading', (stream, properties, why) => {
    expect(() => mapped(stream, properties)).toThrow(expect.objectContaining({ code: 'invalid' }))
    expect(() => mapped(stream, properties)).toThrow(why)
  })

  test('cents survive as decimal text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (cents) => {
        const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
        expect(columns(mapped('deals', { amount, deal_currency_code: 'EUR' }))?.amount).toBe(cents)
      }),
    )
  })

  test('a ticket keeps what is known of it', () => {
    const closed = {
      createdate: '2026-11-01T00:00:00Z',
      first_agent_reply_date: '2026-11-01T01:00:00Z',
      closed_date: '2026-11-02T00:00:00Z',
      source_type: 'CHAT',
      hubspot_owner_id: '77',
    }
    expect(columns(mapped('tickets', closed, linked(['3'])))).toEqual({
      id: '41',
      opened: '2026-11-01T00:00:00.000Z',
      channel: 'chat',
      initiator: 'customer',
      first_reply: '2026-11-01T01:00:00.000Z',
      first_solved: '2026-11-02T00:00:00.000Z',
      solved: '2026-11-02T00:00:00.000Z',
      agent: person({ id: '77', of: 'hubspot-owner' }),
      customer: person({ id: '3' }),
    })
    const reopened = columns(mapped('tickets', { ...closed, hs_ticket_reopened_at: '2026-11-02T00:00:00Z' }))
    expect(reopened).not.toHaveProperty('first_solved')
    const chat = {
      first_agent_reply_date: '2026-11-01T02:00:00Z',
      hs_first_agent_message_sent_at: '2026-11-01T01:30:00Z',
    }
    expect(columns(mapped('tickets', chat))?.first_reply).toBe('2026-11-01T01:30:00.000Z')
    const written = columns(mapped('tickets', { source_type: 'FORM', hs_created_by_user_id: '5' }))
    expect(written).toEqual({ id: '41', opened: '2026-01-02T03:04:05.000Z', channel: 'support' })
  })

  const at = '2026-11-18T09:00:00.000Z'
  const activity = (stream: string, properties: Record<string, string | null>) =>
    columns(mapped(stream, { hs_timestamp: at, hubspot_owner_id: '77', ...properties }, linked(['30', '4'], ['6'])))

  test.each([
    ['calls', { hs_call_direction: 'INBOUND', hs_call_status: 'COMPLETED' }, 'phone', 'call', 'customer'],
    ['calls', { hs_call_direction: 'OUTBOUND' }, 'phone', 'call', 'company'],
    ['calls', {}, 'phone', 'call', undefined],
    ['emails', { hs_email_direction: 'INCOMING_EMAIL' }, 'email', 'message', 'customer'],
    ['emails', { hs_email_direction: 'EMAIL', hs_email_status: 'SENT' }, 'email', 'message', 'company'],
    ['emails', { hs_email_direction: 'INCOMING_EMAIL', hs_email_status: 'RECEIVED' }, 'email', 'message', 'customer'],
    ['emails', { hs_email_direction: 'FORWARDED_EMAIL' }, 'email', 'message', undefined],
    ['meetings', { hs_meeting_outcome: 'COMPLETED' }, 'in_person', 'meeting', undefined],
    ['meetings', { hs_meeting_outcome: null }, 'in_person', 'meeting', undefined],
    ['communications', {}, 'messaging', 'message', undefined],
  ] as const)('%s %o is (%s, %s) begun by %s', (stream, properties, channel, kind, initiator) => {
    expect(activity(stream, properties)).toEqual({
      at,
      channel,
      kind,
      ...(initiator && { initiator }),
      customer: person({ id: '4' }),
      id: '41',
      agent: person({ id: '77', of: 'hubspot-owner' }),
      deals: ['6'],
    })
  })

  test.each([
    ['calls', { hs_call_status: 'NO_ANSWER' }],
    ['calls', { hs_timestamp: '2026-11-19T10:00:00.001Z' }],
    ['emails', { hs_email_status: 'BOUNCED' }],
    ['emails', { hs_email_status: 'SCHEDULED' }],
    ['meetings', { hs_meeting_outcome: 'SCHEDULED' }],
    ['meetings', { hs_meeting_outcome: 'CANCELED' }],
    ['meetings', { hs_meeting_outcome: '', hs_timestamp: '2026-12-01T09:00:00Z' }],
  ] as const)('%s %o did not happen', (stream, properties) => {
    expect(activity(stream, properties)).toBeUndefined()
  })

  test('an activity without a time, and a property that is no value, are refused', () => {
    expect(() => activity('calls', { hs_timestamp: '' })).toThrow(expect.objectContaining({ code: 'invalid' }))
    expect(() => mapped('calls', { hs_timestamp: 5 })).toThrow(/'5' is no time/)
    expect(() => mapped('calls', { hs_timestamp: {} as never })).toThrow(/properties/)
  })

  // HubSpot changelog, "Defaulting hs_timestamp to Meeting Start Time in Meetings Engagement API".
  test('a meeting without a time of its own took place when it began', () => {
    const began = { hs_timestamp: null, hs_meeting_start_time: '2026-07-02T15:00:00Z', hs_meeting_outcome: 'COMPLETED' }
    expect(activity('meetings', began)?.at).toBe('2026-07-02T15:00:00.000Z')
    expect(activity('meetings', { ...began, hs_timestamp: at })?.at).toBe(at)
  })

  test('versions compare as text, however the vendor writes the instant', () => {
    const changed = (updatedAt: string) => mapped('contacts', {}, { updatedAt }).changed
    expect(changed('2026-11-19T10:00:00Z') < changed('2026-11-19T10:00:00.500Z')).toBe(true)
    expect(changed('2021-02-23T20:08:49.603000+00:00')).toBe('2021-02-23T20:08:49.603Z')
  })
})

const VENDOR = new URL('../../../shared/vendor/hubspot/', import.meta.url)
const skipped = existsSync(VENDOR) ? '' : ' (skipped: no vendor samples on this machine)'

describe.skipIf(skipped !== '')(`recorded samples${skipped}`, () => {
  const rows = (name: string): Record<string, string>[] =>
    parseCsv(readFileSync(new URL(`tabular-hubspot/${name}.csv`, VENDOR)), { columns: true, relax_column_count: true })
  const instant = (text: string | undefined) => (text ? new Date(`${text.replace(' ', 'T')}Z`).toISOString() : null)

  test('contacts of a real account map, merged ids and all', () => {
    const found = rows('contact_data').map((row) =>
      mapped(
        'contacts',
        { email: row.property_email!, hs_merged_object_ids: row.property_hs_merged_object_ids! },
        { id: row.id, createdAt: instant(row.property_createdate) },
      ),
    )
    expect(found.length).toBeGreaterThan(10)
    expect(found[0]?.gone).toEqual(['76340251', '46897301', '76226001'])
    expect(found.every(({ rows: [row] }) => row?.fact === 'customers')).toBe(true)
  })

  test('tickets and deals of a real account map', () => {
    const tickets = rows('ticket_data').map((row) =>
      mapped('tickets', {
        createdate: instant(row.property_createdate),
        closed_date: instant(row.property_closed_date),
        first_agent_reply_date: instant(row.property_first_agent_reply_date),
        hubspot_owner_id: row.property_hubspot_owner_id!,
      }),
    )
    expect(tickets.filter((ticket) => columns(ticket)?.solved).length).toBeGreaterThan(5)
    const deals = rows('deal_data').map((row) => mapped('deals', { createdate: instant(row.property_createdate) }))
    expect(deals.every((deal) => columns(deal)?.opened && !columns(deal)?.closed)).toBe(true)
  })

  test('meetings that were never given an outcome count once they are over', () => {
    const meetings = rows('engagement_meeting_data').map((row) =>
      mapped(
        'meetings',
        { hs_timestamp: instant(row.start_time), hs_meeting_outcome: row.meeting_outcome! },
        { id: row.engagement_id, updatedAt: instant(row._fivetran_synced) },
      ),
    )
    expect(meetings.filter(({ rows: [row] }) => row).length).toBeGreaterThan(10)
  })
})
