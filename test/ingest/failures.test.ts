import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { keys, type RunRow } from '../../functions/store/rows.ts'
import { type FaultyServer, openFaultyServer, type Reply } from '../kit/faulty-server.ts'
import { type Deployment, deploy } from './deployment.ts'
import { daily, openVendor } from './vendor.ts'
import { openWebVendor } from './web-vendor.ts'

const NOW = '2026-11-20T06:00:00Z'
let server: FaultyServer
beforeAll(async () => {
  server = await openFaultyServer()
})
afterAll(() => server.close())

const answer =
  (status: number, body: string): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body)
  }
const PAGE = { items: [{ id: '1', at: '2026-11-19T12:00:00Z' }], next: 'c2' }

/** Fails once, and says what was thrown and what the run's row says. */
async function fail(deployed: Deployment, event: Parameters<Deployment['once']>[0] = {}) {
  const error: unknown = await deployed.once(event).then(
    () => expect.unreachable('it did not fail'),
    (thrown) => thrown,
  )
  const [row] = (await Array.fromAsync(
    deployed.store.table.query(keys.run('shop', '').pk, { reverse: true }),
  )) as RunRow[]
  return { error: error as TidemarkError, row: row! }
}

describe('a failure is noted with its code and message, and thrown; nothing is visible', () => {
  test('a secret that is not set', async () => {
    server.reply(answer(200, '{}'))
    server.seen.length = 0
    const source = openWebVendor('shop', { url: server.url, secrets: ['token'] })
    await using deployed = await deploy({ sources: [source], now: NOW })
    const { error, row } = await fail(deployed)
    expect(error).toMatchObject({ code: 'credentials', message: expect.stringContaining('TIDEMARK_SHOP_TOKEN') })
    expect(row).toMatchObject({
      status: 'failed',
      ended: '2026-11-20T06:00:00.000Z',
      error: { code: error.code, message: error.message },
    })
    expect(server.seen).toEqual([])
  })

  test.each([
    ['a key that is refused', [answer(401, '{}')], 'credentials'],
    ['an answer of another shape', [answer(200, '{"next":7}')], 'changed'],
    ['an answer of another shape, later', [answer(200, JSON.stringify(PAGE)), answer(200, '[]')], 'changed'],
    ['a request that is refused', [answer(400, '{}')], 'changed'],
  ] as const)('%s', async (_, replies, code) => {
    server.reply(...replies)
    await using deployed = await deploy({ sources: [openWebVendor('shop', { url: server.url })], now: NOW })
    const { error, row } = await fail(deployed)
    expect(error).toMatchObject({ code })
    expect(row).toMatchObject({ status: 'failed', error: { code, message: error.message }, pages: replies.length - 1 })
    expect(await deployed.parts()).toEqual({})
    expect(await deployed.cursor()).toBeUndefined()
    expect(await deployed.keys('log/')).toEqual([])
    expect(await deployed.keys('manifests/')).toEqual([])
  })

  test.each(['unavailable', 'invalid', 'changed'] as const)('%s of the stream', async (code) => {
    const vendor = openVendor('shop', { kind: 'events' })
    vendor.before = () => {
      throw new TidemarkError(code, 'down for the day', { retryAfter: 5 })
    }
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    const { error, row } = await fail(deployed)
    expect(error).toMatchObject({ code, message: 'down for the day' })
    expect(row).toMatchObject({ status: 'failed', error: { code, message: 'down for the day' } })
  })

  test('a page that the lake does not take', async () => {
    const vendor = openVendor('shop', { kind: 'events' })
    vendor.records = daily(['2026-11-19'], 4)
    const full = new TidemarkError('limited', 'the lake is asked too often')
    await using deployed = await deploy({
      sources: [vendor.source],
      now: NOW,
      wrap: (store) => ({
        ...store,
        lake: {
          ...store.lake,
          put: (key, body) => (key.startsWith('raw/') ? Promise.reject(full) : store.lake.put(key, body)),
        },
      }),
    })
    // Not a wait: what was counted of the page would be counted again.
    const { error, row } = await fail(deployed)
    expect(error).toBe(full)
    expect(row).toMatchObject({ status: 'failed', error: { code: 'limited' } })
  })
})

test('a run that failed is taken up by the next as if it had not been', async () => {
  const vendor = openVendor('shop', { kind: 'events' })
  vendor.records = daily(['2026-11-19'], 4)
  vendor.before = (n) => {
    if (n === 1) throw new TidemarkError('unavailable', 'down')
    return undefined
  }
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  const { row } = await fail(deployed)
  vendor.before = () => undefined
  const { run } = await deployed.ingest()
  expect(run! > row.sk).toBe(true)
  expect((await deployed.rows()).every((one) => one.run === run)).toBe(true)
  expect(await deployed.run(row.sk)).toMatchObject({ status: 'failed' })
})

test.each([
  [{ source: 'nobody' }, "no source 'nobody' in the config; have shop, mail"],
  [{ stream: 'nothing' }, "source 'shop' has no stream 'nothing'; have rows"],
  [{ source: 'constructor' }, "no source 'constructor'"],
])('what the config does not have is the caller’s fault: %j', async (event, message) => {
  const sources = [openVendor('shop', { kind: 'events' }).source, openVendor('mail', { kind: 'events' }).source]
  await using deployed = await deploy({ sources, now: NOW })
  await expect(deployed.once(event)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining(message),
  })
  expect(await deployed.keys('')).toEqual([])
})

test('a source that fails leaves the others alone', async () => {
  const [shop, mail] = [openVendor('shop', { kind: 'events' }), openVendor('mail', { kind: 'events' })]
  shop.before = () => {
    throw new TidemarkError('credentials', 'no such key')
  }
  mail.records = daily(['2026-11-19'], 3)
  await using deployed = await deploy({ sources: [shop.source, mail.source], now: NOW })
  await fail(deployed)
  expect(await deployed.ingest({ source: 'mail' })).toMatchObject({ status: 'ok', facts: 3 })
  expect(Object.keys(await deployed.parts('mail'))).toEqual(['2026-11-19'])
})

test('one slice that fails ends the others, and what it met is what is thrown', async () => {
  const vendor = openVendor('shop', { kind: 'events', slices: ['a', 'b'] })
  vendor.records = daily(['2026-11-19'], 100).map((record) => ({ ...record, slice: 'a' }))
  vendor.before = (_, { slice }) => {
    if (slice === 'b') throw new TidemarkError('credentials', 'not for b')
    return undefined
  }
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  const { error } = await fail(deployed)
  expect(error.message).toBe('not for b')
  expect(vendor.asked[0]!.pages.length).toBeLessThan(10)
})

test('nothing is written once a run has failed', async () => {
  const vendor = openVendor('shop', {
    kind: 'events',
    map: () => {
      throw new Error('boom')
    },
  })
  vendor.records = daily(['2026-11-19'], 1)
  const writing = Promise.withResolvers<void>()
  const late = Promise.withResolvers<void>()
  let hasFailed = false
  const afterwards: string[] = []
  await using deployed = await deploy({
    sources: [vendor.source],
    now: NOW,
    wrap: (store) => ({
      ...store,
      lake: {
        ...store.lake,
        async put(key, body) {
          writing.resolve()
          await late.promise
          if (hasFailed) afterwards.push(key)
          await store.lake.put(key, body)
        },
      },
    }),
  })
  const failing = expect(deployed.once()).rejects.toThrow('boom')
  void writing.promise.then(() => setImmediate(late.resolve))
  await failing
  hasFailed = true
  await late.promise
  await new Promise(setImmediate)
  expect(afterwards).toEqual([])
})

test('a request that would outlast the invocation is given up; the next one asks again', async () => {
  server.seen.length = 0
  server.reply(() => {
    // Never answers.
  })
  await using deployed = await deploy({ sources: [openWebVendor('shop', { url: server.url })], now: NOW })
  deployed.remaining = () => 60_001
  const first = await deployed.once()
  expect(first).toMatchObject({ status: 'more', pages: 0 })
  deployed.remaining = () => 900_000
  server.reply(answer(200, JSON.stringify({ ...PAGE, next: null })))
  expect(await deployed.once({ state: first.state })).toMatchObject({ status: 'ok', run: first.run, facts: 1 })
})

test('after the last page that is kept, the vendor is left alone', async () => {
  server.seen.length = 0
  server.reply(answer(200, JSON.stringify(PAGE)))
  await using deployed = await deploy({ sources: [openWebVendor('shop', { url: server.url })], now: NOW })
  deployed.remaining = () => 30_000
  expect(await deployed.once()).toMatchObject({ status: 'more' })
  expect(server.seen).toHaveLength(1)
})
