import { expect, test } from 'vitest'
import { facts, interactions, orders } from '../../functions/facts.ts'
import { person, personKeys } from '../../functions/kit/person.ts'
import { deploy, PEPPER } from './deployment.ts'
import { openVendor } from './vendor.ts'

const NOW = '2026-11-20T06:00:00Z'
const AT = '2026-11-19T12:00:00Z'

const key = (known: Parameters<typeof person>[0]) => personKeys(person(known), PEPPER, 'crm')!.key

test('facts hold keys: the strongest as the person, and a link for every other identifier', async () => {
  const customer = { email: 'Anna.Canary@Example.com', phone: '+49 170 5550001', id: 'canary-id-77' }
  const agent = { email: 'agent.canary@example.org', id: 'canary-agent-5' }
  const vendor = openVendor('crm', {
    kind: 'events',
    map: () =>
      interactions({ at: AT, channel: 'email', kind: 'open', customer: person(customer), agent: person(agent) }),
  })
  vendor.records = [{ key: 'r1', at: AT }]
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  const { run } = await deployed.ingest()
  expect(await deployed.rows()).toMatchObject([
    { customer: key({ email: customer.email }), agent: key({ email: agent.email }) },
  ])
  const links = (await deployed.rows('links')).map(({ a, a_kind, b, b_kind, record }) => [a, a_kind, b, b_kind, record])
  expect(links).toEqual([
    [key({ email: customer.email }), 'email', key({ phone: customer.phone }), 'phone', 'r1'],
    [key({ email: customer.email }), 'email', key({ id: customer.id }), 'id', 'r1'],
    [key({ email: agent.email }), 'email', key({ id: agent.id }), 'id', 'r1'],
  ])
  expect((await deployed.manifest('2026-11-19', run)).facts).toMatchObject({
    interactions: { rows: 1 },
    links: { rows: 3 },
  })
  expect((await deployed.manifest('2026-11-19', run)).rows).toBe(1)
})

test('an id is the same person only within its source, or the name space it states', async () => {
  const map = () => [
    interactions({ at: AT, channel: 'email', kind: 'open', customer: person({ id: 'canary-1' }) }),
    interactions({ at: AT, channel: 'email', kind: 'open', customer: person({ id: 'canary-1', of: 'crm' }) }),
  ]
  const [one, two] = [openVendor('crm', { kind: 'events', map }), openVendor('mail', { kind: 'events', map })]
  one.records = two.records = [{ key: 'r', at: AT }]
  await using deployed = await deploy({ sources: [one.source, two.source], now: NOW })
  await deployed.ingest({ source: 'crm' })
  await deployed.ingest({ source: 'mail' })
  const customers = async (source: string) =>
    (await deployed.rows('interactions', source)).map(({ customer }) => customer)
  const [own, shared] = await customers('crm')
  expect(own).toBe(shared)
  expect((await customers('mail'))[0]).not.toBe(own)
  expect((await customers('mail'))[1]).toBe(own)
})

/** People by every way in which a record can name them: read, quarantined, mapped wrongly, in every kind of stream. */
test.each(['events', 'report', 'level', 'entity', 'whole'] as const)(
  '%s: no address, phone number or id of a person is in any object but the raw pages',
  async (kind) => {
    const canaries = { email: 'canary.anna@example.com', phone: '+491705550007', id: 'canary-person-9' }
    const vendor = openVendor('crm', {
      kind,
      map: ({ key: name, at }) => {
        const customer = person(canaries)
        if (name === 'bad-time') return interactions({ at: canaries.email, channel: 'email', kind: 'open', customer })
        if (name === 'bad-kind') return interactions({ at, channel: 'email', kind: canaries.email as never, customer })
        if (name === 'bad-currency') {
          return orders({ id: 'o', at, amount: 1, currency: canaries.phone, kind: 'order', customer })
        }
        return [
          interactions({ at, channel: 'email', kind: 'open', customer, agent: person(canaries) }),
          orders({ id: name, at, amount: 1, currency: 'EUR', kind: 'order', customer }),
        ]
      },
    })
    vendor.pageSize = 1000
    const names = ['bad-time', 'bad-kind', 'bad-currency', ...Array.from({ length: 20 }, (_, n) => `good-${n}`)]
    vendor.records = names.map((name) => ({ key: name, at: AT, changed: AT }))
    vendor.arrange = (records) => [
      ...records,
      { ...records[0]!, key: 'odd', email: canaries.email, at: 7 as never } as never,
    ]
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    const answer = await deployed.ingest()
    expect(answer).toMatchObject({ status: 'ok', facts: 40, quarantined: 4 })
    const found = (await deployed.dump()).filter(({ text }) =>
      Object.values(canaries).some((canary) => text.toLowerCase().includes(canary)),
    )
    expect(found.map(({ path }) => path).filter((path) => !path.startsWith('lake/raw/'))).toEqual([])
    expect(found.length).toBe(1)
  },
)

test('every column that can hold a person is hashed', async () => {
  const canary = 'canary.everyone@example.com'
  const found = Object.values(facts).flatMap(({ name, columns }) =>
    Object.entries(columns)
      .filter(([, { type }]) => type === 'person')
      .map(([column]) => ({ fact: name, column })),
  )
  expect(found.length).toBeGreaterThan(8)
  const vendor = openVendor('crm', {
    kind: 'whole',
    map: ({ key: n }) => {
      const { fact, column } = found[Number(n)]!
      const kind = fact === 'interactions' && { kind: 'open' }
      return { fact, columns: { ...kind, [facts[fact].time]: AT, [column]: person({ email: canary }) } }
    },
  })
  vendor.records = found.map((_, n) => ({ key: String(n), at: AT }))
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  expect(await deployed.ingest()).toMatchObject({ facts: found.length, quarantined: 0 })
  for (const { fact, column } of found) {
    const values = (await deployed.rows(fact)).map((row) => row[column]).filter((value) => value !== undefined)
    expect(values, `${fact}.${column}`).toContain(key({ email: canary }))
  }
})
