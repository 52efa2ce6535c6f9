import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addDays, type Day, daysBetween, localInstant } from '../../functions/kit/day.ts'
import type { Source } from '../../functions/kit/source.ts'
import { type Demo, openDemo } from '../../sandbox/demo.ts'
import checkedIn from '../../tidemark.config.ts'

const ZONE = 'America/New_York'
const vendors = checkedIn.sources.filter(({ id }) => id !== 'shop') as Source<{ baseUrl?: string; tokenUrl?: string }>[]
const upper = (name: string) => name.replaceAll('-', '_').toUpperCase()
let home: string
let demo: Demo | undefined
let env: Record<string, string | undefined>
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tidemark-demo-'))
  env = {}
})
afterEach(async () => {
  await demo?.close()
  demo = undefined
  rmSync(home, { recursive: true })
})

async function open(now: string): Promise<string[]> {
  await demo?.close()
  demo = await openDemo({ home, now: () => new Date(now), env })
  return readFileSync(variable('TIDEMARK_DEMO_SHOP'), 'utf8').trimEnd().split('\n')
}
const variable = (name: string) => demo!.variables[name] ?? ''
const weeks = () => JSON.parse(readFileSync(join(home, 'demo.json'), 'utf8')).weeks as number
const at = (line: string) => line.split(',')[3]!

describe('the demo', () => {
  // Days on which clocks change, a leap day, the turn of a year, and evenings that are another day in UTC.
  test.each([
    '2026-11-21T02:00:00Z',
    '2027-03-14T12:00:00Z',
    '2027-11-07T05:30:00Z',
    '2028-02-29T23:00:00Z',
    '2028-01-01T00:00:00Z',
  ])('started at %s it has a past, ends 60 to 66 days later, and shows nothing of the future', async (now) => {
    const [header, ...rows] = await open(now)
    expect(header).toBe('kind,id,household,at,cents,campaign')
    const last = new Date(Date.parse('2017-12-31') + weeks() * 7 * 86_400_000).toISOString().slice(0, 10) as Day
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE }).format(new Date(now)) as Day
    expect(daysBetween(today, last)).toBeGreaterThanOrEqual(60)
    expect(daysBetween(today, last)).toBeLessThanOrEqual(66)
    const until = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'medium' })
      .format(new Date(now))
      .replace(' ', 'T')
    expect(rows.filter((row) => at(row) > until)).toEqual([])
    // Every hour exists, so that no row is refused; and time only rises, so that lines keep their numbers.
    for (const hour of new Set(rows.map((row) => at(row).slice(0, 13)))) {
      if (hour.includes('T')) localInstant(`${hour}:00`, ZONE)
    }
    expect(rows.filter((row, i) => i > 0 && at(row) < at(rows[i - 1]!))).toEqual([])
    const recent = rows.filter((row) => row.startsWith('order') && at(row) >= addDays(today, -60))
    expect(recent.length).toBeGreaterThan(6_000)
  })

  test('each day reveals more, and never moves what was there', async () => {
    const before = await open('2026-11-20T12:00:00Z')
    const shift = weeks()
    const after = await open('2026-11-21T12:00:00Z')
    expect(weeks()).toBe(shift)
    expect(after.slice(0, before.length)).toEqual(before)
    expect(after.length - before.length).toBeGreaterThan(50)
    expect(new Set(after.slice(before.length).map((row) => at(row).slice(0, 10)))).toEqual(
      new Set(['2026-11-20', '2026-11-21']),
    )
  })

  test('days keep their day of the week', async () => {
    const [, first] = await open('2026-11-20T12:00:00Z')
    expect(new Date(at(first!)).getUTCDay()).toBe(new Date('2017-01-01').getUTCDay())
  })

  test('every household with an order is a contact from then on', async () => {
    const [, ...rows] = await open('2026-11-20T12:00:00Z')
    const orders = rows.filter((row) => row.startsWith('order'))
    const token = variable('TIDEMARK_HUBSPOT_TOKEN')
    const contacts: { id: string; createdAt: string }[] = []
    let after: string | undefined
    do {
      const url = new URL('crm/objects/2026-09/contacts?limit=100', variable('TIDEMARK_DEMO_HUBSPOT'))
      if (after) url.searchParams.set('after', after)
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
      const page = (await response.json()) as { results: typeof contacts; paging?: { next: { after: string } } }
      contacts.push(...page.results)
      after = page.paging?.next.after
    } while (after)
    expect(new Set(contacts.map(({ id }) => id))).toEqual(new Set(orders.map((row) => row.split(',')[2])))
    const [first] = orders
    const since = contacts.find(({ id }) => id === first!.split(',')[2])!.createdAt
    expect(Date.parse(since)).toBe(localInstant(at(first!), ZONE))
  })

  test('tells the config where its vendors are, all of them on this machine', async () => {
    await open('2026-11-20T12:00:00Z')
    expect(env).toEqual(demo!.variables)
    const addresses = Object.entries(env).filter(([name]) => /^TIDEMARK_DEMO_(?!SHOP$)/.test(name))
    for (const { id, definition, options } of vendors) {
      const name = `TIDEMARK_DEMO_${upper(id)}`
      expect(variable(name), name).toMatch(/^http:/)
      // Whoever gives out tokens elsewhere is told where; nobody else may be.
      const hasTokens = `${name}_TOKENS` in env
      expect(definition.options.safeParse({ ...options, tokenUrl: 'http://127.0.0.1/' }).success, name).toBe(hasTokens)
    }
    for (const [name, value] of addresses) expect(new URL(value!).hostname, name).toBe('127.0.0.1')
  })

  test('gives every source its secrets, and a rotating one a new one at each start', async () => {
    await open('2026-11-20T12:00:00Z')
    for (const { id, definition } of vendors) {
      for (const secret of definition.secrets) {
        const name = `TIDEMARK_${upper(id)}_${upper(secret.replace(/[A-Z]/g, (letter) => `_${letter}`))}`
        expect(variable(name), name).not.toBe('')
      }
    }
    // What a source kept of it in an earlier start gives way to another one.
    const before = variable('TIDEMARK_X_REFRESH_TOKEN')
    await open('2026-11-20T12:00:00Z')
    expect(variable('TIDEMARK_X_REFRESH_TOKEN')).not.toBe(before)
  })
})

describe('the checked-in config', () => {
  const shop = checkedIn.sources.find(({ id }) => id === 'shop') as Source<{ file: string; map: unknown }>
  const map = shop.options.map as (row: Record<string, string>) => unknown

  test('stands without the demo', () => {
    const hosts = vendors.map(({ options }) => options.baseUrl && new URL(options.baseUrl).hostname)
    expect(hosts).toEqual([
      'api.hubapi.com',
      'analyticsdata.googleapis.com',
      'analytics.adobe.io',
      'graph.facebook.com',
      // Instagram's is that of its login.
      undefined,
      'api.x.com',
      'api.linkedin.com',
      'youtubeanalytics.googleapis.com',
    ])
    expect(vendors.map(({ options }) => options.tokenUrl)).toEqual(Array(8).fill(undefined))
    expect(shop.options.file).toBe('sandbox/demo/data/shop.csv.gz')
  })

  test('maps orders and redemptions of people it knows from the CRM', async () => {
    const [header, ...rows] = await open('2026-11-20T12:00:00Z')
    const names = header!.split(',')
    const mapped = rows.map((row) => map(Object.fromEntries(row.split(',').map((value, i) => [names[i], value]))))
    const order = mapped[rows.findIndex((row) => row.startsWith('order'))]
    expect(order).toMatchObject({
      fact: 'orders',
      columns: { currency: 'USD', kind: 'order', customer: { ids: [expect.any(String)], of: 'hubspot' } },
    })
    expect(mapped[rows.findIndex((row) => row.startsWith('redemption'))]).toMatchObject({
      fact: 'interactions',
      columns: { channel: 'commerce', kind: 'action', initiator: 'customer', content: 'campaign 26' },
    })
  })
})
