import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { zone } from '../../functions/kit/day.ts'
import { defineSource } from '../../functions/kit/define-source.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import type { Stream } from '../../functions/kit/source.ts'
import { emptyStream } from './sources.ts'

const shop = (streams: Record<string, Stream> = { orders: emptyStream() }) =>
  defineSource({
    name: 'shop',
    docs: 'https://shop.example/docs',
    options: z.strictObject({ limit: z.int().default(250), url: z.url().optional() }),
    secrets: ['token'],
    streams: () => streams,
  })

const refusal = (message: string) => new TidemarkError('invalid', message)

test('a source is its definition, its options with defaults, and its streams', () => {
  const make = shop()
  const source = make({ url: 'https://x.example' })
  expect(source).toMatchObject({ id: 'shop', options: { limit: 250, url: 'https://x.example' } })
  expect(Object.keys(source.streams)).toEqual(['orders'])
  expect(source.definition).toBe(make.definition)
  expect(make({}, { id: 'shop-2' }).id).toBe('shop-2')
})

test('options that do not fit are named, all of them', () => {
  // @ts-expect-error: limit is a number
  expect(() => shop()({ limit: 'many' })).toThrow(
    /^options of source 'shop' \(shop\): limit is 'many'; expected number$/,
  )
  // @ts-expect-error: no such option
  expect(() => shop()({ secret: 'x' }, { id: 'b' })).toThrow(
    /^options of source 'b' \(shop\): 'secret' is no known field$/,
  )
})

test('a zone that is none is told with the source whose it is', () => {
  const at = defineSource({
    name: 'shop',
    docs: 'https://shop.example/docs',
    options: z.strictObject({ zone: z.string().transform(zone) }),
    secrets: [],
    streams: () => ({ orders: emptyStream() }),
  })
  expect(() => at({ zone: 'Pacific' })).toThrow(/^options of source 'shop' \(shop\): 'Pacific' is no time zone/)
})

test.each(['Shop', '2nd', 'shop_2', '-shop', 'a'.repeat(25), ''])("'%s' is no id", (id) => {
  expect(() => shop()({}, { id })).toThrow(
    refusal(`'${id}' is no source id; expected a lower-case letter, then up to 23 of a-z, 0-9 and '-'`),
  )
})

test.each(['a', 'a'.repeat(24), 'shop-2'])("'%s' is an id", (id) => expect(shop()({}, { id }).id).toBe(id))

describe('streams are refused that', () => {
  const changed = () => '2026-11-19T08:00:00Z'
  test.each<[string, string, Partial<Stream>, string]>([
    ['are named badly', 'Orders', {}, "'shop.Orders': a stream is named in lower snake case"],
    ['have a dot in their name', 'orders.open', {}, "'shop.orders.open': a stream is named in lower snake case"],
    [
      'are entities without a change time',
      'orders',
      { kind: 'entity' },
      "shop.orders is an entity stream and declares no 'changed'",
    ],
    [
      'have a change time and are no entities',
      'orders',
      { changed },
      "shop.orders is no entity stream; 'changed' and 'gone' have no meaning there",
    ],
    [
      'vanish and are no entities',
      'orders',
      { gone: () => [] },
      "shop.orders is no entity stream; 'changed' and 'gone' have no meaning there",
    ],
    ['know only now and are no level', 'orders', { past: false }, "shop.orders: only a level can be 'past: false'"],
  ])('%s', (_, name, over, message) => {
    expect(() => shop({ [name]: emptyStream(over) })({})).toThrow(refusal(message))
  })

  test('and those that fit are not', () => {
    const streams = {
      orders: emptyStream({ kind: 'entity', changed }),
      levels: emptyStream({ kind: 'level', past: false }),
    }
    expect(Object.keys(shop(streams)({}).streams)).toEqual(['orders', 'levels'])
  })
})
