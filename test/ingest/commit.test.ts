import { hostname } from 'node:os'
import { describe, expect, test } from 'vitest'
import type { Store } from '../../functions/store/open.ts'
import { keys } from '../../functions/store/rows.ts'
import { type Deployment, deploy } from './deployment.ts'
import { openMemoryStore } from './memory-store.ts'
import { daily, openVendor, type Vendor } from './vendor.ts'
import { type Call, watch } from './watched-store.ts'

const NOW = '2026-11-20T06:00:00Z'

describe('a commit writes', () => {
  /** Keys of writes in order, each with the kind of thing it is. */
  async function written(kind: 'events' | 'whole') {
    const calls: Call[] = []
    const vendor = openVendor('shop', { kind })
    vendor.pageSize = 1000
    const days = ['2026-11-17', '2026-11-18', '2026-11-19']
    vendor.records = daily(days, 40)
    await using deployed = await deploy({
      sources: [vendor.source],
      now: NOW,
      store: openMemoryStore,
      wrap: (store) =>
        watch(store, async (call, go) => {
          const result = await go()
          if (/put|delete/.test(call.what)) calls.push(call)
          return result
        }),
    })
    await deployed.ingest({ from: days[0]! })
    deployed.at('2026-11-20T20:00:00Z')
    vendor.records = [...daily(days.slice(1), 40), ...daily([days[0]!], 41)].slice(30)
    calls.length = 0
    await deployed.ingest({ from: days[0]!, force: true })
    return calls.map(({ key }) => key)
  }

  const kindOf = (key: string) => /^(lease|run#|raw|facts|runs|manifests|log|part|held|cursor)/.exec(key)![0]

  test('objects, manifests, log, pointers, holds, and the cursor last', async () => {
    const order = (await written('events')).map(kindOf)
    expect(order.filter((kind, n) => kind !== order[n - 1])).toEqual([
      'lease',
      'run#',
      'raw',
      'facts',
      'runs',
      'manifests',
      'log',
      'part',
      'held',
      'run#',
      'lease',
    ])
    const whole = (await written('whole')).map(kindOf)
    expect(whole.filter((kind, n) => kind !== whole[n - 1])).toEqual([
      'lease',
      'run#',
      'raw',
      'facts',
      'runs',
      'manifests',
      'log',
      'part',
      'cursor',
      'run#',
      'lease',
    ])
  })
})

/** What readers find: of every stream, parts with their contents, and the cursor. */
async function visible(deployed: Deployment, withRuns = false) {
  const bare = ({ run, ...row }: Readonly<Record<string, unknown>>) => (withRuns ? { run, ...row } : row)
  const parts = Object.values(await deployed.parts()).map(({ sk, rows, digest }) => ({ day: sk, rows, digest }))
  const facts = await Promise.all(['interactions', 'records', 'links'].map((fact) => deployed.rows(fact)))
  const cursor = await deployed.cursor()
  return {
    parts,
    facts: facts
      .flat()
      .map((row) => JSON.stringify(bare(row)))
      .sort(),
    cursor: cursor && [cursor.from, cursor.through, cursor.facts],
  }
}

test('a newer run wins: an older one moves neither pointers nor cursor, and leaves nothing behind', async () => {
  const vendor = openVendor('shop', { kind: 'events' })
  vendor.records = daily(['2026-11-18', '2026-11-19'], 5)
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  deployed.remaining = () => 30_000
  const older = await deployed.once({ from: '2026-11-18' })
  expect(older.status).toBe('more')

  deployed.remaining = () => 900_000
  vendor.records = daily(['2026-11-19'], 7)
  const newer = await deployed.ingest({ from: '2026-11-19' })
  const before = { parts: await deployed.parts(), cursor: await deployed.cursor() }

  vendor.records = daily(['2026-11-18', '2026-11-19'], 5)
  expect(await deployed.ingest({ from: '2026-11-18', state: older.state })).toMatchObject({
    status: 'ok',
    run: older.run,
  })
  const parts = await deployed.parts()
  expect(parts['2026-11-19']).toEqual(before.parts['2026-11-19'])
  expect(parts['2026-11-18']).toMatchObject({ run: older.run, rows: 5 })
  expect(await deployed.cursor()).toEqual(before.cursor)
  expect(await deployed.keys(`manifests/shop/rows/2026-11-19/`)).toEqual([
    `manifests/shop/rows/2026-11-19/${newer.run}.json`,
  ])
  expect((await deployed.keys('facts/interactions/day=2026-11-19/')).every((key) => key.includes(newer.run!))).toBe(
    true,
  )
})

test('an older run that is far smaller is not held against a newer one', async () => {
  const vendor = openVendor('shop', { kind: 'events' })
  vendor.records = daily(['2026-11-19'], 3)
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  deployed.remaining = () => 30_000
  const older = await deployed.once()
  deployed.remaining = () => 900_000
  vendor.records = daily(['2026-11-19'], 70)
  await deployed.ingest()
  vendor.records = daily(['2026-11-19'], 3)
  await deployed.ingest({ state: older.state })
  expect(await deployed.held()).toEqual({})
  expect((await deployed.parts())['2026-11-19']).toMatchObject({ rows: 70 })
})

class Killed extends Error {}

interface Scenario {
  readonly vendor: () => Vendor
  /** What the vendor holds on the first day and on the second. */
  readonly first: (vendor: Vendor) => void
  readonly second: (vendor: Vendor) => void
}

const changed = (key: string, at: string, gone?: string[]) => ({
  key,
  at: '2020-01-01T00:00:00Z',
  changed: at,
  ...(gone && { gone }),
})

const scenarios: Record<string, Scenario> = {
  events: {
    vendor: () => openVendor('shop', { kind: 'events', repull: 2 }),
    first: (vendor) => {
      vendor.records = daily(['2026-11-19'], 3)
    },
    second: (vendor) => {
      vendor.records = daily(['2026-11-18', '2026-11-19', '2026-11-20'], 4)
    },
  },
  entity: {
    vendor: () => openVendor('shop', { kind: 'entity' }),
    first: (vendor) => {
      vendor.records = [changed('a', '2026-11-01T00:00:00Z'), changed('b', '2026-11-19T00:00:00Z')]
    },
    second: (vendor) => {
      vendor.records = [
        changed('a', '2026-11-20T01:00:00Z'),
        changed('b', '2026-11-20T02:00:00Z', ['b']),
        changed('c', '2026-11-21T03:00:00Z'),
        changed('d', '2026-11-20T04:00:00Z'),
        changed('e', '2026-11-20T04:00:00Z'),
      ]
    },
  },
  whole: {
    vendor: () => openVendor('shop', { kind: 'whole' }),
    first: (vendor) => {
      vendor.records = daily(['2026-11-17', '2026-11-18', '2026-11-19'], 2)
    },
    second: (vendor) => {
      vendor.records = daily(['2026-11-17', '2026-11-19', '2026-11-20'], 3).slice(1)
    },
  },
}

/**
 * Collects two days; the second in invocations of two pages, as the workflow would. The `killAt`th call of the second
 * day, and all after it, fail: `before` the call has an effect, or after. The workflow then tries again from its state,
 * in another process: the one that was killed had this one's number.
 */
async function collect({ vendor: open, first, second }: Scenario, killAt: number, when: 'before' | 'after') {
  const vendor = open()
  let calls = Number.NEGATIVE_INFINITY
  const kill = (store: Store) =>
    watch(store, async (_, go) => {
      calls += 1
      if (calls > killAt || (calls === killAt && when === 'before')) throw new Killed()
      const result = await go()
      if (calls >= killAt) throw new Killed()
      return result
    })
  const host = `local:${hostname()}:${process.pid}:0`
  await using deployed = await deploy({ sources: [vendor.source], now: NOW, store: openMemoryStore, wrap: kill, host })
  first(vendor)
  await deployed.ingest()
  const atFirst = await visible(deployed)
  second(vendor)
  deployed.at('2026-11-21T06:00:00Z')
  deployed.remaining = (pagesRead) => (pagesRead >= 2 ? 30_000 : 900_000)
  calls = 0
  let state: Awaited<ReturnType<Deployment['once']>>['state'] = null
  let seen: Awaited<ReturnType<typeof visible>> | undefined
  for (;;) {
    try {
      const answer = await deployed.once({ state })
      if (answer.status !== 'more') break
      state = answer.state
    } catch (error) {
      if (!(error instanceof Killed)) throw error
      seen = await visible(deployed)
      calls = Number.NEGATIVE_INFINITY
      // A dead invocation's lease runs out, by the real clock.
      const { id, streams } = vendor.source
      for (const stream of Object.keys(streams)) await deployed.store.table.delete(`lease#${id}`, stream)
    }
  }
  return { calls, atFirst, seen, atLast: await visible(deployed) }
}

let points = 0

describe('killed at any call and tried again, the day ends as if nothing had been', () => {
  test.each(Object.keys(scenarios))('%s', async (name) => {
    const scenario = scenarios[name]!
    const clean = await collect(scenario, Number.POSITIVE_INFINITY, 'before')
    expect(clean.calls).toBeGreaterThan(30)
    expect(clean.atLast).not.toEqual(clean.atFirst)
    for (let n = 1; n <= clean.calls; n++) {
      for (const when of ['before', 'after'] as const) {
        const { seen, atLast } = await collect(scenario, n, when)
        points += 1
        expect(atLast, `killed ${when} call ${n}`).toEqual(clean.atLast)
        // Meanwhile, every part was wholly the old or wholly the new one.
        const parts = [...clean.atFirst.parts, ...clean.atLast.parts]
        expect(seen, `killed ${when} call ${n}`).toBeDefined()
        for (const part of seen!.parts) expect(parts).toContainEqual(part)
      }
    }
  })

  test('more than 200 points were tried', () => {
    expect(points).toBeGreaterThan(200)
  })
})

test('ids of runs ascend within a source, also between its streams and with a clock that goes back', async () => {
  const vendor = openVendor('shop', { kind: 'events' })
  await using deployed = await deploy({ sources: [vendor.source], now: NOW, store: openMemoryStore })
  const runs: string[] = []
  for (const now of [NOW, NOW, '2026-11-20T05:00:00Z', '2026-11-20T07:00:00Z']) {
    deployed.at(now)
    runs.push((await deployed.ingest({ force: true })).run!)
  }
  expect([...runs].sort()).toEqual(runs)
  expect(new Set(runs).size).toBe(4)
  expect((await deployed.parts())['2026-11-19']!.run).toBe(runs[3])
})

test('two streams that begin at once never share a run', async () => {
  const ids: string[] = []
  const vendor = openVendor('shop', { kind: 'events' })
  await using deployed = await deploy({
    sources: [vendor.source],
    now: '2020-01-01T00:00:00Z',
    store: openMemoryStore,
    // Just before a run is begun, another stream of the source begins one of the same id.
    wrap: (store) => ({
      ...store,
      table: {
        ...store.table,
        put: async (item, on) => {
          if (on === 'absent' && item.pk === keys.run('shop', '').pk && ids.length === 0) {
            ids.push(item.sk)
            await store.table.put({ ...item, stream: 'other' })
          }
          return store.table.put(item, on)
        },
      },
    }),
  })
  const { run } = await deployed.ingest()
  expect(run! > ids[0]!).toBe(true)
  expect(await deployed.run(ids[0]!)).toMatchObject({ stream: 'other', status: 'running' })
})
