import { customers, deals, interactions, tickets } from '../../functions/facts.ts'
import { person } from '../../functions/kit/person.ts'
import { hubspot } from '../../functions/sources/hubspot.ts'
import { type HubspotAccount, type HubspotRecord, simulateHubspot } from '../../sandbox/hubspot.ts'
import { conformSource } from './conformance.ts'

const AT = '2026-11-19T08:00:00.000Z'
const TOKEN = 'pat-eu1-canary-6d1f'

const play = (more: Partial<HubspotAccount>) =>
  simulateHubspot({ token: TOKEN, now: () => new Date('2026-11-20T10:00:00Z'), ...more })

const record = (id: string, properties: HubspotRecord['properties'] = {}): HubspotRecord => ({
  id,
  createdAt: AT,
  properties,
  associations: { contacts: ['101', '102'], deals: ['7'] },
})
const gone: HubspotRecord = { ...record('999'), archivedAt: '2026-11-19T09:00:00.000Z' }
const contact = (id: string) =>
  record(id, { email: `c${id}@example.com`, phone: `+49 30 0${id}77`, lifecyclestage: 'lead' })

const recorded = {
  contacts: [
    record('101', {
      ...{ email: 'Ann@Example.com', phone: '+49 30 123456', lifecyclestage: 'customer', createdate: AT },
      ...{ hs_v2_date_entered_customer: '2026-11-19T08:30:00Z', hs_analytics_source: 'ORGANIC_SEARCH' },
    }),
  ],
  deals: [
    record('201', {
      ...{ createdate: AT, closedate: '2026-11-19T09:00:00Z', hs_is_closed: 'true', hs_is_closed_won: 'true' },
      ...{ amount: '1000.5', deal_currency_code: 'EUR' },
    }),
  ],
  tickets: [record('301', { createdate: AT, source_type: 'CHAT', hubspot_owner_id: '5' })],
  calls: [record('401', { hs_timestamp: AT, hs_call_status: 'COMPLETED', hs_call_direction: 'INBOUND' })],
  emails: [record('501', { hs_timestamp: AT, hs_email_status: 'SENT', hs_email_direction: 'EMAIL' })],
  meetings: [record('601', { hs_timestamp: AT, hs_meeting_outcome: 'COMPLETED' })],
  communications: [record('701', { hs_timestamp: AT, hubspot_owner_id: '5' })],
} satisfies Partial<HubspotAccount>

const long = {
  ...Object.fromEntries(Object.entries(recorded).map(([type, records]) => [type, [...records, gone]])),
  contacts: [...Array.from({ length: 101 }, (_, n) => contact(String(1_000 + n))), gone],
  calls: [...Array.from({ length: 101 }, (_, n) => ({ ...recorded.calls[0]!, id: String(1_000 + n) })), gone],
  // Every second association is on a page of its own.
  associationPage: 1,
}

const customer = person({ id: '101' })
const did = { at: AT, customer, deals: ['7'] }

conformSource('hubspot', {
  start: (account) => play({ recorded, long, empty: {} }[account]),
  source: ({ baseUrl }) => hubspot({ baseUrl }),
  secrets: () => ({ token: TOKEN }),
  streams: {
    contacts: {
      expected: [
        customers({
          customer: person({ email: 'ann@example.com', phone: '+49 30 123456', id: '101' }),
          ...{ id: '101', since: '2026-11-19T08:30:00.000Z', role: 'customer', origin: 'organic_search' },
        }),
      ],
    },
    deals: {
      expected: [
        deals({
          ...{ id: '201', opened: AT, closed: '2026-11-19T09:00:00.000Z', won: true, amount: 100_050, currency: 'EUR' },
          customer,
        }),
      ],
    },
    tickets: {
      expected: [
        tickets({
          ...{ id: '301', opened: AT, channel: 'chat', initiator: 'customer', customer },
          agent: person({ id: '5', of: 'hubspot-owner' }),
        }),
      ],
    },
    calls: {
      expected: [interactions({ ...did, id: '401', channel: 'phone', kind: 'call', initiator: 'customer' })],
    },
    emails: {
      expected: [interactions({ ...did, id: '501', channel: 'email', kind: 'message', initiator: 'company' })],
    },
    meetings: { expected: [interactions({ ...did, id: '601', channel: 'in_person', kind: 'meeting' })] },
    communications: {
      expected: [
        interactions({
          ...{ ...did, id: '701', channel: 'messaging', kind: 'message' },
          agent: person({ id: '5', of: 'hubspot-owner' }),
        }),
      ],
    },
  },
  tokens: {
    endpoint: { skip: 'the token of a private app is sent as it is' },
    expire: { skip: 'the token of a private app does not run out' },
    rotate: { skip: 'the token of a private app is replaced by people only' },
  },
  people: ['c1000@example.com', '+49 30 0100077'],
  quota: { start: () => play({ ...long, daily: 1 }), stream: 'contacts', seconds: 3_600 },
  samples: [
    {
      file: 'hubspot/fixtures/contacts.json',
      stream: 'contacts',
      expected: [
        customers({
          ...{ customer: person({ id: '312929580' }), id: '312929580' },
          ...{ since: '2021-02-23T20:08:49.603Z', role: 'contact' },
        }),
      ],
    },
  ],
})
