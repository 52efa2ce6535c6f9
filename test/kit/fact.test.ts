import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FactName, facts } from '../../functions/facts.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { type FactRow, isLocalTime, MAX_NUMBER } from '../../functions/kit/fact.ts'
import { person } from '../../functions/kit/person.ts'

type Row = Record<string, unknown>
const make = (name: FactName, row: Row): FactRow => (facts[name] as unknown as (row: Row) => FactRow)(row)
const names = Object.keys(facts) as FactName[]
const refusal = (message: string) => new TidemarkError('invalid', message)

const at = '2026-11-19T08:00:00.000Z'
const jane = person({ email: 'jane@example.com' })

/** The least that each fact needs. */
const least: Record<FactName, Row> = {
  interactions: { at, channel: 'web', kind: 'visit' },
  customers: { customer: jane, since: at },
  orders: { id: '1', at, amount: 1_999, currency: 'EUR', kind: 'order' },
  carts: { id: '1', opened: at },
  responses: { id: '1', at, survey: 'nps', value: 9, scale: [0, 10] },
  tickets: { id: '1', opened: at, channel: 'support' },
  deals: { id: '1', opened: at },
  traffic: { day: '2026-11-19' },
  posts: { id: '1', at, channel: 'social' },
  audience: { at, channel: 'social', kind: 'followers', value: 12 },
  sends: { id: '1', at, channel: 'email', sent: 100 },
  referrals: { id: '1', at },
}

/** Everything else that each fact takes. */
const more: Record<FactName, Row> = {
  interactions: {
    count: 3,
    initiator: 'customer',
    actor: 'company',
    customer: jane,
    id: 'i',
    content: 'post',
    agent: jane,
    deals: ['2', '1'],
  },
  customers: { id: 's', role: 'contact', left: at, segment: 'gold', origin: 'ad' },
  orders: { customer: jane, order: '0' },
  carts: { completed: at, customer: jane },
  responses: { customer: jane, subject: 'shoe' },
  tickets: {
    initiator: 'company',
    first_reply: at,
    first_solved: at,
    solved: at,
    reopens: 1,
    contacts: 2,
    agent: jane,
    bot: false,
    customer: jane,
  },
  deals: { closed: at, won: true, amount: 5, currency: 'USD', customer: jane },
  traffic: {
    group: 'Direct',
    span: 7,
    sessions: 1,
    engaged_sessions: 1,
    users: 1,
    new_users: 1,
    views: 1,
    seconds: 1.5,
    carts: 1,
    checkouts: 1,
  },
  posts: {
    account: 'a',
    basis: 'day',
    published: at,
    impressions: 1,
    reach: 1,
    likes: 1,
    comments: 1,
    shares: 1,
    saves: 1,
    clicks: 1,
  },
  audience: { account: 'a' },
  sends: { account: 'a', delivered: 1, bounced: 1, opened: 1, clicked: 1, replied: 1, unsubscribed: 1 },
  referrals: { customer: jane, referred: person({ id: 2 }), converted: at, order: '9' },
}

describe('the vocabulary', () => {
  test('has twelve facts, each under its own name', () => {
    expect(names).toHaveLength(12)
    for (const name of names) expect(facts[name].name).toBe(name)
  })

  describe.each(names)('%s', (name) => {
    const { columns, description, time } = facts[name] as (typeof facts)['orders']
    const all = Object.entries(columns)

    test('describes itself and every column, with a unit for every number', () => {
      expect(description).toMatch(/\.$/)
      for (const [column, { type, unit, description }] of all) {
        expect(column).toMatch(/^[a-z][a-z_]*$/)
        expect(description.length, column).toBeGreaterThan(4)
        expect(unit !== undefined, `${column} is ${type} and its unit is ${unit}`).toBe(type === 'number')
      }
    })

    test('counts on a required day or time', () => {
      expect(columns[time]).toMatchObject({ optional: false })
      expect(['time', 'day']).toContain(columns[time].type)
    })

    test('never names a column that ingest adds', () => {
      for (const added of ['source', 'stream', 'record', 'version', 'run', 'nth'])
        expect(columns).not.toHaveProperty(added)
    })

    test('needs exactly what is not optional', () => {
      expect(Object.keys(least[name]).sort()).toEqual(
        all
          .filter(([, { optional }]) => !optional)
          .map(([key]) => key)
          .sort(),
      )
      expect(Object.keys({ ...least[name], ...more[name] }).sort()).toEqual(Object.keys(columns).sort())
      expect(make(name, least[name])).toEqual({ fact: name, columns: least[name] })
    })

    test('keeps all that it takes', () => {
      const { columns: kept } = make(name, { ...least[name], ...more[name] })
      expect(kept).toEqual({ ...least[name], ...more[name], ...(name === 'interactions' && { deals: ['1', '2'] }) })
    })

    test.each(Object.keys(least[name]))('refuses to be without %s', (column) => {
      const { [column]: _, ...rest } = least[name]
      const words = `${name}.${column} is missing; expected ${columns[column as 'id'].description}`
      for (const absent of [{}, { [column]: null }, { [column]: undefined }]) {
        expect(() => make(name, { ...rest, ...absent })).toThrow(refusal(words))
      }
    })

    test.each(Object.keys(more[name]))('takes null and undefined as absent: %s', (column) => {
      for (const absent of [null, undefined]) {
        expect(make(name, { ...least[name], [column]: absent }).columns).not.toHaveProperty(column)
      }
    })

    test('names a value of the wrong type by its column', () => {
      for (const [column, { type }] of all) {
        const wrong = {
          time: 'soon',
          day: '2026-02-30',
          text: 7,
          number: '7',
          flag: 'true',
          person: 'jane',
          texts: 'a',
          scale: 5,
        }[type]
        expect(() => make(name, { ...least[name], [column]: wrong }), column).toThrow(`${name}.${column}: `)
      }
    })

    test.each(['colour', 'toString', 'constructor'])("knows no column '%s'", (column) => {
      expect(() => make(name, { ...least[name], [column]: 1 })).toThrow(
        refusal(`${name} has no column '${column}'; it has ${Object.keys(columns).join(', ')}`),
      )
    })
  })
})

describe('times', () => {
  const stored = (value: unknown) => make('carts', { id: '1', opened: value }).columns.opened

  test.each([
    ['2026-11-19T08:00:00Z', '2026-11-19T08:00:00.000Z'],
    ['2026-11-19T08:00Z', '2026-11-19T08:00:00.000Z'],
    ['2026-11-19 08:00:00+0000', '2026-11-19T08:00:00.000Z'],
    ['2026-11-19T09:30:00.1234567+05:45', '2026-11-19T03:45:00.123Z'],
    ['2026-01-01T00:30:00+14:00', '2025-12-31T10:30:00.000Z'],
    ['2026-11-19t08:00:00z', '2026-11-19T08:00:00.000Z'],
    [new Date('2026-11-19T08:00:00Z'), '2026-11-19T08:00:00.000Z'],
    ['2026-11-19', '2026-11-19'],
  ])('%s is stored as %s', (given, kept) => expect(stored(given)).toBe(kept))

  test.each([
    ['2026-11-19T08:00:00', '2026-11-19T08:00:00'],
    ['2026-11-19 08:00', '2026-11-19T08:00'],
    ['2026-11-19 08:00:00.250', '2026-11-19T08:00:00.250'],
  ])('%s stays local', (given, kept) => {
    expect(stored(given)).toBe(kept)
    expect(isLocalTime(kept)).toBe(true)
  })

  test('only what lacks its zone is local', () => {
    for (const settled of ['2026-11-19', '2026-11-19T08:00:00.000Z', 'soon']) expect(isLocalTime(settled)).toBe(false)
  })

  test.each([
    '2026-02-30T08:00:00Z',
    '2026-02-30',
    '2026-02-30 08:00',
    '2026-11-19T25:00:00Z',
    '2026-11-19T08:60:00Z',
    '2026-11-19T08:00:00+99:00',
    '2026-11-19 25:00',
    '19.11.2026',
    '11/19/2026 08:00',
    '1763539200',
    '0026-11-19T08:00:00Z',
    '',
  ])("'%s' is no time", (given) => {
    expect(() => stored(given)).toThrow(
      refusal(`carts.opened: '${given}' is no time; expected an RFC 3339 instant or YYYY-MM-DD`),
    )
  })

  test.each([
    [new Date(Number.NaN), 'an invalid date'],
    [new Date('+012026-11-19T08:00:00Z'), '+012026-11-19T08:00:00.000Z'],
    [new Date('0026-11-19T08:00:00Z'), '0026-11-19T08:00:00.000Z'],
    [1_763_539_200_000, '1763539200000'],
  ])('nor is the value %o', (given, named) => {
    expect(() => stored(given)).toThrow(`carts.opened: '${named}' is no time`)
  })

  test('every instant of a date is kept to the millisecond', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1900-01-02'), max: new Date('2199-12-30'), noInvalidDate: true }),
        (date) => {
          expect(stored(date)).toBe(date.toISOString())
          expect(stored(date.toISOString().replace('Z', '+00:00'))).toBe(date.toISOString())
        },
      ),
    )
  })
})

describe('numbers', () => {
  const amount = (value: unknown) => make('orders', { ...least.orders, amount: value }).columns.amount
  const sent = (value: unknown) => make('sends', { ...least.sends, sent: value }).columns.sent

  test('may be negative where money goes back, zero, fractional, and never minus zero', () => {
    expect([-1_999, 0, 0.5, MAX_NUMBER, -MAX_NUMBER].map(amount)).toEqual([-1_999, 0, 0.5, MAX_NUMBER, -MAX_NUMBER])
    expect(Object.is(amount(-0), 0)).toBe(true)
    expect(Object.is(sent(-0), 0)).toBe(true)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, '7', true, 7n])('%s is no number', (value) => {
    expect(() => amount(value)).toThrow(refusal(`orders.amount: ${value} is no number`))
  })

  test('have their limits', () => {
    expect(() => amount(2 * MAX_NUMBER)).toThrow(
      'orders.amount: 2000000000000000 lies outside -1000000000000000 … 1000000000000000',
    )
    expect(() => sent(-1)).toThrow('sends.sent: -1 lies outside 0 … ')
    expect(() => make('traffic', { day: '2026-11-19', span: 0 })).toThrow('traffic.span: 0 lies outside 1 … ')
  })
})

describe('texts', () => {
  const id = (value: unknown) => make('carts', { id: value, opened: at }).columns.id

  test('are not empty and not endless', () => {
    expect(id('x'.repeat(1_000))).toHaveLength(1_000)
    expect(() => id('x'.repeat(1_001))).toThrow('carts.id: has 1001 characters; at most 1,000')
    expect(() => id('')).toThrow('carts.id: is empty; leave out what is unknown')
    expect(() => id(7)).toThrow('carts.id: 7 is no text')
    expect(() => id({ long: 'x'.repeat(1_000) })).toThrow(/^carts\.id: .{40} is no text$/)
  })

  test('half an emoji becomes a replacement character: as JSON it would make a whole file unreadable', () => {
    expect(id('nice 😀'.slice(0, 6))).toBe('nice \ufffd')
    expect(make('interactions', { ...least.interactions, deals: ['\udc00'] }).columns.deals).toEqual(['\ufffd'])
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 500 }), (text) => {
        expect((id(text) as string).isWellFormed()).toBe(true)
        if (text.isWellFormed()) expect(id(text)).toBe(text)
      }),
    )
  })

  test('lists are sets in order', () => {
    const deals = (value: unknown) => make('interactions', { ...least.interactions, deals: value }).columns.deals
    expect(deals(['b', 'a', 'b'])).toEqual(['a', 'b'])
    expect(deals([])).toEqual([])
    expect(() => deals(['a', 1])).toThrow('interactions.deals: expected a list of texts')
  })

  test('of a closed list name it', () => {
    expect(() => make('interactions', { ...least.interactions, channel: 'fax' })).toThrow(
      /^interactions\.channel: 'fax' is none of web, social, /,
    )
  })

  test.each(['eur', 'EURO', '', '€', 978])("currency '%s'", (value) => {
    expect(() => make('orders', { ...least.orders, currency: value })).toThrow(
      refusal(`orders.currency: '${value}' is no ISO 4217 code, such as EUR`),
    )
  })

  test('any kind passes here, since only ingest knows those that a config adds', () => {
    expect(make('interactions', { ...least.interactions, kind: 'loyalty_scan' }).columns.kind).toBe('loyalty_scan')
  })
})

describe('scales', () => {
  const scale = (value: unknown) => make('responses', { ...least.responses, scale: value }).columns.scale

  test('go from lowest to highest', () =>
    expect(
      [
        [0, 10],
        [-1, 1],
        [1, 5],
      ].map(scale),
    ).toEqual([
      [0, 10],
      [-1, 1],
      [1, 5],
    ]))

  test.each([
    [[10, 0]],
    [[5, 5]],
    [[0]],
    [[0, 5, 10]],
    [[null, 5]],
    [['0', '10']],
    [[0, Number.POSITIVE_INFINITY]],
    ['0-10'],
  ])('%j is none', (value) => {
    expect(() => scale(value)).toThrow(
      `responses.scale: ${JSON.stringify(value)} is no scale; expected [lowest, highest]`,
    )
  })
})

describe('people', () => {
  const nobody = person({ email: ' ' })

  test('nobody is absent where a person is optional, and refused where one is required', () => {
    expect(make('carts', { ...least.carts, customer: nobody }).columns).not.toHaveProperty('customer')
    expect(() => make('customers', { customer: nobody, since: at })).toThrow(
      refusal('customers.customer: no identifier of the person is known'),
    )
  })

  test('an address in place of a person is refused, and not repeated', () => {
    expect(() => make('carts', { ...least.carts, customer: 'jane@example.com' })).toThrow(
      refusal('carts.customer: expected person({ … }): facts hold keys, never addresses'),
    )
  })
})
