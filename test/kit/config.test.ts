import { describe, expect, test } from 'vitest'
import { type ConfigInput, configData, defineConfig } from '../../functions/kit/config.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { sourceOf } from './sources.ts'

const least: ConfigInput = { timezone: 'Europe/Berlin', currency: 'EUR', sources: [sourceOf('web')] }
const define = (over: Partial<ConfigInput>) => defineConfig({ ...least, ...over })
const refusal = (message: string) => new TidemarkError('invalid', message)

/** What a config has that does not say otherwise. */
const defaults = {
  windows: [1, 7, 28, 'all'],
  churn: 'contractual',
  score: [],
  targets: {},
  pointsCap: null,
  overlap: 28,
  weights: {},
  owners: {},
  kinds: [],
  engagement: {},
  rates: [],
}

test('only zone, currency and sources are required', () => {
  expect(defineConfig(least)).toEqual({ ...least, ...defaults })
})

test('everything given is kept', () => {
  const over = {
    windows: [1, 90] as number[],
    weights: { purchase: 10, 'social.like': 0.5, scan: -1 },
    owners: { interactions: 'web', 'tickets.chat': 'web' },
    kinds: ['scan'],
    engagement: { scan: { engagement: 'social', pillar: 'product' }, 'email.click': { pillar: 'brand' } } as const,
    customers: [{ from: '2026-01-01', count: 200 }],
    rates: [{ currency: 'USD', from: '2026-01-01', rate: 0.92 }],
    targets: { revenue: 500_000, churn_rate: 2.5 },
  }
  expect(define(over)).toEqual({ ...least, ...defaults, ...over })
})

describe('refused are', () => {
  test.each([
    [
      'an unknown zone',
      { timezone: 'Europe/Berlim' },
      "'Europe/Berlim' is no time zone; expected an IANA name, such as Europe/Berlin or UTC",
    ],
    [
      'an offset for a zone',
      { timezone: '+01:00' },
      "'+01:00' is no time zone; expected an IANA name, such as Europe/Berlin or UTC",
    ],
    ['no sources', { sources: [] }, 'config: sources is empty; expected at least one'],
    [
      'two sources of one id',
      { sources: [sourceOf('web'), sourceOf('crm'), sourceOf('web')] },
      "config: two sources have the id 'web'; give one of them another: source({ … }, { id })",
    ],
    [
      'two sources of orders without an owner',
      { sources: [sourceOf('shop', ['orders']), sourceOf('web'), sourceOf('till', ['carts', 'orders'])] },
      "config: 'shop' and 'till' all yield orders, which would count twice; name whose count: owners: { orders: 'shop' }",
    ],
    [
      'an owner that is no source',
      { sources: [sourceOf('web'), sourceOf('crm')], owners: { 'tickets.chat': 'zendesk' } },
      "config: owners['tickets.chat'] is 'zendesk', which is no source; have web, crm",
    ],
    [
      'an owner of a channel that does not exist',
      { owners: { 'tickets.fax': 'web' } },
      "config: owners['tickets.fax']: expected a fact, interactions.<channel> or tickets.<channel>",
    ],
    [
      'an owner of a channel of a fact that has none to own',
      { owners: { 'orders.web': 'web' } },
      "config: owners['orders.web']: expected a fact, interactions.<channel> or tickets.<channel>",
    ],
  ])('%s', (_, over, message) => {
    expect(() => define(over)).toThrow(refusal(message))
  })

  test.each(['scan', 'fax.like', 'social.scan', 'social.like.more', '.like', 'social.', ''])(
    "weights and types of '%s'",
    (key) => {
      const message = new RegExp(`^config: '${key}' is neither a kind nor a channel\\.kind; kinds: visit, action, `)
      expect(() => define({ weights: { [key]: 1 } })).toThrow(message)
      expect(() => define({ engagement: { [key]: {} } })).toThrow(message)
    },
  )

  test.each<[string, Record<string, unknown>]>([
    ['currency', { currency: 'eur' }],
    ['windows', { windows: [] }],
    ['windows', { windows: [0] }],
    ['windows', { windows: [1.5] }],
    ['windows', { windows: [3_661] }],
    ['windows', { windows: ['week'] }],
    ['weights', { weights: { like: Number.NaN } }],
    ['weights', { weights: { like: '1' } }],
    ['kinds', { kinds: ['Scan'] }],
    ['engagement', { engagement: { like: { engagement: 'loud' } } }],
    ['customers', { customers: [{ from: '2026-02-30', count: 1 }] }],
    ['customers', { customers: [{ from: '2026-01-01', count: -1 }] }],
    ['rates', { rates: [{ currency: 'USD', from: '2026-01-01', rate: 0 }] }],
    ['timezone', { timezone: undefined }],
    ['secrets', { secrets: { token: 'x' } }],
  ])('a wrong or unknown field, by its name: %s', (field, over) => {
    const error = (() => {
      try {
        return defineConfig({ ...least, ...over } as ConfigInput)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toMatchObject({ code: 'invalid' })
    expect((error as Error).message).toMatch(new RegExp(`^config: .*${field}`, 's'))
  })

  test('and every wrong field is named at once', () => {
    expect(() => define({ currency: '', windows: [] })).toThrow(/currency.*windows/s)
  })
})

test('one owner settles whose orders count', () => {
  const sources = [sourceOf('shop', ['orders']), sourceOf('till', ['orders'])]
  expect(define({ sources, owners: { orders: 'till' } }).owners).toEqual({ orders: 'till' })
})

test('a source whose facts only its own map knows is not suspected of orders', () => {
  expect(() => define({ sources: [sourceOf('shop', ['orders']), sourceOf('files', null)] })).not.toThrow()
})

test('configData is plain data: it survives JSON, and holds no code', () => {
  const data = configData(define({ sources: [sourceOf('shop', ['orders'])], weights: { purchase: 10 } }))
  expect(JSON.parse(JSON.stringify(data))).toEqual(data)
  expect(data).toMatchObject({
    timezone: 'Europe/Berlin',
    weights: { purchase: 10 },
    sources: [
      {
        id: 'shop',
        name: 'vendor',
        streams: [{ name: 'items', kind: 'events', facts: ['orders'], emits: [], settles: 0 }],
      },
    ],
  })
})
