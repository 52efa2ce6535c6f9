import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Collected, collectDays } from '../../cli/collect-days.ts'
import type { Deployment } from '../../cli/open-deployment.ts'
import { interactions } from '../../functions/facts.ts'
import { type Config, defineConfig } from '../../functions/kit/config.ts'
import { day } from '../../functions/kit/day.ts'
import { person } from '../../functions/kit/person.ts'
import { csv } from '../../functions/sources/csv.ts'
import { hubspot } from '../../functions/sources/hubspot.ts'
import { openStore, type Store } from '../../functions/store/open.ts'
import { readSnapshot } from '../../functions/store/read-snapshot.ts'
import { keys, type RevisionRow } from '../../functions/store/rows.ts'
import { type HubspotSandbox, simulateHubspot } from '../../sandbox/hubspot.ts'

/**
 * The people of a shop with a CRM, and a file of what they did on the web, by e-mail:
 *
 * | contact | e-mail | what happens to it |
 * |---|---|---|
 * | 1 Anna | anna@ | nothing |
 * | 2 Ben | ben@ with a slip in it | corrected on the 12th, 09:00 |
 * | 3 Carl | carl@ | deleted on the 13th, 10:00 (recycle bin) |
 * | 4 and 5 Dora | dora@ and dora.home@ | merged on the 12th, 12:00, under a new id |
 * | 6 Eve | eve@ | a lead; becomes a customer on the 13th, 09:00 |
 * | 7 Gus | gus@ | calls on the 10th: the call knows his id only |
 * | 8 Hal | hal@ | erased on the 13th, 11:00, which no list ever shows |
 *
 * All but Eve are customers since 2024. Every day is collected at 04:00 of the next one.
 */
const TOKEN = 'secret-token'
const since = '2024-03-01T10:00:00Z'

const customer = (id: string, email: string) => ({
  id,
  createdAt: since,
  properties: { email, lifecyclestage: 'customer', hs_v2_date_entered_customer: since },
})

const call = (id: string, contact: string, at: string, direction: string) => ({
  id,
  createdAt: at,
  properties: { hs_timestamp: at, hs_call_status: 'COMPLETED', hs_call_direction: direction },
  associations: { contacts: [contact] },
})

/** What people did on the web, by day; the file grows as days pass. */
const web: Readonly<Record<string, readonly string[]>> = {
  '2026-11-10': ['anna', 'ben', 'carl', 'dora', 'dora.home', 'eve', 'gus'],
  '2026-11-11': ['anna', 'ben'],
  '2026-11-12': ['carl', 'dora.home'],
  '2026-11-13': ['carl', 'eve'],
  '2026-11-14': ['carl', 'hal', 'dora'],
  '2026-12-10': ['hal'],
  '2026-12-11': ['hal', 'anna'],
}

/** What is known of a day: customers at its end; active people; active customers among the customers, in 1d and 3d. */
interface Known {
  readonly customers: number
  readonly active: number
  readonly share: string
  readonly active3: number
  readonly share3: string
  readonly revision: number
}

const home = mkdtempSync(join(tmpdir(), 'tidemark-people-'))
let time = ''
const now = () => new Date(time)
let sandbox: HubspotSandbox
let store: Store
let config: Config
/** By the moment of collecting, then by day. */
const known = new Map<string, Record<string, Known>>()
let collected: Collected

async function collect(at: string, from: string | null = null): Promise<void> {
  time = at
  const deployment: Deployment = {
    config,
    folder: home,
    store,
    now,
    demo: false,
    [Symbol.asyncDispose]: async () => {},
  }
  const range = from ? { from: day(from), to: day(from) } : { from: null, to: null }
  const nothing = () => {}
  collected = await collectDays(
    deployment,
    { ...range, force: from !== null, sources: config.sources },
    {
      reading: nothing,
      waiting: nothing,
      failed: nothing,
      read: nothing,
      computing: nothing,
      computeFailed: nothing,
      close: async () => {},
    },
  )
  expect(collected).toMatchObject({ ok: true })
  known.set(at.slice(0, 10), await lookUp())
}

async function lookUp(): Promise<Record<string, Known>> {
  const found: Record<string, Known> = {}
  for (const date of Object.keys(web)) {
    const snapshot = await readSnapshot(store, day(date))
    if (!snapshot) continue
    const value = (metric: string, window: string) => snapshot.metrics[metric]!.windows[window]!
    const share = (window: string) => {
      const { numerator, denominator } = value('active_customer_share', window)
      return `${numerator}/${denominator}`
    }
    found[date] = {
      customers: value('customers', '1d').value!,
      active: value('active_customers', '1d').value!,
      share: share('1d'),
      active3: value('active_customers', '3d').value!,
      share3: share('3d'),
      revision: snapshot.revision,
    }
  }
  return found
}

function visit(date: string): void {
  const rows = web[date]!.map((name) => `${date}T12:00:00Z,${name}@example.com\n`)
  appendFileSync(join(home, 'web.csv'), rows.join(''))
}

beforeAll(async () => {
  time = '2026-11-10T00:00:00Z'
  sandbox = await simulateHubspot({
    token: TOKEN,
    now,
    contacts: [
      customer('1', 'anna@example.com'),
      customer('2', 'ben@exmaple.com'),
      customer('3', 'carl@example.com'),
      customer('4', 'dora@example.com'),
      customer('5', 'dora.home@example.com'),
      { id: '6', createdAt: since, properties: { email: 'eve@example.com', lifecyclestage: 'lead' } },
      customer('7', 'gus@example.com'),
      customer('8', 'hal@example.com'),
    ],
    calls: [call('21', '7', '2026-11-10T15:00:00Z', 'INBOUND'), call('22', '8', '2026-11-11T15:00:00Z', 'OUTBOUND')],
  })
  config = defineConfig({
    timezone: 'UTC',
    currency: 'EUR',
    windows: [1, 3],
    sources: [
      hubspot({ baseUrl: sandbox.baseUrl }),
      csv(
        {
          file: 'web.csv',
          zone: 'UTC',
          map: ({ at, email }) =>
            interactions({
              at: at!,
              channel: 'web',
              kind: 'action',
              initiator: 'customer',
              customer: person({ email }),
            }),
        },
        { id: 'web' },
      ),
    ],
  })
  store = await openStore({ TIDEMARK_HOME: join(home, 'home'), TIDEMARK_HUBSPOT_TOKEN: TOKEN })
  writeFileSync(join(home, 'web.csv'), 'at,email\n')

  visit('2026-11-10')
  await collect('2026-11-11T04:00:00Z', '2026-11-10')
  visit('2026-11-11')
  await collect('2026-11-12T04:00:00Z')

  time = '2026-11-12T09:00:00Z'
  sandbox.edit('contacts', '2', { email: 'ben@example.com' })
  time = '2026-11-12T12:00:00Z'
  sandbox.merge('contacts', '4', '5')
  visit('2026-11-12')
  await collect('2026-11-13T04:00:00Z')

  time = '2026-11-13T09:00:00Z'
  sandbox.edit('contacts', '6', { lifecyclestage: 'customer', hs_v2_date_entered_customer: time })
  time = '2026-11-13T10:00:00Z'
  sandbox.archive('contacts', '3')
  time = '2026-11-13T11:00:00Z'
  sandbox.erase('contacts', '8')
  visit('2026-11-13')
  await collect('2026-11-14T04:00:00Z')
  visit('2026-11-14')
  await collect('2026-11-15T04:00:00Z')

  visit('2026-12-10')
  await collect('2026-12-11T04:00:00Z')
  visit('2026-12-11')
  await collect('2026-12-12T04:00:00Z')
}, 60_000)

afterAll(async () => {
  await sandbox.close()
  await store.close()
  rmSync(home, { recursive: true, force: true })
})

const day1 = '2026-11-10'
const day2 = '2026-11-11'
const day3 = '2026-11-12'
const day4 = '2026-11-13'
const day5 = '2026-11-14'

describe('before anything changes', () => {
  test('a call that knows an id and a visit that knows an e-mail are one person', () => {
    // Customers: Anna, Ben, Carl, Dora, Dora again, Gus, Hal. Eve is a lead.
    // Active: anna, ben (nobody's address yet), carl, dora, dora.home, eve, and Gus once for his call and his visit.
    // Of the customers: Anna, Carl, Dora, Dora again, Gus.
    const all = { customers: 7, active: 7, share: '5/7', active3: 7, share3: '5/7', revision: 1 }
    expect(known.get('2026-11-11')).toEqual({ [day1]: all })
  })

  test('a call that the company made makes nobody active', () => {
    // Anna and ben visited; of the customers only Anna. Hal was called.
    expect(known.get('2026-11-12')![day2]).toMatchObject({ customers: 7, active: 2, share: '1/7', active3: 7 })
  })
})

describe('after the correction and the merge', () => {
  test('what Ben did under his real address is his, on the days before as well', () => {
    // Customers: Anna, Ben, Carl, Dora, Gus, Hal. Active on the 10th: the same six without Hal, and Eve.
    expect(known.get('2026-11-13')![day1]).toMatchObject({ customers: 6, active: 6, share: '5/6' })
    // Anna and Ben.
    expect(known.get('2026-11-13')![day2]).toMatchObject({ customers: 6, active: 2, share: '2/6' })
  })

  test('the two Doras are one from the beginning', () => {
    // Carl and Dora, who came by her other address; in three days everybody but Hal, of whom Eve is no customer.
    expect(known.get('2026-11-13')![day3]).toMatchObject({
      customers: 6,
      active: 2,
      share: '2/6',
      active3: 6,
      share3: '5/6',
    })
  })

  test('the earlier days are restated because of who is who', async () => {
    for (const date of [day1, day2]) {
      const rows: RevisionRow[] = []
      const { pk } = keys.head(day(date))
      for await (const row of store.table.query(pk, { from: 'revision#' })) rows.push(row as RevisionRow)
      expect(rows.map(({ cause }) => cause)).toContain('identity')
    }
  })
})

describe('after the deletion', () => {
  test('the days before keep their customer, and every other value', () => {
    for (const date of [day1, day2, day3]) {
      const { revision: _, ...before } = known.get('2026-11-13')![date]!
      expect(known.get('2026-11-14')![date]).toMatchObject(before)
      expect(known.get('2026-12-12')![date]).toMatchObject(before)
    }
  })

  test('somebody is no customer from the day of the deletion on, and active nevertheless', () => {
    // Customers: Anna, Ben, Dora, Eve (since this morning), Gus, Hal (nobody knows yet). Active: Carl and Eve.
    expect(known.get('2026-11-14')![day4]).toMatchObject({ customers: 6, active: 2, share: '1/6' })
    // Active: Carl, Hal, Dora.
    expect(known.get('2026-11-15')![day5]).toMatchObject({ customers: 6, active: 3, share: '2/6' })
    // In three days Carl, Dora, Eve, Hal; Carl is no customer any more.
    expect(known.get('2026-11-15')![day5]).toMatchObject({ active3: 4, share3: '3/6' })
  })

  test('a lead is a customer from the day of becoming one', () => {
    // Eve was active on the 10th, and counts among the customers on the 13th only.
    expect(known.get('2026-11-15')![day3]).toMatchObject({ share3: '5/6' })
    expect(known.get('2026-11-15')![day4]).toMatchObject({ customers: 6, active3: 5, share3: '4/6' })
  })
})

describe('after the next full list', () => {
  test('whoever was erased without a word is gone from the day of that list on', () => {
    // 30 days after the first list, at 04:00 on the 11th: until then Hal is believed.
    expect(known.get('2026-12-11')!['2026-12-10']).toMatchObject({ customers: 6, active: 1, share: '1/6' })
    expect(known.get('2026-12-12')!['2026-12-11']).toMatchObject({ customers: 5, active: 2, share: '1/5' })
    expect(known.get('2026-12-12')!['2026-12-10']).toMatchObject({ customers: 6, active: 1, share: '1/6' })
    expect(known.get('2026-12-12')![day5]).toMatchObject({ customers: 6, active: 3, share: '2/6' })
  })
})
