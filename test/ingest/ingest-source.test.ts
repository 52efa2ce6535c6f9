import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  ingestSource,
  type SourceAnswer,
  type SourceEvent,
  type SourceState,
} from '../../functions/ingest/ingest-source.ts'
import { localFiles } from '../../functions/ingest/local-files.ts'
import { defineConfig } from '../../functions/kit/config.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { takeLease } from '../../functions/store/lease.ts'
import { type Deployment, deploy } from './deployment.ts'
import { daily, openVendor, type Vendor } from './vendor.ts'

const NOW = '2026-11-20T06:00:00Z'
const streams = ['a', 'b', 'c'] as const

let vendors: Record<string, Vendor>
let deployed: Deployment
let told: string[]
let invocations: number
/** What `getRemainingTimeInMillis` says, each time it is asked. */
let remaining: () => number

beforeEach(async () => {
  vendors = Object.fromEntries(streams.map((stream) => [stream, openVendor('shop', { kind: 'events' })]))
  for (const vendor of Object.values(vendors)) vendor.records = daily(['2026-11-19'], 3)
  deployed = await deploy({ sources: [source()], now: NOW })
  told = []
  invocations = 0
  remaining = () => 900_000
})
afterEach(() => deployed[Symbol.asyncDispose]())

/** One source of three streams, each a vendor of its own. */
const source = () => ({
  ...vendors.a!.source,
  streams: Object.fromEntries(streams.map((stream) => [stream, vendors[stream]!.source.streams.rows!])),
})

/** One invocation, as Lambda makes it. */
function once(event: Partial<SourceEvent> = {}): Promise<SourceAnswer> {
  const config = defineConfig({ timezone: 'UTC', currency: 'EUR', sources: [source()] })
  const { store, home } = deployed
  const deps = { store, config, now: () => new Date(NOW), files: () => localFiles(home), host: 'lambda' }
  const watch = {
    answered: ({ stream, status }: { stream: string; status: string }) => void told.push(`${stream} ${status}`),
    failed: (_: string, stream: string, error: unknown) => void told.push(`${stream}: ${(error as Error).message}`),
  }
  const given = {
    execution: 'one',
    source: 'shop',
    streams,
    from: null,
    to: null,
    force: false,
    results: [],
    state: null,
  }
  const invocation = { awsRequestId: String(invocations++), getRemainingTimeInMillis: () => remaining() }
  return ingestSource({ ...deps, watch }, JSON.parse(JSON.stringify({ ...given, ...event })), invocation)
}

/** Invocations until it is done. */
async function untilDone(event: Partial<SourceEvent> = {}): Promise<{ last: SourceAnswer; waits: number[] }> {
  const waits: number[] = []
  let last = await once(event)
  for (; last.status !== 'done'; last = await once({ ...event, results: last.results, state: last.state })) {
    if (last.status === 'wait') waits.push(last.waitSeconds)
  }
  return { last, waits }
}

const statuses = ({ results }: SourceAnswer) => results.map(({ stream, status }) => `${stream} ${status}`)

const fail = (code: ConstructorParameters<typeof TidemarkError>[0]) => () => {
  throw new TidemarkError(code, 'no, "really"')
}

test('one invocation reads every stream, in turn', async () => {
  const answer = await once()
  expect(answer).toMatchObject({ status: 'done', waitSeconds: 0, state: null })
  expect(answer.results).toEqual(
    streams.map((stream) => ({
      source: 'shop',
      stream,
      status: 'ok',
      run: expect.any(String),
      days: 1,
      pages: 2,
      records: 3,
      facts: 3,
      quarantined: 0,
    })),
  )
  expect(told).toEqual(['a ok', 'b ok', 'c ok'])
})

describe('a stream that fails does not stop the others', () => {
  test.each(['credentials', 'changed', 'invalid'] as const)('%s is not tried again', async (code) => {
    vendors.a!.before = fail(code)
    const answer = await once()
    expect(statuses(answer)).toEqual(['a failed', 'b ok', 'c ok'])
    expect(answer.results[0]).toMatchObject({ error: { Error: code, Cause: 'no, "really"' } })
    expect(vendors.a!.asked).toHaveLength(1)
  })

  test('what may pass is tried again three times, later each time', async () => {
    vendors.b!.before = fail('unavailable')
    const { last, waits } = await untilDone()
    expect(statuses(last)).toEqual(['a ok', 'b failed', 'c ok'])
    expect(last.results[1]).toMatchObject({ error: { Error: 'unavailable', Cause: 'no, "really"' } })
    expect(vendors.b!.asked).toHaveLength(4)
    expect(waits).toHaveLength(3)
    waits.forEach((wait, n) => {
      expect(wait).toBeGreaterThanOrEqual(1)
      expect(wait).toBeLessThanOrEqual([5, 15, 45][n]!)
    })
    // What was read before it is not asked for again.
    expect(vendors.a!.asked).toHaveLength(1)
    expect(told).toEqual(['a ok', ...Array(4).fill('b: no, "really"'), 'c ok'])
  })

  test('what passes is no failure, and counts anew for the next stream', async () => {
    const failing = (times: number) => (): undefined => {
      if (times-- > 0) fail('unavailable')()
    }
    vendors.a!.before = failing(3)
    vendors.b!.before = failing(3)
    const { last, waits } = await untilDone()
    expect(statuses(last)).toEqual(['a ok', 'b ok', 'c ok'])
    expect(waits).toHaveLength(6)
  })

  test('a fault of our own is told by its name, without its message', async () => {
    vendors.a!.before = () => {
      throw new TypeError('x of ada@example.com is not a function')
    }
    const answer = await once()
    expect(answer.results[0]).toEqual({
      source: 'shop',
      stream: 'a',
      status: 'failed',
      error: { Error: 'TypeError', Cause: 'unexpected; the log of the function says more' },
    })
    expect(told[0]).toBe('a: x of ada@example.com is not a function')
    expect(statuses(answer).slice(1)).toEqual(['b ok', 'c ok'])
  })
})

describe('what takes longer goes on in the next invocation', () => {
  test('of a stream that has to wait, where it stopped; the streams before it are not asked again', async () => {
    let waited = 0
    vendors.b!.before = (n) => (n === 1 && waited++ < 2 ? 'wait' : undefined)
    const { last, waits } = await untilDone()
    expect(statuses(last)).toEqual(['a ok', 'b ok', 'c ok'])
    expect(last.results[1]).toMatchObject({ records: 3, facts: 3 })
    expect(waits).toEqual([60, 120])
    expect(vendors.a!.asked).toHaveLength(1)
    expect(vendors.b!.asked.flatMap(({ pages }) => pages)).toEqual([0, 1])
  })

  test('no stream is begun a minute after the first', async () => {
    let left = 900_000
    remaining = () => left
    vendors.a!.before = () => {
      left -= 61_000
      return undefined
    }
    const first = await once()
    expect(first).toMatchObject({ status: 'more', state: { failures: 0, reading: null } })
    expect(statuses(first)).toEqual(['a ok'])
    const second = await once({ results: first.results, state: first.state })
    expect(statuses(second)).toEqual(['a ok', 'b ok', 'c ok'])
  })

  test('a state of another version is refused', async () => {
    const state = { stream: 'b' } as unknown as SourceState
    await expect(once({ state })).rejects.toMatchObject({ code: 'invalid' })
  })
})

describe('an invocation that is killed', () => {
  /** Leaves behind what such an invocation leaves: a run that is under way, and its lease. */
  async function killedAt(stream: 'a' | 'b' | 'c', execution: string) {
    vendors[stream]!.before = () => 'wait'
    const { results, state } = await once({ execution })
    await takeLease(deployed.store.table, 'shop', stream, `lambda:${execution}:killed`, 960)
    vendors[stream]!.before = () => undefined
    return { run: state!.reading!.unfinished!.run, results }
  }

  test('fails its stream, and the call that repeats it reads the others', async () => {
    const { run } = await killedAt('b', 'one')
    const answer = await once()
    expect(statuses(answer)).toEqual(['a ok', 'b failed', 'c ok'])
    expect(answer.results[1]).toMatchObject({ error: { Error: 'died', Cause: expect.stringContaining('memory') } })
    expect(await deployed.run(run)).toMatchObject({
      stream: 'b',
      status: 'failed',
      ended: '2026-11-20T06:00:00.000Z',
      error: { code: 'unavailable', message: expect.stringContaining('died') },
    })
  })

  test('of another run of the workflow may be alive: that one reads the stream', async () => {
    const { run } = await killedAt('b', 'another')
    expect(statuses(await once())).toEqual(['a ok', 'b duplicate', 'c ok'])
    expect(await deployed.run(run)).toMatchObject({ status: 'running' })
  })

  test('keeps its lease a minute longer than it could have lived', async () => {
    let expires = 0
    vendors.a!.before = () => {
      void deployed.store.table.get('lease#shop', 'a').then((row) => {
        expires = row!.expires!
      })
      return undefined
    }
    const before = Math.floor(Date.now() / 1000)
    await once()
    expect(expires - before).toBeGreaterThanOrEqual(960)
  })
})
